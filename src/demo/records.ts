import { format, type Hour, next } from '../agent/core/time/hour.ts';
import type { AgentEvent } from './agentLog.ts';
import { SOLD } from './dimensions.ts';
import type { Home } from './homes.ts';
import type { Story } from './story.ts';

type RecordEvent = Extract<AgentEvent, { kind: 'record' }>;

/** The records that went out, told an hour of a home at a time. */
export type Records = {
  readonly take: (home: Home, event: RecordEvent) => void;
  /** Whether AWS has given its receipts for all that this home sent of the hour: `none` when it has sent nothing of it. */
  readonly stateOf: (home: Home, hour: Hour) => 'none' | 'waiting' | 'receipted';
  /** Tells what is still kept back. */
  readonly flush: () => void;
};

/** Real milliseconds in which more records of the same hour are waited for, to be told in one line. */
const SOON = 250;

const TITLE_WIDTH = 14;
export const titled = ({ title }: Home): string => title.padEnd(TITLE_WIDTH);

const clockText = (hour: Hour): string => `${format(hour).slice(11, 13)}:00`;
export const hourText = (hour: Hour): string => `${clockText(hour)}-${clockText(next(hour))}`;

type Kept = { readonly quantity: string; readonly state: string; readonly tries: number };

/** What a person is told of an attempt that brought no receipt. */
const troubleText = ({ answer, doubt }: RecordEvent): string =>
  doubt
    ? 'no answer, AWS may have it: the same bytes go again'
    : `${answer.split(':')[0]}, not stored: it goes again, more slowly`;

const ORDER = SOLD.map(({ dimension }) => dimension);

export const makeRecords = (story: Story): Records => {
  const books = new Map<string, Map<string, Kept>>();
  const untold = new Map<
    string,
    { readonly home: Home; readonly hour: Hour; readonly timer: NodeJS.Timeout; readonly dimensions: Set<string> }
  >();
  const keyOf = (home: Home, hour: Hour): string => `${home.name} ${hour}`;

  const tellHour = (key: string): void => {
    const group = untold.get(key);
    if (group === undefined) return;
    untold.delete(key);
    clearTimeout(group.timer);
    const isHealed = [...group.dimensions].some((dimension) => (books.get(key)?.get(dimension)?.tries ?? 1) > 1);
    const parts = ORDER.filter((dimension) => group.dimensions.has(dimension)).map((dimension) => {
      const { quantity, tries } = books.get(key)?.get(dimension) ?? { quantity: '?', tries: 1 };
      return `${dimension} ${quantity}${tries > 1 ? ` (sent ${tries === 2 ? 'twice' : `${tries} times`})` : ''}`;
    });
    story.tell(
      `${titled(group.home)} ${hourText(group.hour)}  ${parts.join(', ')}: ${isHealed ? 'healed, each receipted once' : 'receipted'}`,
      'good',
    );
  };

  const receipted = (key: string, home: Home, { hour, dimension }: RecordEvent): void => {
    const before = untold.get(key);
    clearTimeout(before?.timer);
    const dimensions = (before?.dimensions ?? new Set()).add(dimension);
    untold.set(key, { home, hour, dimensions, timer: setTimeout(() => tellHour(key), SOON) });
    if (dimensions.size === ORDER.length) tellHour(key);
  };

  return {
    take: (home, event) => {
      const key = keyOf(home, event.hour);
      const book = books.get(key) ?? new Map<string, Kept>();
      books.set(key, book);
      const before = book.get(event.dimension);
      const { quantity, state, dimension } = event;
      book.set(dimension, { quantity, state, tries: (before?.tries ?? 0) + 1 });
      if (state === 'receipted') receipted(key, home, event);
      else if (before === undefined)
        story.tell(
          `${titled(home)} ${hourText(event.hour)}  ${dimension} ${quantity}: ${troubleText(event)}`,
          'mishap',
        );
    },
    stateOf: (home, hour) => {
      const kept = [...(books.get(keyOf(home, hour))?.values() ?? [])];
      if (kept.length === 0) return 'none';
      return kept.every(({ state }) => state === 'receipted') ? 'receipted' : 'waiting';
    },
    flush: () => {
      for (const key of [...untold.keys()]) tellHour(key);
    },
  };
};
