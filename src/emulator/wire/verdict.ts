import type { Change } from '../rules/change.ts';
import type { Reply } from './http.ts';

/** What a room decided about a request: nothing has happened yet, and a fault may still keep it from happening. */
export type Verdict = {
  readonly reply: Reply;
  readonly changes: readonly Change[];
  /** What the call list says of it. */
  readonly note: Note;
};

export type Note = {
  readonly account?: string;
  readonly region?: string;
  readonly resource?: string;
  readonly source?: string;
  readonly error?: string;
  readonly answer?: unknown;
};
