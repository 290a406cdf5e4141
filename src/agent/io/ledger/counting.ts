import { type TagSet, tagSetOf, UNTAGGED } from '../../core/tags/tagSet.ts';
import { type Hour, hourOf, type Instant } from '../../core/time/hour.ts';
import { firstFree, type Place } from '../../core/time/place.ts';
import { KINDS, type Meter, takes } from '../../core/usage/kinds.ts';
import * as quantity from '../../core/usage/quantity.ts';
import type { Report, Uncounted } from '../../core/usage/report.ts';
import type { Placing } from '../../ports.ts';
import { firstHourIn } from './rows/firstHour.ts';
import type { Store } from './rows/store.ts';

/** Adds a count to an hour; answers the tag set that it went to. */
export type AddCount = (
  dimension: string,
  hour: Hour,
  tags: TagSet,
  count: quantity.Quantity,
  reports?: 0 | 1,
) => TagSet;

/** What became of one report. */
export type Counted = {
  /** It names an hour that takes it no more, whether it counts in a later one or nowhere. */
  readonly late: boolean;
  readonly tags: TagSet;
  readonly why?: Uncounted;
};

/** When a batch came, by AWS's time, where known, and by the wall; and all that came in it. */
export type Arrival = {
  readonly aws: Instant | undefined;
  readonly wall: Instant;
  readonly together: readonly Report[];
};

const ONE = quantity.of(1);

/** Counts single reports, each as its meter does. Within the transaction of their group. */
export const makeCounting = (store: Store, add: AddCount) => {
  const { definitions, meta, openHours, records, series, levels, latest, sightings } = store;

  /** No record is made while a group is counted, so that one look at an hour does for all of it. */
  const looks = new Map<string, boolean>();
  const cannotTake = (dimension: string, hour: Hour, meter: Meter): boolean => {
    const name = `${hour} ${dimension}`;
    const known = looks.get(name);
    if (known !== undefined) return known;
    const isTaken = records.isTaken(dimension, hour) || !takes(openHours.meterOf(dimension, hour) ?? meter, meter);
    looks.set(name, isTaken);
    return isTaken;
  };

  type Outcome = Omit<Counted, 'late'>;
  const untagged = (why?: Uncounted): Outcome => ({ tags: UNTAGGED, ...(why === undefined ? {} : { why }) });

  /** What a level has come to counts in its hour, or where that has been sent (the last flush of an earlier process), in the next. */
  const addHeld = (
    dimension: string,
    held: ReadonlyMap<Hour, quantity.Quantity>,
    placeOf: (hour: Hour) => Hour | undefined,
  ) => {
    let dropped = false;
    for (const [hour, count] of held) {
      const target = placeOf(hour);
      if (target === undefined) dropped = true;
      else add(dimension, target, UNTAGGED, count, 0);
    }
    return dropped;
  };

  /** Levels are dated by the wall, which may be behind: nothing counts before the resource's first hour. */
  const nextFree = (dimension: string) => {
    const first = firstHourIn(meta);
    return (hour: Hour) =>
      firstFree(Math.max(hour, first) as Hour, (candidate) => cannotTake(dimension, candidate, 'average'));
  };

  const average = (report: Report, place: Place, placing: (hour: Hour) => Place, { aws, wall }: Arrival): Outcome => {
    const { dimension } = report;
    const change = levels.change(report, wall, aws);
    if (change === undefined) return untagged('stale');
    addHeld(dimension, change.before, nextFree(dimension));
    const dropped = addHeld(dimension, change.since, (hour) => {
      const target = placing(hour);
      return target.late ? undefined : target.hour;
    });
    if (!place.late) add(dimension, place.hour, UNTAGGED, quantity.ZERO);
    return untagged(place.late || dropped ? 'late' : undefined);
  };

  /** Whether the hour that a report names began with a meter that cannot take it. */
  const beganOtherwise = (dimension: string, named: Hour, place: Place, meter: Meter): boolean =>
    place.hour !== named && !takes(openHours.meterOf(dimension, named) ?? meter, meter);

  const amount = (report: Report, meter: 'sum' | 'max', named: Hour, place: Place): Outcome => {
    const { dimension } = report;
    // What is highest in an hour that is over, or was sent before its end, says nothing of another one.
    const adds = KINDS[openHours.meterOf(dimension, place.hour) ?? meter].adds;
    if (place.late && !adds) return untagged('late');
    if (meter === 'max' && beganOtherwise(dimension, named, place, meter)) return untagged('changed');
    if (meter === 'max' && place.hour > named && !adds) return untagged('late');
    return { tags: add(dimension, place.hour, tagSetOf(report.tags) ?? UNTAGGED, report.quantity) };
  };

  const one = (
    report: Report,
    meter: Meter,
    { named, place, placing }: { readonly named: Hour; readonly place: Place; readonly placing: (hour: Hour) => Place },
    arrival: Arrival,
  ): Outcome => {
    const { dimension } = report;
    switch (meter) {
      case 'sum':
      case 'max':
        return amount(report, meter, named, place);
      case 'counter': {
        const { count, why } = series.read(report, arrival.together, { now: arrival.aws, wall: arrival.wall });
        const isNews = why === undefined || why === 'first';
        const wanted = tagSetOf(report.tags) ?? UNTAGGED;
        const tags = isNews ? add(dimension, place.hour, wanted, count) : wanted;
        return { tags, ...(why === undefined ? {} : { why }) };
      }
      case 'average':
        return average(report, place, placing, arrival);
      default:
        break;
    }
    // Nor does what is last or first seen in it.
    if (place.late) return untagged('late');
    if (beganOtherwise(dimension, named, place, meter)) return untagged('changed');
    switch (meter) {
      case 'last':
        if (place.hour > named) return untagged('late');
        if (!latest.isNewest(report, place.hour, arrival.aws)) return untagged('stale');
        add(dimension, place.hour, UNTAGGED, report.quantity);
        return untagged();
      case 'unique': {
        const within = definitions.get(dimension)?.within ?? 'hour';
        // Its own hour may have been sent before its end: who was seen in it is known all the same.
        const hour = Math.min(named, place.hour) as Hour;
        const seen = sightings.see(dimension, hour, within, report.source ?? '');
        add(dimension, place.hour, UNTAGGED, seen === 'new' ? ONE : quantity.ZERO);
        return untagged(seen === 'full' ? 'full' : undefined);
      }
      default:
        return meter satisfies never;
    }
  };

  return {
    /** Counts a report, or says why it counts nothing. */
    count: (report: Report, place: Placing, arrival: Arrival): Counted => {
      const { dimension } = report;
      const meter = definitions.get(dimension)?.meter ?? 'sum';
      const placing = (hour: Hour): Place => place(hour, (candidate) => cannotTake(dimension, candidate, meter));
      const named = hourOf(report.at);
      const at = placing(named);
      return { ...one(report, meter, { named, place: at, placing }, arrival), late: at.late || at.hour > named };
    },
    /** Counts what levels have come to up to now. */
    countLevels: (now: Instant, only?: string): void => {
      for (const [dimension, { meter }] of definitions) {
        if (meter !== 'average' || (only !== undefined && only !== dimension)) continue;
        addHeld(dimension, levels.countOn(dimension, now), nextFree(dimension));
      }
    },
  };
};

export type Counting = ReturnType<typeof makeCounting>;
