import { at, type Branch, isBranch, type Path } from '../../core/configuration/layers/tree.ts';
import type { Problem } from '../../core/configuration/problem.ts';
import { SETTINGS } from '../../core/configuration/schema/settings.ts';

type Place = Pick<Problem, 'file' | 'line' | 'variable'>;

const textOf = ({ file, line, variable }: Place): string => variable ?? `${file}:${line}`;

/** Where each setting that somebody wrote comes from: `file:line`, or the variable's name; each dimension by itself. */
export const originsOf = (tree: Branch, placeOf: (path: Path) => Place): Readonly<Record<string, string>> => {
  const written = SETTINGS.flatMap(({ keys }): readonly Path[] => {
    const value = at(tree, keys);
    if (value === undefined) return [];
    return isBranch(value) ? Object.keys(value).map((name) => [...keys, name]) : [keys];
  });
  return Object.fromEntries(written.map((path) => [path.join('.'), textOf(placeOf(path))]));
};
