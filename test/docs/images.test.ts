import { globSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { loadConfig } from '../../src/agent/io/files/loadConfig.ts';
import { blocksOf, ROOT, textOf } from './support/documents.ts';

const EXAMPLES = globSync('examples/*/Dockerfile', { cwd: ROOT });

test('a Dockerfile of the page about images is one of the examples, word by word', () => {
  const blocks = blocksOf(textOf('docs/ship/image.md'), 'dockerfile').map((block) => block.trim());
  expect(blocks.toSorted()).toEqual(EXAMPLES.map((file) => textOf(file).trim()).toSorted());
});

test('what the page about exec quotes of the Dockerfile is in it', () => {
  const [block = ''] = blocksOf(textOf('docs/exec.md'), 'dockerfile');
  expect(textOf('examples/baked-in/Dockerfile').split('\n')).toEqual(expect.arrayContaining(block.trim().split('\n')));
});

test('the configurations that are baked in are sealed and sound', () => {
  const files = globSync('examples/*/tollgate.yaml', { cwd: ROOT });
  expect(files).toHaveLength(EXAMPLES.length);
  for (const file of files) {
    const loaded = loadConfig({ env: {}, cwd: ROOT, etcPath: join(ROOT, file) });
    expect(loaded).toMatchObject({ ok: true, config: { sealed: true, warnings: [] } });
  }
});

test('the image is of this version, for any processor, and built without asking for a syntax', () => {
  const dockerfile = textOf('Dockerfile');
  expect(/^ARG VERSION=(.*)$/m.exec(dockerfile)?.[1]).toBe(JSON.parse(textOf('package.json')).version);
  expect(dockerfile).not.toMatch(/^# *syntax=/im);
  const parts = ['Dockerfile', 'scripts/opt.ts', ...globSync('scripts/opt/**/*.{ts,mjs}', { cwd: ROOT })];
  expect(parts.length).toBeGreaterThan(8);
  for (const file of parts)
    expect(textOf(file).replaceAll(/^.*Debian's word.*$/gm, '')).not.toMatch(/x86|amd64|x64|arm64|aarch64/i);
});
