import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

export const ROOT = join(import.meta.dirname, '../..');
export const HELMS = ['helm4', 'helm3'] as const;
export type Helm = (typeof HELMS)[number];

/** A folder of this run's own. */
export const WORK = mkdtempSync(join(tmpdir(), 'tollgate-charts-'));
process.on('exit', () => rmSync(WORK, { recursive: true, force: true }));

export type Said = { readonly ok: boolean; readonly out: string; readonly err: string };

/** No registry, no cluster: whatever Helm wanted from outside would fail. */
const ENVIRONMENT = {
  PATH: process.env['PATH'],
  HOME: WORK,
  KUBECONFIG: join(WORK, 'no-cluster'),
  HTTPS_PROXY: 'http://127.0.0.1:9',
  HTTP_PROXY: 'http://127.0.0.1:9',
};

export const run = (program: string, args: readonly string[], cwd = ROOT): Said => {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, env: ENVIRONMENT, encoding: 'utf8' });
  return { ok: status === 0, out: stdout ?? '', err: stderr ?? '' };
};

const isNoise = (line: string): boolean => line.includes('found symbolic link') || line === '';

export const helm = (which: Helm, args: readonly string[], cwd?: string): Said => {
  const said = run(join(process.env['HELM'] ?? '', which), args, cwd);
  return {
    ...said,
    err: said.err
      .split('\n')
      .filter((line) => !isNoise(line))
      .join('\n'),
  };
};

export type Values = { readonly [key: string]: unknown };

export type Render = {
  readonly chart: string;
  readonly values?: Values;
  readonly release?: string;
  readonly args?: readonly string[];
};

let files = 0;

/** `helm template`, with the values as a file. */
export const templateAnew = (
  { chart, values = {}, release = 'acme', args = [] }: Render,
  which: Helm = 'helm4',
): Said => {
  files += 1;
  const file = join(WORK, `values-${files}.json`);
  writeFileSync(file, JSON.stringify(values));
  return helm(which, ['template', release, chart, '--namespace', 'shop', '--values', file, ...args]);
};

const known = new Map<string, Said>();

/** The same, from memory when it was asked before. */
export const template = (render: Render, which: Helm = 'helm4'): Said => {
  const key = JSON.stringify([render, which]);
  const said = known.get(key) ?? templateAnew(render, which);
  known.set(key, said);
  return said;
};

/** What Helm 3 and 4 write differently: blank lines. */
export const withoutBlanks = (text: string): string => text.replace(/\n\s*(?=\n)/g, '').trim();

export type Item = { readonly [key: string]: unknown };

/** The objects in a render. */
export const objectsIn = (text: string): readonly Item[] =>
  parseAllDocuments(text)
    .map((document) => document.toJS() as Item | null)
    .filter((item) => item !== null);
