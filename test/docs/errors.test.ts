import { expect, test } from '@jest/globals';
import { EXIT } from '../../src/agent/core/exitCode.ts';
import { NOT_EXECUTABLE, NOT_FOUND } from '../../src/agent/supervisor/lookUp.ts';
import { sectionsOf, textOf } from './support/documents.ts';
import { madeErrors, unreadPlaces } from './support/errorCodes.ts';

const isCode = (title: string): boolean => /^[a-z]+(_[a-z]+)*$/.test(title);

const sections = sectionsOf(textOf('docs/errors.md')).filter(({ level, title }) => level === 2 && isCode(title));
const made = madeErrors();

test('every place that makes an error is read by this test', () => {
  expect(unreadPlaces()).toEqual([]);
});

test('every error code has one section, and every section an error code', () => {
  const codes = [...new Set(made.map(({ code }) => code))].toSorted();
  expect(codes).toHaveLength(new Set(codes).size);
  expect(sections.map(({ title }) => title).toSorted()).toEqual(codes);
});

test.each(sections.map(({ title, text }) => [title, text]))(
  '%s says what, why, how to mend it and the exit code',
  (_, text) => {
    for (const part of ['**Seen:**', '**Why', '**Fix:**', '**Exit code']) expect(text).toContain(part);
  },
);

test.each(sections.map(({ title, text }) => [title, text]))('%s names the exit codes of the sources', (title, text) => {
  const ending = text.slice(text.indexOf('**Exit code'));
  const known = new Set<number>([...Object.values(EXIT), NOT_FOUND, NOT_EXECUTABLE]);
  const named = [...ending.matchAll(/\b\d+\b/g)].map(([digits]) => Number(digits));
  for (const code of named) expect(known).toContain(code);
  for (const { code, exitCode } of made)
    if (code === title && exitCode !== undefined) expect(named).toContain(exitCode);
});
