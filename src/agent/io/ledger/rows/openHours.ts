import type { DatabaseSync } from 'node:sqlite';
import type { Hour } from '../../../core/time/hour.ts';
import { firstFree } from '../../../core/time/place.ts';
import { type Definition, read as readDefinition, write as writeDefinition } from '../../../core/usage/definition.ts';
import type { OpenHour } from '../../../core/usage/freeze.ts';
import { combine } from '../../../core/usage/meter.ts';
import * as quantity from '../../../core/usage/quantity.ts';

/** An open hour with what only the ledger needs to know of it. */
export type StoredHour = Omit<OpenHour, 'previousToken'> & { readonly reports: number };

/** The rows of hours that no record has been made of, and the running figures of their dimensions. */
export type OpenHours = {
  readonly list: () => readonly { readonly dimension: string; readonly hour: Hour }[];
  readonly read: (dimension: string, hour: Hour) => StoredHour | undefined;
  readonly remove: (dimension: string, hour: Hour) => void;
  /** Adds a raw count to a bucket and to what the dimension has acknowledged. */
  readonly count: (
    dimension: string,
    hour: Hour,
    count: quantity.Quantity,
    reports: number,
    combined: quantity.Quantity,
  ) => void;
  /** Brings units of an hour that could not be sent into the first hour from `wanted` on that has no record; answers which. */
  readonly moveIn: (
    dimension: string,
    wanted: Hour,
    units: quantity.Quantity,
    origin: Hour,
    fallback: Definition,
  ) => Hour;
  /** How the reports of this hour become one number: as when it began, whatever the configuration says now. */
  readonly meterOf: (dimension: string, hour: Hour) => Definition['meter'] | undefined;
  /** Brings all that an hour holds into the first hour from `wanted` on that has no record. */
  readonly merge: (dimension: string, from: Hour, wanted: Hour) => void;
  readonly setCarry: (dimension: string, carry: quantity.Quantity) => void;
  /** The carry is never billed: it is written off. */
  readonly writeOffCarry: (dimension: string) => void;
  readonly setLastReceipt: (dimension: string, token: string) => void;
  readonly conflictsOf: (dimension: string) => number;
  readonly setConflicts: (dimension: string, conflicts: number) => void;
  readonly carryOf: (dimension: string) => quantity.Quantity;
};

export const makeOpenHours = (
  db: DatabaseSync,
  definitions: ReadonlyMap<string, Definition>,
  isTaken: (dimension: string, hour: Hour) => boolean,
): OpenHours => {
  const list = db.prepare('SELECT dimension, hour FROM open_hour ORDER BY hour, dimension');
  const select = db.prepare('SELECT definition, moved, origin FROM open_hour WHERE dimension = ? AND hour = ?');
  const insert = db.prepare('INSERT INTO open_hour VALUES (?, ?, ?, ?, ?)');
  const updateMoved = db.prepare('UPDATE open_hour SET moved = ?, origin = ? WHERE dimension = ? AND hour = ?');
  const removeHour = db.prepare('DELETE FROM open_hour WHERE dimension = ? AND hour = ?');
  const tallies = db.prepare('SELECT counted, reports FROM tally WHERE dimension = ? AND hour = ?');
  const tally = db.prepare(`SELECT counted, reports FROM tally WHERE dimension = ? AND hour = ? AND tags = ''`);
  const upsertTally = db.prepare(
    `INSERT INTO tally VALUES (?, ?, '', ?, ?) ON CONFLICT (dimension, hour, tags)
     DO UPDATE SET counted = excluded.counted, reports = excluded.reports`,
  );
  const removeTallies = db.prepare('DELETE FROM tally WHERE dimension = ? AND hour = ?');
  const figures = db.prepare('SELECT * FROM dimension WHERE name = ?');
  const writeFigures = db.prepare('INSERT OR REPLACE INTO dimension VALUES (?, ?, ?, ?, ?, ?)');

  const figuresOf = (dimension: string) => {
    const row = figures.get(dimension);
    const decimalOf = (column: string) => quantity.read(String(row?.[column] ?? '0'));
    return {
      acknowledged: decimalOf('acknowledged'),
      carry: decimalOf('carry'),
      writtenOff: decimalOf('written_off'),
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

  const addTo = (
    dimension: string,
    hour: Hour,
    combined: quantity.Quantity,
    reports: number,
    fallback?: Definition,
  ): void => {
    const { definition } = ensure(dimension, hour, fallback);
    const before = tally.get(dimension, hour);
    const counted = combine(definition.meter, quantity.read(String(before?.['counted'] ?? '0')), combined);
    upsertTally.run(dimension, hour, quantity.format(counted), Number(before?.['reports'] ?? 0) + reports);
  };

  const read = (dimension: string, hour: Hour): StoredHour | undefined => {
    const row = select.get(dimension, hour);
    if (row === undefined) return undefined;
    const definition = readDefinition(String(row['definition']));
    let [counted, reports] = [quantity.ZERO, 0];
    for (const bucket of tallies.all(dimension, hour)) {
      counted = combine(definition.meter, counted, quantity.read(String(bucket['counted'])));
      reports += Number(bucket['reports']);
    }
    return {
      dimension,
      hour,
      definition,
      counted,
      reports,
      moved: quantity.read(String(row['moved'])),
      carried: figuresOf(dimension).carry,
      origin: Number(row['origin']) as Hour,
    };
  };

  const remove = (dimension: string, hour: Hour): void => {
    removeHour.run(dimension, hour);
    removeTallies.run(dimension, hour);
  };

  const moveIn: OpenHours['moveIn'] = (dimension, wanted, units, origin, fallback) => {
    const hour = firstFree(wanted, (candidate) => isTaken(dimension, candidate));
    const open = ensure(dimension, hour, fallback);
    const oldest = Math.min(open.origin, origin);
    updateMoved.run(quantity.format(quantity.add(open.moved, units)), oldest, dimension, hour);
    return hour;
  };

  return {
    list: () => list.all().map((row) => ({ dimension: String(row['dimension']), hour: Number(row['hour']) as Hour })),
    read,
    remove,
    count: (dimension, hour, count, reports, combined) => {
      addTo(dimension, hour, combined, reports);
      write(dimension, { acknowledged: quantity.add(figuresOf(dimension).acknowledged, count) });
    },
    moveIn,
    meterOf: (dimension, hour) => {
      const row = select.get(dimension, hour);
      return row === undefined ? definitions.get(dimension)?.meter : readDefinition(String(row['definition'])).meter;
    },
    merge: (dimension, from, wanted) => {
      const open = read(dimension, from);
      if (open === undefined) return;
      remove(dimension, from);
      const to = moveIn(dimension, wanted, open.moved, open.origin, open.definition);
      addTo(dimension, to, open.counted, open.reports, open.definition);
    },
    writeOffCarry: (dimension) => {
      const { carry, writtenOff } = figuresOf(dimension);
      write(dimension, { carry: quantity.ZERO, writtenOff: quantity.add(writtenOff, carry) });
    },
    setLastReceipt: (dimension, lastReceipt) => write(dimension, { lastReceipt }),
    setCarry: (dimension, carry) => write(dimension, { carry }),
    conflictsOf: (dimension) => figuresOf(dimension).conflicts,
    setConflicts: (dimension, conflicts) => write(dimension, { conflicts }),
    carryOf: (dimension) => figuresOf(dimension).carry,
  };
};
