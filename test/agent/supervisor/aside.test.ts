import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { asItWas, forThread } from '../../../src/agent/supervisor/aside.ts';

const launcher = readFileSync(join(import.meta.dirname, '../../../scripts/opt/launcher.c'), 'utf8');

/** What the launcher makes of an environment, by its own tables. */
const launched = (environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> => {
  const prefix = /#define ASIDE "(\w+)"/.exec(launcher)?.[1] ?? '';
  const names = [...(/NAMES\[\] = \{(.*)\}/.exec(launcher)?.[1] ?? '').matchAll(/"(\w+)="/g)].map(([, name]) => name);
  expect(names).toContain('NODE_OPTIONS');
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [names.includes(name) ? prefix + name : name, value]),
  );
};

const ENVIRONMENT = {
  PATH: '/bin',
  LD_PRELOAD: 'libjemalloc.so.2',
  HOME: '/',
  NODE_OPTIONS: '--require=./tracing.js',
  LD_LIBRARY_PATH: '/app/lib',
  NODE_EXTRA_CA_CERTS: '/ca.pem',
};

test('what the launcher puts aside is under its own name again, where it was', () => {
  const seen = launched(ENVIRONMENT);
  expect(Object.keys(seen)).not.toEqual(Object.keys(ENVIRONMENT));
  expect(Object.entries(asItWas(seen))).toEqual(Object.entries(ENVIRONMENT));
});

test('without a launcher everything is as it is', () => {
  expect(Object.entries(asItWas(ENVIRONMENT))).toEqual(Object.entries(ENVIRONMENT));
});

test("a thread of ours gets no options that are the product's", () => {
  const { NODE_OPTIONS, ...rest } = ENVIRONMENT;
  expect(NODE_OPTIONS).toBeDefined();
  expect(forThread(ENVIRONMENT)).toEqual(rest);
});
