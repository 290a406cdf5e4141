import { DAY, format, type Hour, hourOf } from '../../src/agent/core/time/hour.ts';
import * as quantity from '../../src/agent/core/usage/quantity.ts';
import type { Report } from '../../src/agent/core/usage/report.ts';
import type { Cloud } from './cloud.ts';
import { FIRST, leastPer } from './configurations.ts';
import type { Process } from './process.ts';

/** One volume's life: what was acknowledged on it, and the resources that owned it. */
export type Lineage = {
  readonly acknowledged: Map<string, { readonly dimension: string; readonly count: quantity.Quantity }>;
  /** What was handed in, whether or not the producer heard the answer, by id. */
  readonly handed: Map<string, Report>;
  readonly resources: Set<string>;
};

const acknowledgedOf = (lineage: Lineage, dimension: string): quantity.Quantity =>
  quantity.sum(
    [...lineage.acknowledged.values()].filter((one) => one.dimension === dimension).map(({ count }) => count),
  );

/** States in which a record keeps its units. */
const RESTING: ReadonlySet<string> = new Set(['sending', 'waiting', 'quarantined', 'held', 'shadow']);

/** A counter that only grows is never billed for more than it grew by, whatever became of pods and volumes. */
const overGrowth = (
  stored: readonly { readonly dimension: string; readonly quantity: string }[],
  lineages: readonly Lineage[],
): readonly string[] => {
  const counter = FIRST.find(({ meter }) => meter === 'counter');
  if (counter === undefined) return [];
  const { name, per } = counter;
  const readings = lineages
    .flatMap(({ acknowledged }) => [...acknowledged.values()])
    .filter(({ dimension }) => dimension === name)
    .map(({ count }) => count);
  const billed = quantity.multiply(
    quantity.sum(stored.filter(({ dimension }) => dimension === name).map((record) => quantity.read(record.quantity))),
    per,
  );
  if (readings.length === 0) return quantity.isZero(billed) ? [] : [`${name}: billed without any reading`];
  // One that says when it was at zero may count from there.
  const isDated = lineages.some(({ handed }) => [...handed.values()].some(({ start }) => start !== undefined));
  const least = isDated ? quantity.ZERO : readings.reduce(quantity.min);
  const grown = quantity.subtract(readings.reduce(quantity.max), least);
  return quantity.compare(billed, grown) > 0
    ? [`${name}: billed for ${quantity.format(billed)}, but it grew by ${quantity.format(grown)}`]
    : [];
};

type Stored = { readonly resource: string; readonly dimension: string; readonly quantity: string };

/**
 * Meters that are one number an hour are never billed for more than one meter would be, whoever owned the volume: the sum of
 * the highest of each hour, and of a `unique` what could be seen within each day.
 */
const overOneMeter = (stored: readonly Stored[], lineages: readonly Lineage[]): readonly string[] =>
  FIRST.filter(({ meter }) => meter === 'max' || meter === 'last' || meter === 'unique').flatMap(({ name, meter }) =>
    lineages.flatMap(({ handed, resources }) => {
      const billed = quantity.sum(
        stored
          .filter(({ dimension, resource }) => dimension === name && resources.has(resource))
          .map((record) => quantity.read(record.quantity)),
      );
      const numbers = new Map<string, quantity.Quantity>();
      for (const { dimension, at, source, quantity: count } of handed.values()) {
        if (dimension !== name) continue;
        const slot = meter === 'unique' ? `${Math.floor(at / DAY)} ${source}` : String(hourOf(at));
        numbers.set(slot, quantity.max(numbers.get(slot) ?? quantity.ZERO, count));
      }
      const most = quantity.sum([...numbers.values()]);
      return quantity.compare(billed, most) > 0
        ? [`${name}: billed ${quantity.format(billed)}, and one meter would have come to ${quantity.format(most)}`]
        : [];
    }),
  );

/**
 * Three truths at the end of a story: what producers were told, what AWS has stored, what the ledger believes. Answers one
 * sentence for each thing that does not fit.
 */
export const checkEnd = ({
  agent,
  lineages,
  live,
  cloud,
  unacknowledged,
  now,
  isTimeSure,
  steady,
}: {
  readonly agent: Process;
  readonly lineages: readonly Lineage[];
  readonly live: Lineage;
  readonly cloud: Cloud;
  readonly unacknowledged: number;
  /** AWS's time. */
  readonly now: number;
  /** Nobody set the wall clock, and the machine never slept: else a report may count in an hour that is not its own. */
  readonly isTimeSure: boolean;
  /** Whether a unit of this dimension was the same count throughout. */
  readonly steady: (dimension: string) => boolean;
}): readonly string[] => {
  const broken: string[] = [];
  if (unacknowledged > 0) broken.push(`${unacknowledged} reports were never acknowledged`);
  const { books } = agent.opened;
  broken.push(...books.check().findings);

  const stored = [...cloud.state.records.values()];
  const storedOf = (lineage: Lineage, dimension: string) =>
    stored.filter((record) => record.dimension === dimension && lineage.resources.has(record.resource));

  const lines = [...books.lines()];
  const stale = format((hourOf(now) - 3) as Hour);
  for (const { name: dimension, per, meter } of FIRST) {
    const adds = meter === 'sum';
    const account = books.accounts().find((one) => one.dimension === dimension);
    const acknowledged = acknowledgedOf(live, dimension);
    if (adds && !quantity.equal(account?.acknowledged ?? quantity.ZERO, acknowledged)) {
      broken.push(
        `${dimension}: producers were told ${quantity.format(acknowledged)}, the ledger counted ${quantity.format(account?.acknowledged ?? quantity.ZERO)}`,
      );
    }
    const records = lines.filter((line) => line['kind'] === 'record' && line['dimension'] === dimension);
    const inAws = new Map(
      storedOf(live, dimension).map((record) => [`${record.resource} ${format(record.hour as Hour)}`, record.quantity]),
    );
    if (adds && steady(dimension)) {
      const units = quantity.sum([
        ...[...inAws.values()].map((there) => quantity.read(there)),
        ...records
          .filter(
            (record) => RESTING.has(String(record['state'])) && !inAws.has(`${record['resource']} ${record['hour']}`),
          )
          .map((record) => quantity.read(String(record['quantity']))),
        ...lines
          .filter((line) => line['dimension'] === dimension && line['kind'] === 'held' && line['moved_to'] === null)
          .map((line) => quantity.read(String(line['held']))),
      ]);
      const open = lines.filter((line) => line['dimension'] === dimension && line['kind'] === 'open');
      const everything = quantity.sum([
        quantity.multiply(
          quantity.add(units, quantity.sum(open.map((line) => quantity.read(String(line['moved_in']))))),
          per,
        ),
        ...open.map((line) => quantity.read(String(line['counted']))),
        account?.carry ?? quantity.ZERO,
        account?.writtenOff ?? quantity.ZERO,
      ]);
      if (!quantity.equal(everything, acknowledged)) {
        broken.push(
          `${dimension}: billed, held, quarantined, open and carried are ${quantity.format(everything)}, acknowledged ${quantity.format(acknowledged)}`,
        );
      }
    }
    for (const line of lines) {
      if (line['dimension'] === dimension && line['kind'] === 'open' && String(line['hour']) < stale)
        broken.push(`${dimension} ${line['hour']}: still open long after its end`);
    }
    const keys = records.map((record) => `${record['resource']} ${record['hour']}`);
    const followed = new Set(keys.filter((key, index) => keys.indexOf(key) !== index));
    for (const record of records) {
      const key = `${record['resource']} ${record['hour']}`;
      const there = inAws.get(key);
      const state = String(record['state']);
      // AWS refused its tags: the record after it is of the same hour and resource, and tells what AWS has.
      if (state === 'moved' && record['moved_to'] === record['hour'] && followed.has(key)) {
        followed.delete(key);
        continue;
      }
      const same =
        there !== undefined && quantity.equal(quantity.read(there), quantity.read(String(record['quantity'])));
      if (state === 'receipted' && !same)
        broken.push(`${dimension} ${key}: receipted as ${record['quantity']}, but AWS has ${there ?? 'nothing'}`);
      if (['moved', 'conflict'].includes(state) && there !== undefined)
        broken.push(`${dimension} ${key}: ${state}, yet AWS has ${there}: billed twice`);
      if (['sending', 'waiting'].includes(state))
        broken.push(`${dimension} ${key}: still ${state} after everything healed`);
      if (state === 'quarantined' && there !== undefined && !record['doubt'])
        broken.push(`${dimension} ${key}: quarantined without doubt, yet AWS has it`);
      inAws.delete(key);
    }
    for (const [key, there] of inAws)
      broken.push(`${dimension} ${key}: AWS has ${there}, of which the ledger knows nothing`);
    for (const lineage of lineages.filter((other) => other !== live)) {
      const billed = quantity.sum(
        storedOf(lineage, dimension).map((record) =>
          quantity.multiply(quantity.read(record.quantity), leastPer(dimension)),
        ),
      );
      if (adds && quantity.compare(billed, acknowledgedOf(lineage, dimension)) > 0) {
        broken.push(`${dimension}: more was billed of a lost volume than anybody was told`);
      }
    }
  }
  broken.push(...overGrowth(stored, lineages));
  if (isTimeSure) broken.push(...overOneMeter(stored, lineages));
  return broken;
};
