import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from './bundle.ts';

const dist = join(import.meta.dirname, '..', 'dist');
await rm(dist, { recursive: true, force: true });
await build(dist);
for (const program of ['tollgate.mjs', 'emulator.mjs']) await chmod(join(dist, program), 0o755);
process.stdout.write('dist/tollgate.mjs and dist/emulator.mjs are built; they need no node_modules.\n');
