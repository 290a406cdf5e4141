import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { reportsOf } from '../../src/agent/core/door/reports.ts';
import { HOUR } from '../../src/agent/core/time/hour.ts';
import { loadConfig } from '../../src/agent/io/files/loadConfig.ts';
import { blocksOf, PAGES, textOf } from './support/documents.ts';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-readme-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const readme = textOf('README.md');

/** A configuration as it would be read from a file of this text, in a place that is not sealed. */
const configurationIn = (yaml: string) => {
  const configPath = join(folder, 'tollgate.yaml');
  writeFileSync(configPath, yaml);
  return loadConfig({ configPath, env: {}, cwd: folder, etcPath: join(folder, 'none.yaml') });
};

test("the README's configuration is one", () => {
  const [yaml, ...others] = blocksOf(readme, 'yaml');
  expect(others).toEqual([]);
  const loaded = configurationIn(yaml ?? '');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  expect(loaded.config.warnings).toEqual([]);
});

test('what is sent with curl counts, by the configuration above it', () => {
  const loaded = configurationIn(blocksOf(readme, 'yaml')[0] ?? '');
  const dimensions = new Map(loaded.ok ? loaded.config.dimensions.map(({ name, meter }) => [name, meter]) : []);
  const bodies = PAGES.flatMap((page) => blocksOf(textOf(page), 'sh')).flatMap((block) =>
    [...block.matchAll(/-d '([^']+)'/g)].map(([, body = '']) => body),
  );
  expect(bodies.length).toBeGreaterThan(1);
  for (const body of bodies) expect(reportsOf(body, { now: 0, dimensions, window: HOUR })).toMatchObject({ ok: true });
});

test('every npm command of a page exists', () => {
  const scripts: object = JSON.parse(textOf('package.json')).scripts;
  const typed = PAGES.flatMap((page) => [...blocksOf(textOf(page), 'sh'), ...blocksOf(textOf(page), '')])
    .flatMap((block) => block.split('\n'))
    .filter((line) => line.startsWith('npm '))
    .flatMap((line) => line.split(/&&|#/).map((part) => part.trim()))
    .filter((command) => command.startsWith('npm '));
  expect(typed).toEqual(expect.arrayContaining(['npm ci', 'npm run demo', 'npm test', 'npm run build']));
  for (const command of typed) {
    const [, verb = '', script = verb] = command.split(' ');
    if (verb !== 'ci') expect(Object.keys(scripts)).toContain(script);
  }
});
