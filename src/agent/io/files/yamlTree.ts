import { LineCounter, type ParsedNode, parseDocument } from 'yaml';
import { keyOf, type Path, type Tree } from '../../core/configuration/layers/tree.ts';
import { toError } from '../../core/errors.ts';
import { type Position, START, walk, type YamlProblem } from './walkYaml.ts';

export type YamlTree = {
  readonly tree: Tree;
  readonly problems: readonly YamlProblem[];
  /** Whether it is YAML at all: if not, the tree is a guess, and nothing else should be said of it. */
  readonly readable: boolean;
  /** Where a key, and where its value, stands; the nearest thing around it that is there for a path that is not. */
  readonly keyAt: (path: Path) => Position;
  readonly valueAt: (path: Path) => Position;
};

const FIXES: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent by spaces, not tabs',
  BAD_INDENT: 'indent this line like its neighbours',
  MISSING_CHAR: 'close the quote or bracket, and put a space after every colon',
  MULTIPLE_DOCS: 'keep one document: take the line --- and what follows it away',
};

const FIX = 'correct the line; tollgate config init prints an example';

/** The first line of what the YAML package says, without its own place. */
const firstLine = (message: string): string =>
  (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');

const notYaml = (at: Position, reason: string, fix: string): YamlProblem => ({
  ...at,
  path: '',
  message: `this is no YAML: ${reason}`,
  fix,
});

const read = (text: string): YamlTree => {
  const lines = new LineCounter();
  const positionOf = (offset: number | undefined): Position => {
    if (offset === undefined) return START;
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const document = parseDocument<ParsedNode>(text, {
    version: '1.2',
    lineCounter: lines,
    // We look for them ourselves, by the text of the key.
    uniqueKeys: false,
    // Not silent: then a second document would be passed over without an error.
    logLevel: 'error',
  });
  const faults = [...document.errors, ...document.warnings].map(({ code, message, pos: [offset] }) =>
    notYaml(positionOf(offset), firstLine(message), FIXES[code] ?? FIX),
  );
  const { tree, problems, whole, keys, values } = walk(document, positionOf);
  const valueAt = (path: Path): Position =>
    values.get(keyOf(path)) ?? (path.length === 0 ? START : keyAt(path.slice(0, -1)));
  const keyAt = (path: Path): Position => keys.get(keyOf(path)) ?? valueAt(path);
  return {
    tree,
    problems: [...faults, ...problems],
    readable: document.errors.length === 0 && whole,
    keyAt,
    valueAt,
  };
};

/**
 * Reads YAML 1.2 into a tree of source texts, with the place of every key and value. Duplicate keys, keys that are no
 * names, and whatever is no YAML become problems; the rest of the tree is still there. Never throws.
 */
export const yamlTree = (text: string): YamlTree => {
  try {
    return read(text);
  } catch (thrown) {
    // Brackets nested thousands deep exhaust the stack of the YAML package.
    const problem = notYaml(START, toError(thrown).message, FIX);
    return { tree: null, problems: [problem], readable: false, keyAt: () => START, valueAt: () => START };
  }
};
