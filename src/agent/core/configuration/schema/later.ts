/** The meters of this version. A meter that comes later only moves from one list to the other. */
export const METERS = ['sum', 'max'] as const;

/** What is designed and not in this version yet, so that naming it is told apart from a typing mistake. */
export const LATER: Readonly<Record<'meter' | 'key' | 'pricing', readonly string[]>> = {
  meter: ['counter', 'average', 'last', 'unique'],
  key: ['within', 'source'],
  pricing: ['contract'],
};
