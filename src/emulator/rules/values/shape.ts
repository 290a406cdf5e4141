import { LARGEST_INTEGER } from './quantity.ts';

/** What reading a request's members found wrong: members of the wrong JSON type, and values outside the model's limits. */
export type Findings = { readonly types: string[]; readonly constraints: string[] };

export const noFindings = (): Findings => ({ types: [], constraints: [] });

type Members = Readonly<Record<string, unknown>>;
type Limits = {
  readonly required?: true;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
};

export const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** AWS names members in lower camel case in these texts. */
const pathOf = (at: string, name: string): string => `${at}${name.charAt(0).toLowerCase()}${name.slice(1)}`;

const violates = (found: Findings, path: string, value: unknown, rule: string): void => {
  const shown = value === null || value === undefined ? 'Value null' : `Value '${String(value)}'`;
  found.constraints.push(`${shown} at '${path}' failed to satisfy constraint: Member must ${rule}`);
};

/** A member's value, or undefined where it is absent, null, or of another type (which is then found). */
const member = <T>(
  found: Findings,
  of: Members,
  at: string,
  name: string,
  required: boolean,
  is: (value: unknown) => value is T,
  wanted: string,
): T | undefined => {
  const value = of[name];
  if (value === undefined || value === null) {
    if (required) violates(found, pathOf(at, name), null, 'not be null');
    return undefined;
  }
  if (is(value)) return value;
  found.types.push(`${pathOf(at, name)} is not ${wanted}`);
  return undefined;
};

const isString = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number';
const isInteger = (value: unknown): value is number => Number.isInteger(value);
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

export const stringOf = (
  found: Findings,
  of: Members,
  at: string,
  name: string,
  limits: Limits,
): string | undefined => {
  const value = member(found, of, at, name, limits.required === true, isString, 'a string');
  if (value === undefined) return undefined;
  const path = pathOf(at, name);
  const { min = 0, max = Number.POSITIVE_INFINITY, pattern } = limits;
  if (value.length < min) violates(found, path, value, `have length greater than or equal to ${min}`);
  if (value.length > max) violates(found, path, value, `have length less than or equal to ${max}`);
  if (pattern !== undefined && !pattern.test(value)) {
    violates(found, path, value, `satisfy regular expression pattern: ${pattern.source}`);
  }
  return value;
};

export const integerOf = (
  found: Findings,
  of: Members,
  at: string,
  name: string,
  limits: Limits,
): number | undefined => {
  const value = member(found, of, at, name, limits.required === true, isInteger, 'an integer');
  if (value === undefined) return undefined;
  const { min = 0, max = LARGEST_INTEGER } = limits;
  if (value < min) violates(found, pathOf(at, name), value, `have value greater than or equal to ${min}`);
  if (value > max) violates(found, pathOf(at, name), value, `have value less than or equal to ${max}`);
  return value;
};

export const booleanOf = (found: Findings, of: Members, at: string, name: string): boolean | undefined =>
  member(found, of, at, name, false, isBoolean, 'a boolean');

/** JSON 1.1 carries times as seconds since the epoch, fractions allowed. Milliseconds. */
export const timeOf = (found: Findings, of: Members, at: string, name: string): number | undefined => {
  const seconds = member(found, of, at, name, true, isNumber, 'a number of seconds since the epoch');
  return seconds === undefined ? undefined : Math.round(seconds * 1000);
};

export const listOf = (
  found: Findings,
  of: Members,
  at: string,
  name: string,
  limits: Limits,
): readonly Members[] | undefined => {
  const value = member(found, of, at, name, limits.required === true, isList, 'a list');
  if (value === undefined) return undefined;
  const { min = 0, max = Number.POSITIVE_INFINITY } = limits;
  if (value.length < min)
    violates(found, pathOf(at, name), value.length, `have length greater than or equal to ${min}`);
  if (value.length > max) violates(found, pathOf(at, name), value.length, `have length less than or equal to ${max}`);
  if (value.every(isObject)) return value;
  found.types.push(`${pathOf(at, name)} holds something that is not a structure`);
  return undefined;
};

/** One sentence for all the constraints at once, in AWS's words. */
export const constraintText = ({ constraints }: Findings): string =>
  `${constraints.length} validation error${constraints.length === 1 ? '' : 's'} detected: ${constraints.join('; ')}`;
