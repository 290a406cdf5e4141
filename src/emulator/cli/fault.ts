import { defineCommand } from 'citty';
import { durationOf } from '../duration.ts';
import { type Fault, isFaultKind, KINDS } from '../faults/fault.ts';
import { hint } from '../nearest.ts';
import { ask, JSON_ARG, printJson, printLines, table, URL_ARG } from './client.ts';
import { wrongUsage } from './failure.ts';

const milliseconds = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const value = durationOf(text);
  if (value === undefined) throw wrongUsage(`--${name} ${text}: a duration like 2s, 10m or 1h is wanted`);
  return value;
};

const number = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value)) throw wrongUsage(`--${name} ${text}: a number is wanted`);
  return value;
};

const add = defineCommand({
  meta: {
    name: 'add',
    description: `Makes calls go wrong. Kinds: ${Object.entries(KINDS)
      .map(([kind, { means }]) => `${kind} (${means})`)
      .join(', ')}.`,
  },
  args: {
    kind: { type: 'positional', description: 'What goes wrong' },
    operation: {
      type: 'string',
      description: 'One operation; sts, credentials, metadata, imds; all; else the metering service',
      valueHint: 'NAME',
    },
    resource: { type: 'string', description: 'Only calls of this task, pod or instance', valueHint: 'ID' },
    times: { type: 'string', description: 'So many calls', valueHint: 'N' },
    share: { type: 'string', description: 'This share of the calls', valueHint: '0.3' },
    for: { type: 'string', description: "For so long, by the emulator's clock", valueHint: '10m' },
    error: { type: 'string', description: 'The error, by its AWS name', valueHint: 'NAME' },
    status: { type: 'string', description: 'Another HTTP status', valueHint: 'N' },
    latency: { type: 'string', description: 'How late, in real time', valueHint: '2s' },
    ...URL_ARG,
    ...JSON_ARG,
  },
  run: async ({ args }) => {
    const kind = args.kind ?? '';
    if (!isFaultKind(kind)) throw wrongUsage(`${kind} is no kind of fault${hint(kind, Object.keys(KINDS))}`);
    const answer = await ask(args.url, 'POST', 'faults', {
      kind,
      operation: args.operation,
      resource: args.resource,
      times: number('times', args.times),
      share: number('share', args.share),
      for: milliseconds('for', args.for),
      error: args.error,
      status: number('status', args.status),
      latency: milliseconds('latency', args.latency) ?? (kind === 'latency' ? 1000 : undefined),
    });
    if (args.json) printJson(answer);
    else printLines([`Fault ${(answer['fault'] as Fault).id} is at work.`]);
  },
});

const list = defineCommand({
  meta: { name: 'list', description: 'The faults at work.' },
  args: { ...URL_ARG, ...JSON_ARG },
  run: async ({ args }) => {
    const answer = await ask(args.url, 'GET', 'faults');
    if (args.json) return printJson(answer);
    const faults = answer['faults'] as readonly Fault[];
    if (faults.length === 0) return printLines(['No fault is at work.']);
    printLines(
      table([
        ['ID', 'KIND', 'OPERATION', 'TIMES', 'SHARE', 'APPLIED'],
        ...faults.map((one) => [
          String(one.id),
          one.kind,
          one.operation ?? 'metering',
          String(one.times ?? '-'),
          String(one.share ?? '-'),
          String(one.applied),
        ]),
      ]),
    );
  },
});

const clear = defineCommand({
  meta: { name: 'clear', description: 'Takes all faults away, or one.' },
  args: { id: { type: 'positional', required: false, description: 'The one to take away' }, ...URL_ARG, ...JSON_ARG },
  run: async ({ args }) => {
    const answer = await ask(args.url, 'DELETE', args.id === undefined ? 'faults' : `faults/${args.id}`);
    if (args.json) printJson(answer);
    else printLines([`${answer['cleared']} taken away.`]);
  },
});

/** Faults of a running emulator. */
export const fault = defineCommand({
  meta: { name: 'fault', description: 'Makes calls of a running emulator go wrong.' },
  subCommands: { add, list, clear },
});
