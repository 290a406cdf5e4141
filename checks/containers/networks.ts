import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Scenario } from '../moved-clock/scenario.ts';
import { INSIDE } from './scenarios/inside.ts';

/** Plays a scenario in a network namespace of its own, where it makes whatever addresses it wants. */
const inNamespace = (name: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const words = ['-n', process.execPath, join(import.meta.dirname, 'inside.ts'), name];
    const child = spawn('unshare', words, { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(text))));
  });

export const NETWORKS: readonly Scenario[] = INSIDE.map(({ name }) => ({ name, play: () => inNamespace(name) }));
