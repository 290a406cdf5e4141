import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { writeTerminationMessage } from '../../../src/agent/io/termination/terminationMessage.ts';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-termination-'));

test('the text replaces what was there', () => {
  const file = join(folder, 'log');
  writeFileSync(file, 'something longer than the text');
  writeTerminationMessage('not entitled', file);
  expect(readFileSync(file, 'utf8')).toBe('not entitled');
});

test('a long text is cut to 4096 bytes between two characters', () => {
  const file = join(folder, 'long');
  writeFileSync(file, '');
  writeTerminationMessage(`x${'ä'.repeat(5_000)}`, file);
  const written = readFileSync(file);
  expect(written.length).toBe(4_095);
  expect(written.toString('utf8')).toBe(`x${'ä'.repeat(2_047)}`);
});

test('no file is made, a folder and a device are left alone, nothing throws', () => {
  writeTerminationMessage('x', join(folder, 'absent'));
  expect(existsSync(join(folder, 'absent'))).toBe(false);
  writeTerminationMessage('x', folder);
  writeTerminationMessage('x', '/dev/null');
});
