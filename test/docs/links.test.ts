import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from '@jest/globals';
import { PAGES, proseOf, ROOT, sectionsOf, textOf } from './support/documents.ts';

/** GitHub's anchor of a heading, before it is told from an equal one. */
const slugOf = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');

const anchorsOf = (path: string): ReadonlySet<string> => {
  const seen = new Map<string, number>();
  return new Set(
    sectionsOf(textOf(path)).map(({ title }) => {
      const slug = slugOf(title);
      const count = seen.get(slug) ?? 0;
      seen.set(slug, count + 1);
      return count === 0 ? slug : `${slug}-${count}`;
    }),
  );
};

const links = PAGES.flatMap((page) =>
  [...proseOf(textOf(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => [page, target] as const),
).filter(([, target]) => !/^[a-z]+:/.test(target));

test('there are links to look at', () => {
  expect(links.length).toBeGreaterThan(30);
});

test.each(links)('%s: %s leads somewhere', (page, target) => {
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? page : normalize(join(dirname(page), file));
  expect(existsSync(join(ROOT, path))).toBe(true);
  if (anchor !== undefined) expect(anchorsOf(path)).toContain(anchor);
});

test('every page is linked from the README', () => {
  const linked = links.filter(([page]) => page === 'README.md').map(([, target]) => target.split('#')[0]);
  for (const page of PAGES.filter((path) => path !== 'README.md')) expect(linked).toContain(page);
});
