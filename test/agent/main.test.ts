import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');
const PROGRAM = join(process.env['TOLLGATE_DIST'] ?? '', 'tollgate.mjs');

const tollgate = (...args: readonly string[]) => {
  const env = { PATH: process.env['PATH'] ?? '' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], { encoding: 'utf8', env });
  return { status, stdout, stderr };
};

test('the version is that of the package', () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  expect(tollgate('version').stdout).toBe(`tollgate ${version} (node ${process.versions.node})\n`);
  expect(tollgate('--version')).toEqual(tollgate('version'));
  expect(JSON.parse(tollgate('version', '--json').stdout)).toEqual({ schema: 1, version, node: process.versions.node });
});

const COMMANDS = ['run', 'exec', 'register', 'gate', 'report', 'status', 'ledger', 'regions', 'config', 'version'];

test('help names every command, on stdout, without colour in a pipe', () => {
  const { status, stdout, stderr } = tollgate('--help');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^ +${command} +\\S`, 'm'));
  expect(stdout.includes('\u001b')).toBe(false);
});

test.each(COMMANDS)('%s --help', (command) => {
  const { status, stdout, stderr } = tollgate(command, '--help');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain(`USAGE tollgate ${command}`);
});

test.each([
  [[], 'tollgate wants a command'],
  [['exce'], 'did you mean tollgate exec?'],
  [['ledger', 'chekc'], 'did you mean tollgate ledger check?'],
  [['ledger'], 'usage: tollgate ledger check|'],
  [['run', '--cofnig', 'x'], 'did you mean --config?'],
  [['run', 'words'], '"words" is one argument too many'],
  [['--json'], 'options come after the command'],
  [['exec'], 'tollgate exec -- COMMAND'],
  [['exec', '--'], 'tollgate exec -- COMMAND'],
  [['exec', '--nope', 'sh'], '--nope is no option here'],
  [['report', 'requests'], 'QUANTITY'],
])('%j is a wrong command line: 64, why, and how', (args, said) => {
  const { status, stdout, stderr } = tollgate(...args);
  expect({ status, stdout }).toEqual({ status: 64, stdout: '' });
  expect(stderr).toContain(said);
  expect(stderr).toContain('usage: tollgate');
});

test('a configuration that is not there is told with its fix and 78, by run as by exec', () => {
  for (const args of [['run'], ['exec', '--', 'true']]) {
    const { status, stderr } = tollgate(...args.slice(0, 1), '--config', '/no/such.yaml', ...args.slice(1));
    expect(status).toBe(78);
    expect(stderr).toContain('/no/such.yaml');
  }
});

test('the bundle is a program: its first line names node, and it can be started by itself', () => {
  expect(readFileSync(PROGRAM, 'utf8').startsWith('#!/usr/bin/env node\n')).toBe(true);
});

test('what must be loaded before the command is known stays small', () => {
  expect(statSync(PROGRAM).size).toBeLessThan(64 * 1024);
});
