import { type Document, isMap, isNode, isPair, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import type * as z from 'zod';
import { hint } from '../nearest.ts';

/** A world file's text taken apart: its value, and the way back from a path to a line. */
export type Parsed = {
  readonly value: unknown;
  readonly lineOf: (path: readonly PropertyKey[]) => number;
  readonly errors: readonly string[];
};

const lineOfNode = (node: Node | undefined | null, lines: LineCounter): number | undefined =>
  node?.range === undefined || node.range === null ? undefined : lines.linePos(node.range[0]).line;

/** The line of a path's key, or of the nearest part of the path that there is. */
const findLine = (document: Document, lines: LineCounter, path: readonly PropertyKey[]): number => {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const name = path[length - 1];
    if (isMap(parent)) {
      const found = parent.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(name),
      );
      const line = isNode(found?.key) ? lineOfNode(found.key, lines) : undefined;
      if (line !== undefined) return line;
    }
    const node = document.getIn(path.slice(0, length), true);
    const line = isNode(node) ? lineOfNode(node, lines) : undefined;
    if (line !== undefined) return line;
  }
  return 1;
};

export const parseYaml = (text: string): Parsed => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  return {
    value: document.errors.length > 0 ? undefined : (document.toJS() ?? {}),
    lineOf: (path) => findLine(document, lines, path),
    errors: document.errors.map((error) => `line ${error.linePos?.[0].line ?? 1}: ${error.message.split('\n')[0]}`),
  };
};

/** The keys that a schema knows at a path; empty where any name may stand. */
const keysAt = (schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] => {
  const { def } = schema._zod as unknown as { def: Record<string, unknown> & { type: string } };
  const [name, ...rest] = path;
  switch (def.type) {
    case 'optional':
    case 'default':
      return keysAt(def['innerType'] as z.core.$ZodType, path);
    case 'array':
      return keysAt(def['element'] as z.core.$ZodType, rest);
    case 'record':
      return keysAt(def['valueType'] as z.core.$ZodType, rest);
    case 'object': {
      const shape = def['shape'] as Readonly<Record<string, z.core.$ZodType>>;
      if (name === undefined) return Object.keys(shape);
      const child = shape[String(name)];
      return child === undefined ? [] : keysAt(child, rest);
    }
    default:
      return [];
  }
};

type Problem = { readonly line: number; readonly text: string };

/** One sentence for each problem, with its line and the way out, in the order of the file. */
export const problemsOf = (
  schema: z.core.$ZodType,
  issues: readonly z.core.$ZodIssue[],
  { lineOf }: Parsed,
): readonly string[] =>
  issues
    .flatMap((issue): readonly Problem[] => {
      if (issue.code === 'unrecognized_keys') {
        const known = keysAt(schema, issue.path);
        return issue.keys.map((key) => ({
          line: lineOf([...issue.path, key]),
          text: `${[...issue.path, key].join('.')} is not known${hint(key, known)}`,
        }));
      }
      const message = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
      return [{ line: lineOf(issue.path), text: `${issue.path.join('.') || 'the file'}: ${message}` }];
    })
    .toSorted((one, other) => one.line - other.line)
    .map(({ line, text }) => `line ${line}: ${text}`);
