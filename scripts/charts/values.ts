import { isMap, isNode, isScalar, type Pair, parseDocument } from 'yaml';

/** A value of a chart that its values.yaml documents with a comment `# -- TEXT`. */
export type DocumentedValue = {
  readonly path: readonly string[];
  readonly description: string;
  /** As it stands, comments taken out. */
  readonly standard: unknown;
};

const MARK = /^\s*--\s+/;

/** The text behind `# --` in the comment above a key, over as many lines as it takes. */
const descriptionOf = (comment: string | null | undefined): string | undefined => {
  const lines = (comment ?? '').split('\n');
  const begin = lines.findLastIndex((line) => MARK.test(line));
  if (begin < 0) return undefined;
  return lines
    .slice(begin)
    .map((line) => line.replace(MARK, '').trim())
    .join(' ');
};

const commentOf = ({ key }: Pair, outer: string | null | undefined): string | null | undefined =>
  (isScalar(key) ? key.commentBefore : undefined) ?? outer;

const valuesIn = (node: unknown, path: readonly string[]): readonly DocumentedValue[] => {
  if (!isMap(node)) return [];
  return node.items.flatMap((pair, index): readonly DocumentedValue[] => {
    const here = [...path, String(isScalar(pair.key) ? pair.key.value : pair.key)];
    // The comment above the first key of a map belongs to the map itself.
    const description = descriptionOf(commentOf(pair, index === 0 ? node.commentBefore : undefined));
    if (description === undefined) return valuesIn(pair.value, here);
    return [{ path: here, description, standard: isNode(pair.value) ? pair.value.toJSON() : pair.value }];
  });
};

/** Every documented value of a values.yaml, in its order. */
export const documentedValues = (text: string): readonly DocumentedValue[] => {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw error;
  return valuesIn(document.contents, []);
};

/** Paths of values that nobody has documented, neither themselves nor the section that they are in. */
export const undocumented = (text: string): readonly string[] => {
  const known = documentedValues(text).map(({ path }) => path.join('.'));
  const leaves = (node: unknown, path: readonly string[]): readonly string[] => {
    const name = path.join('.');
    if (known.includes(name)) return [];
    if (!isMap(node)) return [name];
    return node.items.flatMap(({ key, value }) => leaves(value, [...path, String(isScalar(key) ? key.value : key)]));
  };
  return leaves(parseDocument(text).contents, []);
};
