/**
 * A configuration as it was written: every scalar is its source text, so that `1e5` stays a product code and `0.1` an
 * exact decimal. `null` is a value that was left empty or written as null.
 */
export type Tree = string | null | readonly Tree[] | Branch;
export type Branch = { readonly [key: string]: Tree };

/** The way from the root to a value: keys, and numbers in lists. */
export type Path = readonly (string | number)[];

export const isBranch = (tree: unknown): tree is Branch =>
  typeof tree === 'object' && tree !== null && !Array.isArray(tree);

/** `product.publicKeys[0].file` */
export const dotted = (path: Path): string =>
  path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  );

/** A text that no other path has, for maps. */
export const keyOf = (path: Path): string => JSON.stringify(path);

/** Whether one path leads through or ends at the other. */
export const leadsThrough = (path: Path, ancestor: Path): boolean =>
  ancestor.every((step, index) => path[index] === step);

export const at = (tree: Tree | undefined, path: Path): Tree | undefined => {
  let here = tree;
  for (const step of path) {
    if (Array.isArray(here)) here = here[Number(step)];
    else if (isBranch(here) && Object.hasOwn(here, String(step))) here = here[String(step)];
    else return undefined;
  }
  return here;
};

/** The tree with this value at this path of keys; what stood in the way is replaced. */
export const withValue = (tree: Branch, path: readonly string[], value: Tree): Branch => {
  const [key, ...rest] = path;
  if (key === undefined) return tree;
  const inner = at(tree, [key]);
  return { ...tree, [key]: rest.length === 0 ? value : withValue(isBranch(inner) ? inner : {}, rest, value) };
};

/** The tree without what is at this path. */
export const without = (tree: Tree, path: Path): Tree => {
  const [step, ...rest] = path;
  if (step === undefined) return tree;
  if (Array.isArray(tree)) {
    return rest.length === 0
      ? tree.filter((_, index) => index !== step)
      : tree.map((inner: Tree, index) => (index === step ? without(inner, rest) : inner));
  }
  if (!isBranch(tree) || !Object.hasOwn(tree, String(step))) return tree;
  const { [String(step)]: inner, ...others } = tree;
  return rest.length === 0 || inner === undefined ? others : { ...others, [String(step)]: without(inner, rest) };
};
