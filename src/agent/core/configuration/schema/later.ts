/** What is designed and not in this version yet, so that naming it is told apart from a typing mistake. */
export const LATER: Readonly<Record<'pricing', readonly string[]>> = {
  pricing: ['contract'],
};
