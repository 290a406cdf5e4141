import type { Problem } from '../problem.ts';
import { shown } from '../values/shown.ts';
import { dotted, isBranch, type Path, type Tree } from './tree.ts';

/** What is left of a tree when its values are cleaned, and what was seen on the way. */
export type Cleaned = {
  readonly tree: Tree;
  readonly warnings: readonly string[];
  readonly problems: readonly (Problem & { readonly at: Path })[];
};

/** Characters that no setting has inside: controls, line ends, and those that nobody can see. */
const UNSEEN = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]/u;

/** A value that a deployment of AWS Marketplace should have replaced (seller guide, override parameters). */
const PLACEHOLDER = /\$\{AWSMP_[A-Za-z0-9_]*\}?/;

/** The one setting whose value has lines. */
const hasLines = (path: Path): boolean => path.at(-1) === 'pem';

/**
 * Cuts white space, byte order marks and line ends around every value, with one warning for each setting, and refuses
 * values with such characters inside or with a placeholder that nobody filled in.
 */
export const cleaned = (tree: Tree, path: Path = []): Cleaned => {
  if (typeof tree === 'string') return cleanedText(tree, path);
  if (tree === null) return { tree, warnings: [], problems: [] };
  const entries: readonly (readonly [string | number, Tree])[] = isBranch(tree)
    ? Object.entries(tree)
    : tree.map((item, index) => [index, item]);
  const parts = entries.map(([key, value]) => ({ key, part: cleaned(value, [...path, key]) }));
  return {
    tree: isBranch(tree)
      ? Object.fromEntries(parts.map(({ key, part }) => [key, part.tree]))
      : parts.map(({ part }) => part.tree),
    warnings: parts.flatMap(({ part }) => part.warnings),
    problems: parts.flatMap(({ part }) => part.problems),
  };
};

const cleanedText = (text: string, path: Path): Cleaned => {
  const name = dotted(path);
  const problem = (message: string, fix: string): Cleaned => ({
    tree: text,
    warnings: [],
    problems: [{ path: name, at: path, message, fix }],
  });
  const placeholder = PLACEHOLDER.exec(text)?.[0];
  if (placeholder !== undefined)
    return problem(
      `the placeholder ${placeholder} was not filled in`,
      'deploy by AWS Marketplace, which fills it in, or put the value in its place',
    );
  if (hasLines(path)) return { tree: text, warnings: [], problems: [] };
  const trimmed = text.trim();
  if (UNSEEN.test(trimmed))
    return problem(`${shown(trimmed)} has a character inside that cannot be seen`, 'write the value again by hand');
  return {
    tree: trimmed,
    warnings:
      trimmed === text ? [] : [`${name}: white space or a byte order mark around the value was cut: ${shown(text)}`],
    problems: [],
  };
};
