import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { at } from '../../core/configuration/layers/tree.ts';
import type { Problem } from '../../core/configuration/problem.ts';
import { readText, type Text } from './readText.ts';
import { yamlTree } from './yamlTree.ts';

/** Where the vendor puts the configuration into the image. */
export const ETC_PATH = '/etc/tollgate/tollgate.yaml';
const LOCAL_NAME = 'tollgate.yaml';

export type Asked = {
  /** What `--config` says. */
  readonly configPath?: string;
  /** What TOLLGATE_CONFIG says. */
  readonly variable?: string;
  readonly cwd: string;
  readonly etcPath: string;
};

/** The file that is the configuration, or that there is none, or why the one that was asked for cannot be it. */
export type Found =
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly text: string;
      readonly sealedByPlace: boolean;
      readonly refused: readonly Problem[];
    }
  | { readonly kind: 'none'; readonly looked: readonly string[] }
  | { readonly kind: 'failed'; readonly problems: readonly Problem[] };

const realPathOf = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
};

/** Whether a text says `sealed: false` and nothing else: one that cannot be read does not say so. */
const saysUnsealed = (text: string): boolean => {
  const { tree, problems } = yamlTree(text);
  const sealed = at(tree, ['sealed']);
  return problems.length === 0 && typeof sealed === 'string' && sealed.trim() === 'false';
};

const failed = (path: string, text: Text & { ok: false }): Found => ({
  kind: 'failed',
  problems: [{ path: '', file: path, message: text.message, fix: text.fix }],
});

const fileAt = (path: string, text: Text): Found =>
  text.ok ? { kind: 'file', path, text: text.text, sealedByPlace: false, refused: [] } : failed(path, text);

/** Everything else that was asked for beside the sealed file: each is refused by name. */
const refusedBeside = ({ configPath, variable, cwd, etcPath }: Asked): readonly Problem[] => {
  const others = [
    ['--config', configPath],
    ['TOLLGATE_CONFIG', variable],
    [`./${LOCAL_NAME}`, readText(resolve(cwd, LOCAL_NAME)).ok ? LOCAL_NAME : undefined],
  ] as const;
  return others.flatMap(([name, path]) =>
    path === undefined || realPathOf(resolve(cwd, path)) === realPathOf(etcPath)
      ? []
      : [
          {
            path: '',
            message: `${name}${name.startsWith('.') ? '' : ` ${path}`} is refused: ${etcPath} exists and is sealed, so it alone is the configuration`,
            fix: `take ${name} away; only the vendor can open the configuration, by sealed: false in ${etcPath}`,
          },
        ],
  );
};

/**
 * Finds the configuration: `--config`, else TOLLGATE_CONFIG, else the one in /etc, else ./tollgate.yaml. One in /etc
 * that does not say `sealed: false` is the configuration, and everything else that is there is refused; one that cannot
 * be read seals too, since nobody knows what it says.
 */
export const findFile = (asked: Asked): Found => {
  const { configPath, variable, cwd, etcPath } = asked;
  const etc = readText(etcPath);
  if (!etc.ok && !etc.absent) return failed(etcPath, etc);
  if (etc.ok && !saysUnsealed(etc.text))
    return { kind: 'file', path: etcPath, text: etc.text, sealedByPlace: true, refused: refusedBeside(asked) };
  const named = configPath ?? variable;
  if (named !== undefined) {
    const path = resolve(cwd, named);
    return fileAt(path, readText(path));
  }
  if (etc.ok) return fileAt(etcPath, etc);
  const local = resolve(cwd, LOCAL_NAME);
  const text = readText(local);
  return !text.ok && text.absent ? { kind: 'none', looked: [etcPath, local] } : fileAt(local, text);
};
