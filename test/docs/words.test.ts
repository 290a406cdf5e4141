import { globSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { PAGES, ROOT, textOf } from './support/documents.ts';

/** The repository speaks of the product: nothing of the machine it was written on, nothing unfinished. */
const UNWANTED = [
  /\/work(?![\w-])/,
  /(?<!\/dev)\/root(?![\w.-])/,
  /\/home\/\w+\//,
  /\bfacts? sheet/i,
  /\bshared\/(?:design|facts)/,
  /\b(?:registry|npm|pypi|proxy)\.(?:[\w-]+\.)+(?:org|com|net|io|dev|internal|local|lan)\b(?<!\.example\.com)/,
  /\bTO[D]O\b|\bFIX[M]E\b|\bXX[X]\b/,
];

const files = [
  ...PAGES,
  ...globSync('{src,scripts,test,checks,bench,charts,deploy}/**/*.{ts,sh,py,yaml,md,json,tf}', { cwd: ROOT }),
  'package.json',
].filter((path) => !path.endsWith('test/docs/words.test.ts'));

test('there are files to look at', () => {
  expect(files.length).toBeGreaterThan(300);
});

test.each(UNWANTED.map((pattern) => [pattern]))('nothing says %s', (pattern) => {
  const found = files.flatMap((path) =>
    textOf(path)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );
  expect(found).toEqual([]);
});
