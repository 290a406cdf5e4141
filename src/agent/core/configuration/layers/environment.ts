import { nearestTo } from '../../../../regions/index.ts';
import type { Problem } from '../problem.ts';
import { SETTINGS, type Setting } from '../schema/settings.ts';
import { shown } from '../values/shown.ts';
import { cleaned } from './clean.ts';
import type { Path, Tree } from './tree.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment says of the settings. */
export type Reading = {
  readonly values: readonly { readonly setting: Setting; readonly value: Tree }[];
  readonly problems: readonly Problem[];
  /** The settings that a problem already speaks of. */
  readonly broken: readonly Path[];
  readonly warnings: readonly string[];
  /** Names that begin like ours and set nothing: a Kubernetes Service's, or a typing mistake. */
  readonly ignored: readonly string[];
};

/** Ours, and no settings. */
const OTHERS: ReadonlySet<string> = new Set([
  'TOLLGATE_CONFIG',
  'TOLLGATE_URL',
  'TOLLGATE_TOKEN_FILE',
  'TOLLGATE_EMULATOR_URL',
]);

/** What Kubernetes puts beside a Service of any name (Kubernetes documentation, Service, "Environment variables"). */
const SERVICE_LINK = /^(tcp|udp|sctp):\/\//i;

const BY_VARIABLE: ReadonlyMap<string, Setting> = new Map(SETTINGS.map((setting) => [setting.variable, setting]));

/** JSON with every scalar as its text, as in a file. */
const toTree = (value: unknown): Tree => {
  if (Array.isArray(value)) return value.map(toTree);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toTree(inner)]));
  return value === null ? null : String(value);
};

const treeOf = (setting: Setting, text: string): Tree | undefined => {
  switch (setting.form) {
    case 'text':
      return setting.nullable && text === 'null' ? null : text;
    case 'words':
      return text.split(/[\s,]+/).filter((word) => word !== '');
    case 'json':
      try {
        return toTree(JSON.parse(text));
      } catch {
        return undefined;
      }
    case 'fileOnly':
      return undefined;
    default:
      return setting.form satisfies never;
  }
};

const misfit = ({ path, variable, form }: Setting): Problem =>
  form === 'fileOnly'
    ? {
        path,
        variable,
        message: 'dimensions are set in the file only',
        fix: `take ${variable} away and write the dimensions into the configuration file`,
      }
    : {
        path,
        variable,
        message: 'the value is no JSON',
        fix: 'write a JSON list like [{"version":1,"file":"/etc/tollgate/key-1.pem"}]',
      };

/** A name that is so near to a variable of ours that it was probably meant. */
const meant = (name: string): string | undefined => {
  const near = nearestTo(name, [...BY_VARIABLE.keys()]);
  return near !== undefined && Math.abs(near.length - name.length) <= 2 && name.length > 'TOLLGATE_'.length + 5
    ? near
    : undefined;
};

const notAllowed = ({ path, variable }: Setting, mayBeSet: readonly string[]): Problem => ({
  path,
  variable,
  message: "the configuration is sealed, and this setting is not a buyer's to change",
  fix: `take ${variable} away${mayBeSet.length === 0 ? '' : `; what may be set: ${mayBeSet.join(', ')}`}`,
});

/**
 * Reads the variables that spell a setting. `buyerMay` lists the settings that may be set so; undefined: all may. Only
 * names that begin with TOLLGATE_ are looked at.
 */
export const readEnvironment = (environment: Environment, buyerMay: readonly string[] | undefined): Reading => {
  const values: { setting: Setting; value: Tree }[] = [];
  const problems: Problem[] = [];
  const broken: Path[] = [];
  const warnings: string[] = [];
  const ignored: string[] = [];
  for (const [name, raw] of Object.entries(environment)) {
    if (raw === undefined || !name.startsWith('TOLLGATE_') || OTHERS.has(name)) continue;
    const setting = BY_VARIABLE.get(name);
    if (setting === undefined || SERVICE_LINK.test(raw.trim())) {
      ignored.push(name);
      const near = setting === undefined && !SERVICE_LINK.test(raw.trim()) ? meant(name) : undefined;
      if (near !== undefined) warnings.push(`${name} is no setting and is ignored: did you mean ${near}?`);
      continue;
    }
    if (buyerMay !== undefined && !buyerMay.includes(setting.path)) {
      problems.push(notAllowed(setting, buyerMay));
      continue;
    }
    const text = raw.trim();
    if (text === '') {
      warnings.push(`${name} is empty and sets nothing`);
      continue;
    }
    const value = treeOf(setting, text);
    if (value === undefined) {
      problems.push(misfit(setting));
      broken.push(setting.keys);
      continue;
    }
    if (text !== raw)
      warnings.push(
        `${setting.path}: white space or a byte order mark around the value was cut: ${shown(raw)} (${name})`,
      );
    const clean = cleaned(value, setting.keys);
    for (const { at, ...problem } of clean.problems) {
      problems.push({ ...problem, variable: name });
      broken.push(at);
    }
    values.push({ setting, value: clean.tree });
  }
  return { values, problems, broken, warnings, ignored };
};
