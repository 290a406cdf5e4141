import type { Log } from '../../ports.ts';
import { type Format, formatLine, isWritten, type Level } from './line.ts';
import type { Sink } from './sink.ts';

/** What the configuration says of the log. `auto`: text on a terminal, JSON elsewhere. */
export type LogSettings = { readonly level: Level; readonly format: Format | 'auto' };

export const formatOn = (sink: Sink, { format }: LogSettings): Format => {
  if (format !== 'auto') return format;
  return sink.isTerminal ? 'text' : 'json';
};

/** A log without any library, for the few lines of the supervisor. `settings` is asked at each line. */
export const makePlainLog = (sink: Sink, settings: () => LogSettings): Log => {
  const at =
    (level: Level) =>
    (event: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      if (!isWritten(level, settings().level)) return;
      sink.write(formatLine({ at: Date.now(), level, event, fields }, formatOn(sink, settings())));
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
};
