import type { Log } from '../../ports.ts';
import { type Entry, formatLine, isWritten, type Level } from './line.ts';
import { formatOn, type LogSettings } from './plainLog.ts';
import { makeSink, type Sink } from './sink.ts';

/** The agent's log, and what its owner does with it. */
export type OpenLog = {
  readonly log: Log;
  /** Lines that nobody will ever read. */
  readonly lost: () => number;
  /** Writes what is still kept back; nothing is written afterwards. */
  readonly close: () => void;
};

/** What is kept while winston loads: a start in trouble says some lines, never thousands. */
const MOST_KEPT = 1_000;

/**
 * The log: winston over a sink on stderr, since stdout carries data or belongs to the product. winston costs some 25 ms
 * and is loaded by the first line; until it is there lines are kept in their order.
 */
export const makeLog = (settings: LogSettings, sink: Sink = makeSink()): OpenLog => {
  const format = formatOn(sink, settings);
  let kept: Entry[] = [];
  let lostWhileLoading = 0;
  let loading = false;
  let closed = false;
  let deliver: ((entry: Entry) => void) | undefined;

  const load = async (): Promise<void> => {
    const { makeWinston } = await import('./winston.ts');
    if (closed) return;
    deliver = makeWinston(settings.level, (entry) => sink.write(formatLine(entry, format)));
    kept.forEach(deliver);
    kept = [];
  };

  const take = (entry: Entry): void => {
    if (deliver !== undefined) deliver(entry);
    else if (kept.length < MOST_KEPT) kept.push(entry);
    else lostWhileLoading += 1;
    if (loading) return;
    loading = true;
    void load();
  };

  const at =
    (level: Level) =>
    (event: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      if (!closed && isWritten(level, settings.level)) take({ at: Date.now(), level, event, fields });
    };

  return {
    log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    lost: () => sink.lost() + lostWhileLoading,
    close: () => {
      closed = true;
      for (const entry of kept) sink.write(formatLine(entry, format));
      kept = [];
      sink.close();
    },
  };
};
