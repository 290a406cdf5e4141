import { at, type Branch, isBranch, leadsThrough, type Path } from '../layers/tree.ts';
import type { Settings } from '../schema/schema.ts';
import type { Finding } from '../sentences.ts';
import { operationRules } from './operationRules.ts';
import { productRules } from './productRules.ts';
import type { Rule } from './rule.ts';

/**
 * What is impossible in these settings together. `settings` are what is left of `tree` without what is `broken`; a rule
 * about something broken says nothing.
 */
export const combinationsOf = (settings: Settings, tree: Branch, broken: readonly Path[]): readonly Finding[] => {
  const dimensions = at(tree, ['dimensions']);
  const named = isBranch(dimensions) ? Object.keys(dimensions) : [];
  const silenced = ({ about, partsAside }: Rule): boolean =>
    about.some((path) =>
      broken.some((wrong) => leadsThrough(path, wrong) || (partsAside !== true && leadsThrough(wrong, path))),
    );
  return [...productRules(settings, named), ...operationRules(settings)]
    .filter((rule) => rule.broken && !silenced(rule))
    .map(({ about, message, fix, key }) => ({
      at: about.find((path) => at(tree, path) !== undefined) ?? about[0] ?? [],
      key: key ?? false,
      message,
      fix,
    }));
};
