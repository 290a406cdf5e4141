import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of a test's own, away when the test is over. */
export const temporaryFolder = async () => {
  const path = await mkdtemp(join(tmpdir(), 'emulator-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
};
