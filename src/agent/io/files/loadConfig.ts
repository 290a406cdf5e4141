import type { Config } from '../../core/configuration/config.ts';
import { judge } from '../../core/configuration/judge.ts';
import { cleaned } from '../../core/configuration/layers/clean.ts';
import { type Environment, type Reading, readEnvironment } from '../../core/configuration/layers/environment.ts';
import { at, type Branch, dotted, isBranch, leadsThrough, withValue } from '../../core/configuration/layers/tree.ts';
import type { Problem } from '../../core/configuration/problem.ts';
import { resolve } from '../../core/configuration/resolve.ts';
import { withoutEmpty } from '../../core/configuration/schema/settings.ts';
import type { Finding } from '../../core/configuration/sentences.ts';
import { ETC_PATH, findFile } from './findFile.ts';
import { originsOf } from './origins.ts';
import { baseOf, readKeys } from './readKeys.ts';
import { type YamlTree, yamlTree } from './yamlTree.ts';

export type Request = {
  /** What `--config` says. */
  readonly configPath?: string;
  readonly env: Environment;
  /** The folder that relative paths and ./tollgate.yaml count from. */
  readonly cwd: string;
  /** Where the vendor's file would be; /etc/tollgate/tollgate.yaml. */
  readonly etcPath?: string;
};

/** Where the configuration comes from: one file (and the environment), or the environment alone. */
export type Source = { readonly kind: 'file'; readonly path: string } | { readonly kind: 'environment' };

export type Loaded =
  | {
      readonly ok: true;
      readonly config: Config;
      readonly source: Source;
      /** TOLLGATE_ variables that set nothing. */
      readonly ignoredVariables: readonly string[];
      /** What was written, by file or variable, as it was read: for `config show`. */
      readonly written: Branch;
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

type File = { readonly path: string; readonly yaml: YamlTree; readonly sealedByPlace: boolean };

const nowhere = (looked: readonly string[]): Problem => ({
  path: '',
  message: `there is no configuration: neither ${looked.join(' nor ')} exists, and no variable sets anything`,
  fix: 'write one with "tollgate config init --out tollgate.yaml", or name one by --config FILE or TOLLGATE_CONFIG',
});

const wordsOf = (tree: Branch): readonly string[] => {
  const list = at(tree, ['buyerMay']);
  return Array.isArray(list) ? list.filter((item): item is string => typeof item === 'string') : [];
};

/** Says of each finding where its value was written: the variable that set it, or else the place in the file. */
const locate =
  (file: File | undefined, environment: Reading) =>
  ({ at: path, key, message, fix }: Finding): Problem => {
    const problem = { path: dotted(path), message, fix };
    const setBy = environment.values.find(({ setting }) => leadsThrough(path, setting.keys));
    if (setBy !== undefined) return { ...problem, variable: setBy.setting.variable };
    if (file === undefined) return problem;
    const position = key ? file.yaml.keyAt(path) : file.yaml.valueAt(path);
    return { ...problem, file: file.path, ...position };
  };

/** The file's tree as settings, and what is wrong with it before anything is known of settings. */
const baseTree = (file: File | undefined) => {
  const { tree, warnings, problems } = cleaned(file?.yaml.tree ?? {});
  const findings: readonly Finding[] = problems.map((problem) => ({ ...problem, key: false }));
  if (isBranch(tree)) return { base: withoutEmpty(tree), warnings, findings };
  const misshapen: Finding = {
    at: [],
    key: false,
    message: 'the file holds no settings: a list or a single value stands where they belong',
    fix: 'write settings like "product: { code: ... }"; tollgate config init prints an example',
  };
  return { base: {}, warnings, findings: [misshapen] };
};

const problemsOf = (file: File, yaml: YamlTree): readonly Problem[] =>
  yaml.problems.map((problem) => ({ ...problem, file: file.path }));

const build = (file: File | undefined, refused: readonly Problem[], { env, cwd }: Request): Loaded => {
  const fromYaml = file === undefined ? [] : problemsOf(file, file.yaml);
  if (file !== undefined && !file.yaml.readable) return { ok: false, problems: [...refused, ...fromYaml] };

  const { base, warnings, findings: early } = baseTree(file);
  const sealedByPlace = file?.sealedByPlace ?? false;
  const sealed = sealedByPlace || at(base, ['sealed']) === 'true';
  const environment = readEnvironment(env, sealed ? wordsOf(base) : undefined);
  const written = environment.values.reduce((rest, { setting, value }) => withValue(rest, setting.keys, value), base);
  const { settings, findings } = judge(written);
  const { keys, findings: aboutKeys } = readKeys(written, baseOf(file?.path, cwd));

  const spokenOf = [...early.map((finding) => finding.at), ...environment.broken];
  const late = [...findings, ...aboutKeys].filter(({ at: path }) => !spokenOf.some((told) => leadsThrough(path, told)));
  const where = locate(file, environment);
  const problems = [...refused, ...fromYaml, ...environment.problems, ...[...early, ...late].map(where)];
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    config: resolve(settings, {
      sealedByPlace,
      publicKeys: keys,
      origins: originsOf(written, (path) => where({ at: path, key: true, message: '', fix: '' })),
      warnings: [...warnings, ...environment.warnings],
    }),
    source: file === undefined ? { kind: 'environment' } : { kind: 'file', path: file.path },
    ignoredVariables: environment.ignored,
    written,
  };
};

const setsAnything = (env: Environment): boolean => {
  const { values, problems } = readEnvironment(env, undefined);
  return values.length > 0 || problems.length > 0;
};

/**
 * Reads the configuration from its file and the environment, with everything that is wrong with it at once. Reads
 * files, and nothing else; never throws.
 */
export const loadConfig = (request: Request): Loaded => {
  const { configPath, env, cwd, etcPath = ETC_PATH } = request;
  const variable = env['TOLLGATE_CONFIG']?.trim();
  const found = findFile({
    cwd,
    etcPath,
    ...(configPath === undefined ? {} : { configPath }),
    ...(variable === undefined || variable === '' ? {} : { variable }),
  });
  switch (found.kind) {
    case 'failed':
      return { ok: false, problems: found.problems };
    case 'none':
      return setsAnything(env) ? build(undefined, [], request) : { ok: false, problems: [nowhere(found.looked)] };
    case 'file':
      return build({ ...found, yaml: yamlTree(found.text) }, found.refused, request);
    default:
      return found satisfies never;
  }
};
