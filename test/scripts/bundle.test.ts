import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { build } from '../../scripts/bundle.ts';

let folder: string;
let inputs: Readonly<Record<string, readonly string[]>>;
let sizes: Readonly<Record<string, number>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-bundle-'));
  const metafiles = await build(folder);
  inputs = Object.fromEntries(Object.entries(metafiles).map(([name, { inputs: files }]) => [name, Object.keys(files)]));
  sizes = Object.fromEntries(
    Object.entries(metafiles).map(([name, { outputs }]) => [
      name,
      Object.values(outputs).reduce((total, { bytes }) => total + bytes, 0),
    ]),
  );
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

test('no library that only tests use rides along', () => {
  const names = Object.values(inputs).flat();
  for (const library of ['jose', 'decimal.js', 'fast-check', 'esbuild', 'jest']) {
    expect(names.filter((file) => file.startsWith(`node_modules/${library}/`))).toEqual([]);
  }
});

test('the programs are executable text of Node, and the agent stays small', () => {
  for (const program of ['tollgate.mjs', 'emulator.mjs']) {
    expect(readFileSync(join(folder, program), 'utf8').startsWith('#!/usr/bin/env node\n')).toBe(true);
    expect(statSync(join(folder, program)).isFile()).toBe(true);
  }
  expect(sizes['agent']).toBeLessThan(3_000_000);
});
