import type * as z from 'zod';
import { nearestTo } from '../../../regions/index.ts';
import { at, dotted, isBranch, type Path, type Tree } from './layers/tree.ts';
import { LATER } from './schema/later.ts';
import { keysAt, SETTINGS } from './schema/settings.ts';

/** A problem before it is known where its value came from. */
export type Finding = {
  readonly at: Path;
  /** Whether the key itself is wrong, rather than its value. */
  readonly key: boolean;
  readonly message: string;
  readonly fix: string;
};

type Issue = z.core.$ZodIssue;

const fixOf = (params: Readonly<Record<string, unknown>> | undefined): string | undefined => {
  const fix = params?.['fix'];
  return typeof fix === 'string' ? fix : undefined;
};

/** A key that is a setting's name in another section. */
const homeOf = (key: string): string | undefined => {
  const homes = SETTINGS.filter(({ keys }) => keys.length > 1 && keys.at(-1) === key);
  return homes.length === 1 ? homes[0]?.path : undefined;
};

const unknownKey = (path: Path, key: string): Finding => {
  const name = dotted([...path, key]);
  const finding = (message: string, fix: string): Finding => ({ at: [...path, key], key: true, message, fix });
  if (key === '<<')
    return finding(
      'merge keys (<<) are not part of YAML 1.2',
      'write the settings out, or repeat a whole value by an alias',
    );
  if (path[0] === 'dimensions' && LATER.key.includes(key))
    return finding(`${key} is not in this version`, `take ${key} away`);
  const known = keysAt(path);
  const near = nearestTo(key, known);
  if (near !== undefined) return finding(`${name} is no setting: did you mean ${near}?`, `write ${near}`);
  const home = homeOf(key);
  if (home !== undefined) return finding(`${name} is no setting: did you mean ${home}?`, `write it as ${home}`);
  return finding(`${name} is no setting`, `take it away; known here: ${known.join(', ')}`);
};

/** A value of the wrong shape: missing, empty, a list or section where a value belongs, or the other way round. */
const wrongShape = (path: Path, found: Tree | undefined, wanted: string): Finding => {
  const name = dotted(path);
  const finding = (message: string, fix: string): Finding => ({ at: path, key: false, message, fix });
  const variable = SETTINGS.find((setting) => setting.path === name && setting.form === 'text')?.variable;
  if (found === undefined)
    return finding(
      `${name} is missing`,
      variable === undefined ? `write ${path.at(-1)}: and its value` : `write ${name} in the file (or set ${variable})`,
    );
  if (found === null) return finding(`${name} has no value`, 'write a value, or leave the line out');
  const is = Array.isArray(found) ? 'a list' : isBranch(found) ? 'a section of settings' : 'a single value';
  return finding(`${name === '' ? 'the configuration' : name} is ${is}, and ${wanted} belongs here`, `write ${wanted}`);
};

const WANTED: Readonly<Record<string, string>> = {
  object: 'a section of settings',
  record: 'a section of settings',
  array: 'a list',
};

/** What zod found wrong with a tree, in sentences. */
export const findingsOf = (issue: Issue, tree: Tree): readonly Finding[] => {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(path, key));
    case 'invalid_type':
      return [wrongShape(path, at(tree, path), WANTED[issue.expected] ?? 'a single value')];
    case 'invalid_key':
      return issue.issues.map((inner) => ({
        at: path,
        key: true,
        message: inner.message,
        fix: (inner.code === 'custom' ? fixOf(inner.params) : undefined) ?? 'write another name',
      }));
    case 'custom': {
      const fix = fixOf(issue.params);
      if (fix === undefined) return [wrongShape(path, at(tree, path), 'a single value')];
      return [{ at: path, key: false, message: issue.message, fix }];
    }
    default:
      return [{ at: path, key: false, message: issue.message, fix: 'see docs/configuration.md' }];
  }
};
