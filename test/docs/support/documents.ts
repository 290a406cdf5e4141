import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the repository. */
export const ROOT = join(import.meta.dirname, '..', '..', '..');

export const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** The pages for people, by their path from the root. */
export const PAGES: readonly string[] = ['README.md', ...globSync('docs/**/*.md', { cwd: ROOT }).toSorted()];

/** The sources under a folder, by their path from the root. */
export const sourcesOf = (folder: string): readonly string[] => globSync(`${folder}/**/*.ts`, { cwd: ROOT }).toSorted();

/** A page without its fenced blocks: a line in one that begins with # is no heading, and [x](y) no link. */
export const proseOf = (page: string): string => page.replace(/^```[\s\S]*?^```/gm, '');

export type Section = { readonly level: number; readonly title: string; readonly text: string };

/** A page's headings, each with what follows it up to the next one. */
export const sectionsOf = (page: string): readonly Section[] =>
  proseOf(page)
    .split(/^(?=#{1,6} )/m)
    .flatMap((part) => {
      const [, marks, title] = /^(#{1,6}) (.+)$/m.exec(part) ?? [];
      return marks === undefined || title === undefined
        ? []
        : [{ level: marks.length, title: title.trim(), text: part.slice(part.indexOf('\n')) }];
    });

/** The section of this title. */
export const sectionOf = (page: string, title: string): string => {
  const found = sectionsOf(page).find((section) => section.title === title);
  if (found === undefined) throw new Error(`there is no heading "${title}"`);
  return found.text;
};

/** The rows of a section's tables without heads and rules, each as its cells. */
export const rowsOf = (text: string): readonly (readonly string[])[] => {
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  return lines
    .filter((line, index) => !/^\|[-| ]+\|$/.test(line) && !/^\|[-| ]+\|$/.test(lines[index + 1] ?? ''))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
};

/** What stands between backticks. */
export const codeOf = (text: string): readonly string[] =>
  [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);

/** The fenced blocks of a language. */
export const blocksOf = (page: string, language: string): readonly string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, block = '']) => block);
