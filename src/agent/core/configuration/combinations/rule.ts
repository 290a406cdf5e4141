import type { Path } from '../layers/tree.ts';

/** Settings that are right one by one and impossible together. */
export type Rule = {
  /** The settings that the rule is about; the problem stands at the first of them that somebody wrote. */
  readonly about: readonly Path[];
  readonly broken: boolean;
  readonly message: string;
  readonly fix: string;
  /** Whether the key is wrong rather than its value. */
  readonly key?: true;
  /** Whether the rule holds whatever is wrong with parts of what it is about. */
  readonly partsAside?: true;
};
