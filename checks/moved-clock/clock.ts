import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A clock of normal speed that is moved by hand, for us and for every process that is given its environment. */
export type MovedClock = Disposable & {
  readonly now: () => number;
  /** Moves it forward to an instant; one that is past already is left alone. */
  readonly moveTo: (instant: number) => void;
  readonly environment: Readonly<Record<string, string>>;
};

/**
 * One offset in a file, in the relative form: every process, also one that is started later, sees the same time. A process
 * sees a jump when its loop wakes next: whoever moves the clock pokes it afterwards.
 */
export const makeClock = (start: number): MovedClock => {
  const library = process.env['FAKETIME_LIBRARY'] ?? '';
  if (library === '') throw new Error('FAKETIME_LIBRARY names no library: start this by run.sh');
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-clock-'));
  const file = join(folder, 'offset');
  let offset = 0;
  const set = (seconds: number): void => {
    offset = seconds;
    writeFileSync(`${file}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    renameSync(`${file}.new`, file);
  };
  set(Math.round((start - Date.now()) / 1000));
  const now = (): number => Date.now() + offset * 1000;
  return {
    now,
    moveTo: (instant) => {
      const more = Math.ceil((instant - now()) / 1000);
      if (more > 0) set(offset + more);
    },
    environment: { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1' },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
};
