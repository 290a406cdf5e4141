import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
} from 'yaml';
import { dotted, keyOf, type Path, type Tree } from '../../core/configuration/layers/tree.ts';
import { shown } from '../../core/configuration/values/shown.ts';

/** Line and column, both from 1. */
export type Position = { readonly line: number; readonly column: number };

export type YamlProblem = Position & { readonly path: string; readonly message: string; readonly fix: string };

export type YamlTree = {
  readonly tree: Tree;
  readonly problems: readonly YamlProblem[];
  /** Whether it is YAML at all: if not, the tree is a guess, and nothing else should be said of it. */
  readonly readable: boolean;
  /** Where a key, and where its value, stands; the nearest thing around it that is there for a path that is not. */
  readonly keyAt: (path: Path) => Position;
  readonly valueAt: (path: Path) => Position;
};

/** More nodes than a configuration ever has; keeps aliases of aliases from growing without end. */
const MOST_NODES = 20_000;
const DEEPEST = 32;

const START: Position = { line: 1, column: 1 };

const textOf = (scalar: Scalar): string | null => {
  if (scalar.value === null) return null;
  // The source of a plain scalar keeps every digit; a quoted or block one is its content.
  if (typeof scalar.value !== 'string' && scalar.source !== undefined) return scalar.source;
  return String(scalar.value);
};

/** The first line of what the YAML package says, without its own place. */
const firstLine = (message: string): string =>
  (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');

/**
 * Reads YAML 1.2 into a tree of source texts, with the place of every key and value. Duplicate keys, keys that are no
 * names, and whatever is no YAML become problems; the rest of the tree is still there. Never throws.
 */
export const yamlTree = (text: string): YamlTree => {
  const lines = new LineCounter();
  const document: Document.Parsed = parseDocument(text, {
    version: '1.2',
    lineCounter: lines,
    uniqueKeys: false,
    prettyErrors: true,
    logLevel: 'silent',
  });
  const keys = new Map<string, Position>();
  const values = new Map<string, Position>();
  const problems: YamlProblem[] = [];
  let nodes = 0;
  let full = false;

  const positionOf = (offset: number | undefined): Position => {
    if (offset === undefined) return START;
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const complain = (at: Position, path: Path, message: string, fix: string): void => {
    problems.push({ ...at, path: dotted(path), message, fix });
  };

  for (const error of [...document.errors, ...document.warnings]) {
    complain(
      positionOf(error.pos[0]),
      [],
      `this is no YAML: ${firstLine(error.message)}`,
      FIXES[error.code] ?? 'correct the line; tollgate config init prints an example',
    );
  }

  const pairs = (items: readonly Pair[], path: Path, here: Position, seen: readonly Node[]): Tree => {
    const branch: Record<string, Tree> = {};
    for (const { key, value } of items) {
      const keyNode = isAlias(key) ? key.resolve(document) : key;
      const at = positionOf((key as Node | null)?.range?.[0]);
      const name = isScalar(keyNode) ? textOf(keyNode) : undefined;
      if (name === undefined || name === null || name === '__proto__') {
        complain(
          at,
          path,
          name === undefined ? 'a list or section stands where a name belongs' : `${shown(name ?? '')} is no name`,
          'write a name and a colon',
        );
        continue;
      }
      const inner = [...path, name];
      if (Object.hasOwn(branch, name)) {
        const first = keys.get(keyOf(inner)) ?? START;
        complain(
          at,
          inner,
          `${dotted(inner)} stands here a second time; the first is at line ${first.line}`,
          'keep one of them',
        );
        continue;
      }
      keys.set(keyOf(inner), at);
      branch[name] = convert(value as Node | null, inner, at, seen);
    }
    values.set(keyOf(path), here);
    return branch;
  };

  const convert = (node: Node | null, path: Path, around: Position, seen: readonly Node[]): Tree => {
    nodes += 1;
    const here = node?.range ? positionOf(node.range[0]) : around;
    values.set(keyOf(path), here);
    if (full || node === null) return null;
    if (nodes > MOST_NODES || seen.length > DEEPEST || seen.includes(node)) {
      full = true;
      complain(here, path, 'the file is too deep or too large', 'write the settings without aliases of aliases');
      return null;
    }
    const inside = [...seen, node];
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (target === undefined) {
        complain(
          here,
          path,
          `*${node.source} names no anchor above it`,
          `write &${node.source} before the value that is meant`,
        );
        return null;
      }
      const tree = convert(target, path, here, inside);
      values.set(keyOf(path), here);
      return tree;
    }
    if (isScalar(node)) return textOf(node);
    if (isMap(node)) return pairs(node.items as readonly Pair[], path, here, inside);
    if (isSeq(node))
      return node.items.map((item, index) => convert(item as Node | null, [...path, index], here, inside));
    return null;
  };

  const tree = convert(document.contents, [], START, []);
  const nearest = (found: ReadonlyMap<string, Position>, path: Path): Position | undefined => found.get(keyOf(path));
  const valueAt = (path: Path): Position =>
    nearest(values, path) ?? (path.length === 0 ? START : keyAt(path.slice(0, -1)));
  const keyAt = (path: Path): Position => nearest(keys, path) ?? valueAt(path);
  return { tree, problems, readable: document.errors.length === 0, keyAt, valueAt };
};

const FIXES: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent by spaces, not tabs',
  BAD_INDENT: 'indent this line like its neighbours',
  MISSING_CHAR: 'close the quote or bracket, and put a space after every colon',
  MULTIPLE_DOCS: 'keep one document: take the line --- and what follows it away',
};
