import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { playAll } from '../moved-clock/scenario.ts';
import { startApiServer } from './apiServer.ts';
import { SCENARIOS } from './scenarios.ts';

/** `run.sh [WORDS]`: only the checks whose name has all the words. */
const words = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'tollgate-standby-'));
const api = await startApiServer(folder);
try {
  const chosen = SCENARIOS(api).filter(({ name }) => words.every((word) => name.includes(word)));
  // One after the other: one of them takes the API server away.
  process.exitCode = chosen.length === 0 || (await playAll(chosen, 1)) > 0 ? 1 : 0;
} finally {
  await api.end();
  rmSync(folder, { recursive: true, force: true });
}
