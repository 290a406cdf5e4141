import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { TollgateError } from '../../src/agent/core/errors.ts';
import { lookUp } from '../../src/agent/supervisor/lookUp.ts';
import { exitCodeOfSignal, isForwarded, isStop, SIGNALS } from '../../src/agent/supervisor/signals.ts';
import { unreadableVariables } from '../../src/agent/supervisor/surroundings.ts';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-lookup-'));
for (const name of ['first', 'second']) mkdirSync(join(folder, name));
const put = (path: string, mode: number): void => {
  writeFileSync(join(folder, path), '\x7fELF');
  chmodSync(join(folder, path), mode);
};
put('first/blocked', 0o644);
put('first/both', 0o644);
put('second/both', 0o755);
mkdirSync(join(folder, 'first/product'));
put('second/product', 0o755);
const PATH = `${folder}/first:${folder}/second`;

const failure = (command: string, path?: string): number => {
  try {
    lookUp(command, path);
    return 0;
  } catch (thrown) {
    return (thrown as TollgateError).exitCode;
  }
};

test('a file without its x bit, or a folder, does not hide a program later on PATH', () => {
  expect(lookUp('both', PATH)).toBe(join(folder, 'second/both'));
  expect(lookUp('product', PATH)).toBe(join(folder, 'second/product'));
});

test('126 when only such a one is found, 127 when none is', () => {
  expect(failure('blocked', PATH)).toBe(126);
  expect(failure('product', join(folder, 'first'))).toBe(126);
  expect(failure('absent', PATH)).toBe(127);
  expect(failure('', PATH)).toBe(127);
});

test('without PATH the places of the system are looked at; an empty place is the current folder', () => {
  expect(lookUp('sh', undefined)).toMatch(/\/bin\/sh$/);
  expect(failure('both', '')).toBe(127);
});

test('a path is never looked up on PATH', () => {
  expect(failure('./both', PATH)).toBe(127);
  expect(lookUp(join(folder, 'second/both'), undefined)).toBe(join(folder, 'second/both'));
});

test('a refusal has none of the codes that a shell uses for signals', () => {
  expect(exitCodeOfSignal('SIGTERM')).toBe(143);
  expect(exitCodeOfSignal('SIGKILL')).toBe(137);
  expect(exitCodeOfSignal('SIGSEGV')).toBe(139);
});

test('with a terminal its own signals are not sent again', () => {
  const names = Object.keys(SIGNALS) as (keyof typeof SIGNALS)[];
  expect(names.filter((name) => !isForwarded(name, true))).toEqual(['SIGINT', 'SIGQUIT', 'SIGTSTP']);
  expect(names.every((name) => isForwarded(name, false))).toBe(true);
  expect(names.filter(isStop)).toEqual(['SIGINT', 'SIGQUIT', 'SIGTERM']);
});

test('variables that are no UTF-8 are named', () => {
  const environ = Buffer.concat([Buffer.from('A=ä\0B='), Buffer.from([0xff, 0xfe]), Buffer.from('\0C=\0')]);
  expect(unreadableVariables(environ)).toEqual(['B']);
});
