import { globSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { blocksOf, ROOT, textOf } from '../docs/support/documents.ts';

/** What stands in these pages is copied by people: each block has to be a piece of a file that is tried. */
const SHIPPED = ['docs/iam.md', 'docs/ship/ecs.md', 'docs/ship/eks.md'] as const;
const LANGUAGES = ['json', 'yaml', 'hcl', 'ini', 'dockerfile'] as const;

const files = globSync('{deploy,checks/homes,examples}/**/*', { cwd: ROOT, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => `${entry.parentPath}/${entry.name}`.slice(ROOT.length + 1));

/** Lines as they stand, without what surrounds them all. */
const lines = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');

const pieces = files.map((path) => lines(textOf(path)));

const blocks = SHIPPED.flatMap((page) =>
  LANGUAGES.flatMap((language) => blocksOf(textOf(page), language).map((block) => [page, language, block] as const)),
);

test.each(blocks)('%s: %s block is a piece of a file', (_page, _language, block) => {
  expect(pieces.some((piece) => piece.includes(lines(block)))).toBe(true);
});

test('there are blocks on each page', () => {
  for (const page of SHIPPED) expect(blocks.some(([of]) => of === page)).toBe(true);
});

test('every file that a command names is there', () => {
  const named = SHIPPED.flatMap((page) => blocksOf(textOf(page), 'sh')).flatMap((block) =>
    [...block.matchAll(/(?:file:\/\/)?\b((?:deploy|examples)\/[\w./-]+)/g)].map(([, path = '']) => path),
  );
  expect(named.length).toBeGreaterThan(2);
  for (const path of named) expect(globSync(path, { cwd: ROOT })).toEqual([path]);
});
