import type * as z from 'zod';
import { nearestTo } from '../../../regions/index.ts';
import { at, dotted, isBranch, type Path, type Tree } from './layers/tree.ts';
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

const bare = (name: string): string => name.replace(/[._-]/g, '').toLowerCase();

/** The setting that a stray key means: one of that name in another section, or one whose whole path it spells. */
const homeOf = (key: string): string | undefined => {
  const spelled = SETTINGS.find(({ keys, path }) => keys.length > 1 && bare(path) === bare(key));
  const homes = SETTINGS.filter(({ keys }) => keys.length > 1 && keys.at(-1) === key);
  return spelled?.path ?? (homes.length === 1 ? homes[0]?.path : undefined);
};

const nested = (path: string): string =>
  path.split('.').reduceRight((inner, key) => `${key}: ${inner.includes(':') ? `{ ${inner} }` : inner}`, '...');

const unknownKey = (path: Path, key: string): Finding => {
  const finding = (message: string, fix: string): Finding => ({ at: [...path, key], key: true, message, fix });
  if (key === '<<')
    return finding(
      'merge keys (<<) are not part of YAML 1.2',
      'write the settings out, or repeat a whole value by an alias',
    );
  const known = keysAt(path);
  const home = path.length === 0 ? homeOf(key) : undefined;
  if (home !== undefined) return finding(`no such setting: did you mean ${home}?`, `write it as ${nested(home)}`);
  const near = nearestTo(key, known);
  if (near !== undefined) return finding(`no such setting: did you mean ${near}?`, `write ${near}`);
  return finding('no such setting', `take it away; known here: ${known.join(', ')}`);
};

/** A value of the wrong shape: missing, empty, a list or section where a value belongs, or the other way round. */
const wrongShape = (path: Path, found: Tree | undefined, wanted: string): Finding => {
  const finding = (message: string, fix: string): Finding => ({ at: path, key: false, message, fix });
  const setting = SETTINGS.find((candidate) => candidate.path === path.join('.'));
  const variable = setting?.form === 'text' ? ` (or set ${setting.variable})` : '';
  if (found === undefined) return finding('this setting is missing', `write ${nested(dotted(path))}${variable}`);
  if (found === null) return finding('the value is empty', 'write a value, or leave the line out');
  const is = Array.isArray(found) ? 'a list' : isBranch(found) ? 'a section of settings' : 'a single value';
  return finding(`${is} stands where ${wanted} belongs`, `write ${wanted}`);
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
