import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { fill } from './opt/fill.ts';
import { PREFIX } from './opt/runtime.ts';

/**
 * `npm run opt -- FOLDER`: makes the self-contained folder that goes to /opt/tollgate of an image, a package or a
 * machine, for the processor of this one. Needs Debian 12 or later with binutils, gcc, libc6-dev, patchelf and tini. It runs nowhere
 * but at /opt/tollgate.
 */
const [given, ...more] = process.argv.slice(2);
if (given === undefined || more.length > 0) {
  process.stderr.write('usage: npm run opt -- FOLDER\n');
  process.exit(64);
}
const folder = resolve(given);
if (existsSync(folder) && readdirSync(folder).length > 0) {
  process.stderr.write(`${folder} is not empty: name a folder that is empty or not there yet\n`);
  process.exit(64);
}
await fill(folder);
process.stdout.write(`${folder} is made; it works as ${PREFIX}\n`);
