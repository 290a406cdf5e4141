import type { Meta } from './meta.ts';

/** Resources that held this ledger before the present one, as far as it took over what they left. */
const FOREBEARS = 'forebears';
const MOST_FOREBEARS = 60;

export const forebearsIn = (meta: Meta): readonly string[] => JSON.parse(meta.get(FOREBEARS) ?? '[]');

/** Notes whose successor the owner is; undefined: nobody's. */
export const noteForebear = (meta: Meta, resource: string | undefined): void => {
  const all = resource === undefined ? [] : [...new Set([...forebearsIn(meta), resource])].slice(-MOST_FOREBEARS);
  meta.set(FOREBEARS, all.length === 0 ? undefined : JSON.stringify(all));
};
