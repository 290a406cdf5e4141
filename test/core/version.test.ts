import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { isNewEnough, LEAST_NODE, VERSION } from '../../src/agent/core/version.ts';

const { version, engines } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
  readonly version: string;
  readonly engines: { readonly node: string };
};

test('what the program says of itself is what its package says', () => {
  expect(VERSION).toBe(version);
  expect(`>=${LEAST_NODE}`).toBe(engines.node);
});

test.each([
  ['24.15.0', true],
  ['24.14.9', false],
  ['25.0.0', true],
  ['22.99.0', false],
  [process.versions.node, true],
])('Node %s: %s', (node, enough) => {
  expect(isNewEnough(node)).toBe(enough);
});
