import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const WHOLE_DAY = fileURLToPath(new URL('./support/wholeDay.ts', import.meta.url));

const EVERY_HOUR = Object.fromEntries(Array.from({ length: 24 }, (_, hour) => [String(hour), '101']));

/** checks/moved-clock plays the same days with the program itself. */
test.concurrent.each([
  ['Asia/Kolkata', '2026-03-08', [330]],
  ['America/New_York', '2026-03-08', [-300, -240]],
  ['Australia/Lord_Howe', '2026-04-04', [660, 630]],
  ['America/New_York', '2026-11-01', [-240, -300]],
])('O06 in TZ=%s %s has 24 records, split at the millisecond of the UTC hour', async (zone, day, offsets) => {
  const env = { ...process.env, TZ: zone };
  const { stdout } = await promisify(execFile)(process.execPath, [WHOLE_DAY, day], { env });
  expect(JSON.parse(stdout)).toEqual({ offsets, bill: EVERY_HOUR });
});
