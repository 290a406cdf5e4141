import type { Meaning, Row } from './rows.ts';

/** What went before the attempt under test: nothing, or an answer that was lost after or before AWS stored the record. */
export type Situation = 'first' | 'stored' | 'unstored';

export const SITUATIONS: readonly Situation[] = ['first', 'stored', 'unstored'];

/** One answer in one situation, on a dimension of its own. */
export type Cell = {
  readonly row: Row;
  readonly situation: Situation;
  readonly dimension: string;
  readonly quantity: number;
};

/** What the ledger says of a record, and where its units are at the very end; `next` is the hour after its own. */
export type Fate = {
  readonly state: 'receipted' | 'waiting' | 'conflict' | 'held' | 'moved' | 'quarantined';
  readonly doubt: boolean;
  readonly billed: { readonly own?: number; readonly next?: number };
  /** What became of its record in a last life in which AWS is well. */
  readonly end: 'receipted' | 'conflict' | 'held' | 'moved' | 'quarantined';
};

/** What somebody else reported for an hour in conflict. */
export const THEIRS = 1_000_000;

/** The design's table, column by column. */
export const fateOf = ({ row, situation, quantity }: Omit<Cell, 'dimension'>): Fate => {
  const before = situation !== 'first';
  const had = situation === 'stored' ? { own: quantity } : {};
  const whole = { own: quantity };
  const fates: Readonly<Record<Meaning, Fate>> = {
    receipted: { state: 'receipted', doubt: false, billed: whole, end: 'receipted' },
    asItWas: { state: 'waiting', doubt: before, billed: whole, end: 'receipted' },
    doubt: { state: 'waiting', doubt: true, billed: whole, end: 'receipted' },
    conflict: { state: 'conflict', doubt: false, billed: { own: THEIRS, next: quantity }, end: 'conflict' },
    held: { state: 'held', doubt: true, billed: had, end: 'held' },
    gaveUp: before
      ? { state: 'quarantined', doubt: true, billed: had, end: 'quarantined' }
      : { state: 'moved', doubt: false, billed: { next: quantity }, end: 'moved' },
  };
  return fates[row.means];
};

type Planned = readonly [Row, Situation];

/** A spelling of another row is played in one situation, by turns; `whole`: in all of them. */
export const plan = (rows: readonly Row[], whole: boolean): readonly Planned[] =>
  rows.flatMap((row, turn) =>
    SITUATIONS.filter((_, index) => whole || row.variant !== true || index === turn % SITUATIONS.length).map(
      (situation) => [row, situation] as const,
    ),
  );

/** Cells that are under test in one life of the program. */
export type Scene = readonly Cell[];

/**
 * How many answers fit into one life: the first that stops the sender is the last one in it, failures hold it from the third
 * on, throttles halve its pace.
 */
const roomFor = ({ pauses, means, paces }: Row): number => {
  if (pauses === 'sender') return 1;
  return means === 'doubt' || paces === true ? 3 : 6;
};

/** A configuration has room for so many dimensions. */
const MOST_CELLS = 22;
const MOST_LIVES = 6;

const chainOf = (groups: readonly (readonly Planned[])[]): readonly Scene[] =>
  groups.map((group, life) =>
    group.map(([row, situation], index) => ({
      row,
      situation,
      dimension: `life_${life}_cell_${index}`,
      quantity: 1 + life * 10 + index,
    })),
  );

/** Lives one after the other, for one ledger each. */
export const chainsOf = (planned: readonly Planned[]): readonly (readonly Scene[])[] => {
  const groups = [1, 3, 6].flatMap((room) => {
    const fitting = planned.filter(([row]) => roomFor(row) === room);
    return Array.from({ length: Math.ceil(fitting.length / room) }, (_, at) =>
      fitting.slice(at * room, (at + 1) * room),
    );
  });
  const chains: (readonly Planned[])[][] = [];
  for (const group of groups) {
    const last = chains.at(-1);
    const fits = last !== undefined && last.length < MOST_LIVES && last.flat().length + group.length <= MOST_CELLS;
    if (fits) last.push(group);
    else chains.push([group]);
  }
  return chains.map(chainOf);
};

/** Each in a ledger of its own, in which it waits for nobody and nobody for it. */
export const apart = (planned: readonly Planned[]): readonly (readonly Scene[])[] =>
  planned.map((one) => chainOf([[one]]));

export const nameOf = (scenes: readonly Scene[]): string =>
  scenes.map((scene) => scene.map(({ row, situation }) => `${row.name} (${situation})`).join(', ')).join(' | ');
