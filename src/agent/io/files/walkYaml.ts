import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar } from 'yaml';
import { dotted, keyOf, type Path, type Tree } from '../../core/configuration/layers/tree.ts';
import { shown } from '../../core/configuration/values/shown.ts';

/** Line and column, both from 1. */
export type Position = { readonly line: number; readonly column: number };
export const START: Position = { line: 1, column: 1 };

export type YamlProblem = Position & { readonly path: string; readonly message: string; readonly fix: string };

export type Walked = {
  readonly tree: Tree;
  readonly problems: readonly YamlProblem[];
  /** Whether every node was visited. */
  readonly whole: boolean;
  /** Where keys and values stand, by `keyOf` their paths. */
  readonly keys: ReadonlyMap<string, Position>;
  readonly values: ReadonlyMap<string, Position>;
};

/** More nodes than a configuration ever has; keeps aliases of aliases from growing without end. */
const MOST_NODES = 20_000;
const DEEPEST = 32;

const textOf = (scalar: Scalar): string | null => {
  if (scalar.value === null) return null;
  // The source of a plain scalar keeps every digit; a quoted or block one is its content.
  return typeof scalar.value !== 'string' && scalar.source !== undefined ? scalar.source : String(scalar.value);
};

/** Turns a document's nodes into a tree of source texts. */
export const walk = (document: Document, positionOf: (offset: number | undefined) => Position): Walked => {
  const keys = new Map<string, Position>();
  const values = new Map<string, Position>();
  const problems: YamlProblem[] = [];
  let nodes = 0;
  let whole = true;

  const complain = (at: Position, path: Path, message: string, fix: string): void => {
    problems.push({ ...at, path: dotted(path), message, fix });
  };

  /** A key's text; undefined when it is no name, or stands there a second time. */
  const nameOf = (key: Node | null, path: Path, taken: Readonly<Record<string, Tree>>): string | undefined => {
    const at = positionOf(key?.range?.[0]);
    const node = isAlias(key) ? key.resolve(document) : key;
    const name = isScalar(node) ? textOf(node) : undefined;
    if (name === undefined || name === null || name === '__proto__') {
      const what =
        name === undefined ? 'a list or section stands where a name belongs' : `${shown(`${name}`)} is no name`;
      complain(at, path, what, 'write a name and a colon');
      return undefined;
    }
    const inner = [...path, name];
    if (Object.hasOwn(taken, name)) {
      const { line } = keys.get(keyOf(inner)) ?? START;
      complain(at, inner, `${name} stands here a second time; the first is at line ${line}`, 'keep one of them');
      return undefined;
    }
    keys.set(keyOf(inner), at);
    return name;
  };

  const branchOf = (items: readonly Pair[], path: Path, around: Position, above: readonly Node[]): Tree => {
    const branch: Record<string, Tree> = {};
    for (const { key, value } of items) {
      const name = nameOf(key as Node | null, path, branch);
      if (name === undefined) continue;
      const inner = [...path, name];
      branch[name] = treeOf(value as Node | null, inner, keys.get(keyOf(inner)) ?? around, above);
    }
    return branch;
  };

  /** `around` is where the node stands if it does not know: at its key, or at the alias that names it. */
  const treeOf = (node: Node | null, path: Path, around: Position, above: readonly Node[]): Tree => {
    nodes += 1;
    const here = node?.range ? positionOf(node.range[0]) : around;
    const isAliased = isAlias(above.at(-1));
    values.set(keyOf(path), isAliased ? around : here);
    if (!whole || node === null) return null;
    if (nodes > MOST_NODES || above.length > DEEPEST || above.includes(node)) {
      whole = false;
      complain(around, path, 'the file is too deep or too large', 'write the settings without aliases of aliases');
      return null;
    }
    const inside = [...above, node];
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (target !== undefined) return treeOf(target, path, here, inside);
      const fix = `write &${node.source} before the value that is meant`;
      complain(here, path, `*${node.source} names no anchor above it`, fix);
      return null;
    }
    if (isScalar(node)) return textOf(node);
    if (isMap(node)) return branchOf(node.items as readonly Pair[], path, here, inside);
    if (!isSeq(node)) return null;
    return node.items.map((item, index) => treeOf(item as Node | null, [...path, index], here, inside));
  };

  const tree = treeOf(document.contents, [], START, []);
  return { tree, problems, whole, keys, values };
};
