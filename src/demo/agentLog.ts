import { type Hour, parse } from '../agent/core/time/hour.ts';

/** What the demo reads in an agent's log. */
export type AgentEvent =
  | {
      readonly kind: 'verdict';
      readonly value: string;
      readonly reason: string;
      readonly remembered: boolean;
      readonly confirmed: boolean;
    }
  | {
      readonly kind: 'record';
      readonly hour: Hour;
      readonly dimension: string;
      readonly quantity: string;
      readonly state: string;
      readonly doubt: boolean;
      readonly answer: string;
    };

type Fields = Readonly<Record<string, unknown>>;

const text = (fields: Fields, name: string): string => String(fields[name] ?? '');

const objectOf = (line: string): Fields | undefined => {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
};

/** Reads a line of an agent's log in JSON; undefined for what the story does not need. */
export const eventOf = (line: string): AgentEvent | undefined => {
  const fields = objectOf(line);
  if (fields === undefined) return undefined;
  if (fields['event'] === 'verdict') {
    return {
      kind: 'verdict',
      value: text(fields, 'value'),
      reason: text(fields, 'reason'),
      remembered: fields['remembered'] === true,
      confirmed: fields['confirmed'] !== false,
    };
  }
  const hour = parse(text(fields, 'hour'));
  if (fields['event'] !== 'record' || hour === undefined) return undefined;
  return {
    kind: 'record',
    hour,
    dimension: text(fields, 'dimension'),
    quantity: text(fields, 'quantity'),
    state: text(fields, 'state'),
    doubt: fields['doubt'] === true,
    answer: text(fields, 'answer'),
  };
};
