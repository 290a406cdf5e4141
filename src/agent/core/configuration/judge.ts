import { combinationsOf } from './combinations/combinationsOf.ts';
import { type Branch, isBranch, type Path, type Tree, without, withValue } from './layers/tree.ts';
import { type Settings, schema } from './schema/schema.ts';
import { type Finding, findingsOf } from './sentences.ts';

/** The settings as far as they can be read, and all that is wrong. With no findings the settings are whole. */
export type Judgement = { readonly settings: Settings; readonly findings: readonly Finding[] };

/** Stands in for a product code that cannot be read, while the rest is judged. */
const STAND_IN = 'unreadable';

/** A configuration is read once: compiling the schema first would take longer than reading it. */
const ONCE = { jitless: true } as const;

/** More than any setting lies deep. */
const DEEPEST = 8;

const repaired = (tree: Branch, wrong: readonly Path[]): Branch => {
  // From the end: taking an item out of a list moves those behind it.
  const pruned = wrong.toReversed().reduce<Tree>((rest, path) => without(rest, path), tree);
  const branch = isBranch(pruned) ? pruned : {};
  return wrong.some(([first, second]) => first === 'product' && (second === 'code' || second === undefined))
    ? withValue(branch, ['product', 'code'], STAND_IN)
    : branch;
};

/** The settings that are left when whatever cannot be read is taken away: first the values, then what holds them. */
const remainder = (tree: Branch): Settings => {
  let rest = tree;
  for (let height = 0; ; height += 1) {
    const parsed = schema.safeParse(rest, ONCE);
    if (parsed.success) return parsed.data;
    const wrong = parsed.error.issues
      .flatMap((issue) => findingsOf(issue, rest))
      .map((finding) => finding.at.slice(0, Math.max(1, finding.at.length - height)));
    rest = height > DEEPEST ? withValue({}, ['product', 'code'], STAND_IN) : repaired(rest, wrong);
  }
};

/** Judges a tree whole: every value by itself, then the values together. Total: no tree makes it throw. */
export const judge = (tree: Branch): Judgement => {
  const parsed = schema.safeParse(tree, ONCE);
  if (parsed.success) return { settings: parsed.data, findings: combinationsOf(parsed.data, tree, []) };
  const findings = parsed.error.issues.flatMap((issue) => findingsOf(issue, tree));
  const settings = remainder(tree);
  const broken = findings.map((finding) => finding.at);
  return { settings, findings: [...findings, ...combinationsOf(settings, tree, broken)] };
};
