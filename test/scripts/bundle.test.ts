import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from '@jest/globals';
import type { Metafile } from 'esbuild';
import { build } from '../../scripts/bundle.ts';
import { ROOT } from '../docs/support/documents.ts';

let folder: string;
let inputs: Readonly<Record<string, readonly string[]>>;
let outputs: Metafile['outputs'];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-bundle-'));
  const metafiles = await build(folder);
  inputs = Object.fromEntries(Object.entries(metafiles).map(([name, { inputs: files }]) => [name, Object.keys(files)]));
  outputs = metafiles['agent']?.outputs ?? {};
});

const ofOurs = (program: string, place: string) => inputs[program]?.filter((file) => file.startsWith(place)) ?? [];

test('the agent holds nothing of the emulator, nor of the demo', () => {
  expect(ofOurs('agent', 'src/agent/')).not.toEqual([]);
  expect(ofOurs('agent', 'src/emulator/')).toEqual([]);
  expect(ofOurs('agent', 'src/demo/')).toEqual([]);
});

test('the emulator holds nothing of the agent', () => {
  expect(ofOurs('emulator', 'src/emulator/')).not.toEqual([]);
  expect(ofOurs('emulator', 'src/agent/')).toEqual([]);
});

test('the programs are executable text of Node', () => {
  for (const program of ['tollgate.mjs', 'emulator.mjs']) {
    expect(readFileSync(join(folder, program), 'utf8').startsWith('#!/usr/bin/env node\n')).toBe(true);
    expect(statSync(join(folder, program)).isFile()).toBe(true);
  }
});

/** Everything that `entries` can load, but for what is behind `without`. */
const reachable = (entries: readonly string[], without: readonly string[]): readonly string[] => {
  const named = (path: string) => [...without].some((file) => path.endsWith(`/${file}`));
  const found = new Set<string>();
  const walk = (path: string): void => {
    if (found.has(path) || named(path)) return;
    found.add(path);
    for (const { path: next, external } of outputs[path]?.imports ?? []) if (external !== true) walk(next);
  };
  for (const entry of entries) walk(Object.keys(outputs).find((path) => path.endsWith(`/${entry}`)) ?? entry);
  return [...found];
};

const compressed = (paths: readonly string[]): number =>
  paths.reduce((sum, path) => sum + gzipSync(readFileSync(join(ROOT, path)), { level: 9 }).length, 0);

const librariesOf = (paths: readonly string[]): ReadonlySet<string> =>
  new Set(
    paths.flatMap((path) =>
      Object.keys(outputs[path]?.inputs ?? {}).flatMap(
        (file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? [],
      ),
    ),
  );

test('the agent stays small, and holds nothing of Kubernetes: that is a file of its own, loaded by replicas on EKS', () => {
  const agent = reachable(['tollgate.mjs', 'worker.mjs'], ['kubernetes.mjs']);
  expect(agent.length).toBeGreaterThan(10);
  expect(compressed(agent)).toBeLessThan(600_000);
  for (const library of ['@kubernetes/client-node', 'undici', 'js-yaml'])
    expect(librariesOf(agent)).not.toContain(library);

  const whole = reachable(['tollgate.mjs', 'worker.mjs'], []);
  const more = whole.filter((path) => !agent.includes(path));
  expect(more).toEqual([expect.stringMatching(/\/kubernetes\.mjs$/)]);
  expect(librariesOf(more)).toContain('@kubernetes/client-node');
  // Whatever is imported of it dynamically, is only by name: as a whole it is four times as large.
  expect(compressed(more)).toBeLessThan(450_000);
});

test('no library that only tests use rides along', () => {
  const names = Object.values(inputs).flat();
  for (const library of ['decimal.js', 'fast-check', 'esbuild', 'jest']) {
    expect(names.filter((file) => file.startsWith(`node_modules/${library}/`))).toEqual([]);
  }
  // The Kubernetes client brings it for a kind of login that nobody here uses.
  expect(librariesOf(reachable(['tollgate.mjs', 'worker.mjs'], ['kubernetes.mjs']))).not.toContain('jose');
});
