import type { DatabaseSync } from 'node:sqlite';
import type { Counts } from '../../../core/tags/ownShares.ts';
import { NO_SHARES, type Shares } from '../../../core/tags/shares.ts';
import { type TagSet, UNTAGGED } from '../../../core/tags/tagSet.ts';
import type { Hour } from '../../../core/time/hour.ts';
import { firstFree } from '../../../core/time/place.ts';
import { type Definition, read as readDefinition, write as writeDefinition } from '../../../core/usage/definition.ts';
import type { OpenHour } from '../../../core/usage/freeze.ts';
import { takes } from '../../../core/usage/kinds.ts';
import { combine } from '../../../core/usage/meter.ts';
import * as quantity from '../../../core/usage/quantity.ts';
import { forebearsIn } from './forebears.ts';
import type { Latest } from './latest.ts';
import type { Meta } from './meta.ts';
import type { Sightings } from './sightings.ts';
import type { TagShares } from './tagShares.ts';
import type { Tallies, Tally } from './tallies.ts';
import { decimalOf } from './values.ts';

/** An open hour with what only the ledger needs to know of it. */
export type StoredHour = Omit<OpenHour, 'previousToken'> & { readonly reports: number };

/** The rows of hours that no record has been made of, and the running figures of their dimensions. */
export type OpenHours = {
  readonly list: () => readonly { readonly dimension: string; readonly hour: Hour }[];
  readonly read: (dimension: string, hour: Hour) => StoredHour | undefined;
  readonly remove: (dimension: string, hour: Hour) => void;
  /** Adds what the reports of one tag set come to; the set must have been admitted. */
  readonly count: (dimension: string, hour: Hour, tally: Tally) => void;
  /** Adds a raw count to what the dimension has acknowledged. */
  readonly acknowledge: (dimension: string, count: quantity.Quantity) => void;
  /** Whether a report may count in this tag set of the hour; its place is kept for it. */
  readonly admit: (dimension: string, hour: Hour, tags: TagSet) => boolean;
  /** Brings units of an hour that could not be sent into the first hour from `wanted` on that has no record; answers which. */
  readonly moveIn: (
    dimension: string,
    wanted: Hour,
    units: quantity.Quantity,
    origin: Hour,
    fallback: Definition,
    shares: Shares,
  ) => Hour;
  /** How the reports of this hour become one number: as when it began, whatever the configuration says now. */
  readonly meterOf: (dimension: string, hour: Hour) => Definition['meter'] | undefined;
  /** How an hour that is open already was metered when it began. */
  readonly definitionAt: (dimension: string, hour: Hour) => Definition | undefined;
  /** Brings all that an hour holds into the first hour from `wanted` on that has no record. */
  readonly merge: (dimension: string, from: Hour, wanted: Hour) => void;
  /** What is left over, and what each tag set is owed of it. */
  readonly setCarry: (dimension: string, carry: quantity.Quantity, balances: Counts) => void;
  readonly carried: (dimension: string, counts: Counts, moved: Shares) => Pick<StoredHour, 'carried' | 'tagged'>;
  /** The carry is never billed: it is written off. */
  readonly writeOffCarry: (dimension: string) => void;
  readonly setLastReceipt: (dimension: string, token: string) => void;
  readonly conflictsOf: (dimension: string) => number;
  readonly setConflicts: (dimension: string, conflicts: number) => void;
  readonly carryOf: (dimension: string) => quantity.Quantity;
};

export const makeOpenHours = (
  db: DatabaseSync,
  {
    definitions,
    tallies,
    tagShares,
    latest,
    sightings,
    records: { isTaken, unitsOf },
    meta,
  }: {
    readonly definitions: ReadonlyMap<string, Definition>;
    readonly tallies: Tallies;
    readonly tagShares: TagShares;
    readonly latest: Latest;
    readonly sightings: Pick<Sightings, 'redate'>;
    readonly records: {
      readonly isTaken: (dimension: string, hour: Hour) => boolean;
      readonly unitsOf: (dimension: string, hour: Hour, resources: readonly string[]) => quantity.Quantity;
    };
    readonly meta: Meta;
  },
): OpenHours => {
  const list = db.prepare('SELECT dimension, hour FROM open_hour ORDER BY hour, dimension');
  const select = db.prepare('SELECT definition, moved, origin FROM open_hour WHERE dimension = ? AND hour = ?');
  const insert = db.prepare('INSERT INTO open_hour VALUES (?, ?, ?, ?, ?)');
  const updateMoved = db.prepare('UPDATE open_hour SET moved = ?, origin = ? WHERE dimension = ? AND hour = ?');
  const removeHour = db.prepare('DELETE FROM open_hour WHERE dimension = ? AND hour = ?');
  const figures = db.prepare('SELECT * FROM dimension WHERE name = ?');
  const writeFigures = db.prepare('INSERT OR REPLACE INTO dimension VALUES (?, ?, ?, ?, ?, ?)');

  const figuresOf = (dimension: string) => {
    const row = figures.get(dimension);
    return {
      acknowledged: decimalOf(row?.['acknowledged']),
      carry: decimalOf(row?.['carry']),
      writtenOff: decimalOf(row?.['written_off']),
      conflicts: Number(row?.['conflicts'] ?? 0),
      lastReceipt: (row?.['last_receipt'] ?? null) as string | null,
    };
  };

  const write = (dimension: string, change: Partial<ReturnType<typeof figuresOf>>): void => {
    const { acknowledged, carry, writtenOff, conflicts, lastReceipt } = { ...figuresOf(dimension), ...change };
    writeFigures.run(
      dimension,
      quantity.format(acknowledged),
      quantity.format(carry),
      quantity.format(writtenOff),
      conflicts,
      lastReceipt,
    );
  };

  const definitionFor = (dimension: string, fallback: Definition | undefined): Definition => {
    const definition = definitions.get(dimension) ?? fallback;
    if (definition === undefined) throw new Error(`the dimension ${dimension} has no definition`);
    return definition;
  };

  const ensure = (dimension: string, hour: Hour, fallback?: Definition) => {
    const row = select.get(dimension, hour);
    if (row !== undefined) {
      return {
        definition: readDefinition(String(row['definition'])),
        moved: quantity.read(String(row['moved'])),
        origin: Number(row['origin']) as Hour,
      };
    }
    const definition = definitionFor(dimension, fallback);
    insert.run(dimension, hour, writeDefinition(definition), '0', hour);
    return { definition, moved: quantity.ZERO, origin: hour };
  };

  const addTo = (dimension: string, hour: Hour, tally: Tally, fallback?: Definition): void => {
    const { definition } = ensure(dimension, hour, fallback);
    tallies.add(dimension, hour, tally, (a, b) => combine(definition.meter, a, b));
  };

  /** What earlier hours leave to this one, and what is tagged of it all; nothing is said of tags while there are none. */
  const carriedInto = (dimension: string, counts: Counts, moved: Shares): Pick<StoredHour, 'carried' | 'tagged'> => {
    const carried = figuresOf(dimension).carry;
    const balances = tagShares.balancesOf(dimension);
    return counts.size + moved.size + balances.size === 0
      ? { carried }
      : { carried, tagged: { counts, moved, balances } };
  };

  /** What those before us have recorded of the same hour, where it must not be said twice. */
  const alreadyOf = (dimension: string, hour: Hour, meter: Definition['meter']): Pick<StoredHour, 'already'> => {
    if (meter !== 'max' && meter !== 'last') return {};
    const before = forebearsIn(meta);
    return before.length === 0 ? {} : { already: unitsOf(dimension, hour, before) };
  };

  const read = (dimension: string, hour: Hour): StoredHour | undefined => {
    const row = select.get(dimension, hour);
    if (row === undefined) return undefined;
    const definition = readDefinition(String(row['definition']));
    let [counted, reports] = [quantity.ZERO, 0];
    const counts = new Map<TagSet, quantity.Quantity>();
    for (const bucket of tallies.of(dimension, hour)) {
      if (bucket.tags !== UNTAGGED) counts.set(bucket.tags, bucket.counted);
      counted = combine(definition.meter, counted, bucket.counted);
      reports += bucket.reports;
    }
    return {
      dimension,
      hour,
      definition,
      counted,
      reports,
      moved: quantity.read(String(row['moved'])),
      ...alreadyOf(dimension, hour, definition.meter),
      ...carriedInto(dimension, counts, tagShares.movedTo(dimension, hour)),
      origin: Number(row['origin']) as Hour,
    };
  };

  const remove = (dimension: string, hour: Hour): void => {
    removeHour.run(dimension, hour);
    tallies.remove(dimension, hour);
    tagShares.removeMoved(dimension, hour);
    latest.remove(dimension, hour);
  };

  const moveIn: OpenHours['moveIn'] = (dimension, wanted, units, origin, fallback, shares) => {
    const hour = firstFree(wanted, (candidate) => isTaken(dimension, candidate));
    const open = ensure(dimension, hour, fallback);
    const oldest = Math.min(open.origin, origin);
    updateMoved.run(quantity.format(quantity.add(open.moved, units)), oldest, dimension, hour);
    tagShares.addMoved(dimension, hour, shares);
    return hour;
  };

  const meterOf = (dimension: string, hour: Hour): Definition['meter'] | undefined => {
    const row = select.get(dimension, hour);
    return row === undefined ? definitions.get(dimension)?.meter : readDefinition(String(row['definition'])).meter;
  };

  const takesFrom = (dimension: string, hour: Hour, { meter }: Definition): boolean =>
    takes(meterOf(dimension, hour) ?? meter, meter);

  return {
    list: () => list.all().map((row) => ({ dimension: String(row['dimension']), hour: Number(row['hour']) as Hour })),
    read,
    remove,
    count: addTo,
    acknowledge: (dimension, count) =>
      write(dimension, { acknowledged: quantity.add(figuresOf(dimension).acknowledged, count) }),
    admit: tallies.admit,
    moveIn,
    meterOf,
    definitionAt: (dimension, hour) => {
      const row = select.get(dimension, hour);
      return row === undefined ? undefined : readDefinition(String(row['definition']));
    },
    merge: (dimension, from, wanted) => {
      const open = read(dimension, from);
      if (open === undefined) return;
      const counts = tallies.of(dimension, from);
      const moved = open.tagged?.moved ?? NO_SHARES;
      remove(dimension, from);
      // Raw counts of two meters are no one number.
      const alike = firstFree(
        wanted,
        (hour) => isTaken(dimension, hour) || !takesFrom(dimension, hour, open.definition),
      );
      const to = moveIn(dimension, alike, open.moved, open.origin, open.definition, moved);
      const isOlder = open.definition.meter === 'last' && to > from && tallies.of(dimension, to).length > 0;
      for (const tally of isOlder ? [] : counts) {
        const tags = tallies.admit(dimension, to, tally.tags) ? tally.tags : UNTAGGED;
        addTo(dimension, to, { ...tally, tags }, open.definition);
      }
      if (open.definition.meter !== 'unique') return;
      // What was seen in it was seen in `wanted`, also where that has been sent already.
      const twice = sightings.redate(dimension, open.definition.within ?? 'hour', from, wanted);
      if (twice > 0) addTo(dimension, to, { tags: UNTAGGED, counted: quantity.of(-twice), reports: 0 });
    },
    writeOffCarry: (dimension) => {
      const { carry, writtenOff } = figuresOf(dimension);
      write(dimension, { carry: quantity.ZERO, writtenOff: quantity.add(writtenOff, carry) });
      tagShares.clearBalances(dimension);
    },
    setLastReceipt: (dimension, lastReceipt) => write(dimension, { lastReceipt }),
    setCarry: (dimension, carry, balances) => {
      write(dimension, { carry });
      tagShares.setBalances(dimension, balances, carry);
    },
    carried: carriedInto,
    conflictsOf: (dimension) => figuresOf(dimension).conflicts,
    setConflicts: (dimension, conflicts) => write(dimension, { conflicts }),
    carryOf: (dimension) => figuresOf(dimension).carry,
  };
};
