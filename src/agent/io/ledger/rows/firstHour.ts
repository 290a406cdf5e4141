import type { Hour } from '../../../core/time/hour.ts';
import type { Meta } from './meta.ts';

const FIRST_HOUR = 'first_hour';
/** Set while the first hour is one by the wall, since AWS has not been heard in this resource's life. */
const GUESSED = 'first_hour_guessed';

/** The first hour of the resource that owns the ledger. */
export const firstHourIn = (meta: Meta): Hour => Number(meta.get(FIRST_HOUR) ?? 0) as Hour;

/** A ledger of an older version does not say so: what it has counts. */
export const isGuessed = (meta: Meta): boolean => meta.get(GUESSED) !== undefined;

export const setFirstHour = (meta: Meta, hour: Hour, by: 'wall' | 'aws'): void => {
  meta.set(FIRST_HOUR, String(hour));
  meta.set(GUESSED, by === 'wall' ? 'yes' : undefined);
};
