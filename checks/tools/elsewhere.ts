import { spawn } from 'node:child_process';

/** Plays one scenario in a process of its own, which `words` start; rejects with all that it printed when it fails. */
export const playElsewhere = (words: readonly string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const [program = '', ...args] = words;
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(text))));
  });
