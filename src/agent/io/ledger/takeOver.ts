import type { Config } from '../../core/configuration/config.ts';
import { adopted, isCopied, refusalToAdopt } from '../../core/record/adoption.ts';
import { type Hour, type Instant, stampOf } from '../../core/time/hour.ts';
import { freeze } from '../../core/usage/freeze.ts';
import type { Meter } from '../../core/usage/kinds.ts';
import type { Quantity } from '../../core/usage/quantity.ts';
import { writeOffForeignCarry } from './rows/carryProduct.ts';
import { firstHourIn, setFirstHour } from './rows/firstHour.ts';
import { noteForebear } from './rows/forebears.ts';
import type { Store } from './rows/store.ts';
import { freezeHour, settle } from './settle.ts';

/** Who owns the ledger from now on. */
export type Owner = {
  readonly resource: string;
  readonly firstHour: Hour;
  readonly onEc2: boolean;
  /** The serial number of the disk under the ledger, where it is known. */
  readonly disk: string | undefined;
  readonly now: Instant;
  /** The brake of each dimension that has one. */
  readonly maxPerHour: ReadonlyMap<string, Quantity>;
};

const writeOffCarries = ({ database: { db }, openHours }: Store): void => {
  for (const row of db.prepare('SELECT name FROM dimension').all()) openHours.writeOffCarry(String(row['name']));
};

/** Meters whose raw count of one hour says nothing of another one. */
const SAYS_ONE_NUMBER: ReadonlySet<Meter> = new Set(['max', 'last']);

/**
 * Takes a ledger over for a resource, within a transaction. The same resource as before just goes on; another one moves
 * what its predecessor left to its own first hour, or quarantines it. In a copy of a disk everything is quarantined that its
 * original may have sent, whoever finds it. Usage of the clock hour in which both lived needs no move: it is not in a record
 * yet and counts on. Answers the first hour of the resource.
 */
export const takeOver = (store: Store, owner: Owner, policies: Config['metering']): Hour => {
  const { meta, openHours, records } = store;
  // Whatever was under way when the last process ended may have reached AWS.
  for (const { token, state } of records.unsettled()) {
    if (state === 'sending') records.change(token, { state: 'waiting', doubt: true });
  }
  const before = meta.get('resource');
  const isCopy = isCopied(meta.get('disk'), owner.disk);
  if (owner.disk !== undefined) meta.set('disk', owner.disk);
  const isSame = before === owner.resource;
  const firstHour = isSame ? firstHourIn(meta) : owner.firstHour;
  if (isSame && !isCopy) return firstHour;

  meta.set('resource', owner.resource);
  if (!isSame) {
    setFirstHour(meta, firstHour, 'wall');
    meta.set('grant', undefined);
  }
  store.database.db.exec('DELETE FROM awake');
  const lastWrite = Number(meta.get('last_write') ?? 0);
  const refusal = refusalToAdopt({ lastWrite, onEc2: owner.onEc2, isCopy }, policies, owner.now);
  // A level belongs to the resource that had it. What else is known of series and sightings goes with what is adopted.
  const may = refusal === undefined;
  store.levels.forget();
  store.series.begin(owner.now, may);
  if (!may) store.sightings.forget();
  noteForebear(meta, may ? before : undefined);
  if (before === undefined) return firstHour;

  for (const record of records.unsettled()) {
    settle(store, record, adopted({ doubt: record.doubt, refusal, firstHour }, policies), firstHour, owner.now);
  }
  for (const { dimension, hour } of openHours.list()) {
    writeOffForeignCarry(store, dimension, openHours.definitionAt(dimension, hour)?.product);
    const open = openHours.read(dimension, hour);
    if (open === undefined) continue;
    if (refusal === undefined && hour >= firstHour) {
      if (!records.isTaken(dimension, hour)) continue;
      // A resource that comes back used this very hour up before. What adds up counts on in the next one; of a maximum or a
      // level that is only what exceeds what has been billed of the hour: below, as units.
      if (!SAYS_ONE_NUMBER.has(open.definition.meter)) {
        openHours.merge(dimension, hour, hour);
        continue;
      }
    }
    const rules = {
      resource: before,
      timestamp: stampOf(hour),
      maxPerHour: owner.maxPerHour.get(dimension),
      zero: false,
      ceil: false,
      whole: true,
    };
    const frozen = freeze({ ...open, previousToken: records.previousToken() }, rules);
    freezeHour(
      store,
      open,
      { frozen, instead: adopted({ doubt: false, refusal, firstHour }, policies) },
      firstHour,
      owner.now,
    );
  }
  // Of what is less than a unit nobody can say whose it is: each of many copies would bill it.
  if (refusal !== undefined) writeOffCarries(store);
  return firstHour;
};

const SHADOW = { state: 'shadow', units: { to: 'stay' }, reason: 'metering.mode was shadow' } as const;

/**
 * Ends a time of shadow, within a transaction: what was counted in it was to be watched, not billed. Hours that no record
 * has been made of become shadow records, and what is left of them is written off. Nor is time that a level was held in it
 * billed by a later correction, or what a counter has grown by since its last reading; and a thing that was seen in it has
 * not been billed yet.
 */
export const leaveShadow = (store: Store, resource: string, now: Instant): void => {
  const { openHours, records } = store;
  for (const { dimension, hour } of openHours.list()) {
    const open = openHours.read(dimension, hour);
    if (open === undefined) continue;
    const rules = {
      resource: `${resource} (shadow until ${new Date(now).toISOString()})`,
      timestamp: stampOf(hour),
      maxPerHour: undefined,
      zero: true,
      ceil: false,
      whole: true,
    };
    const frozen = freeze({ ...open, previousToken: records.previousToken() }, rules);
    freezeHour(store, open, { frozen, instead: SHADOW }, hour, now);
  }
  writeOffCarries(store);
  store.levels.lived.beginAnew(now);
  store.series.restart(now);
  store.sightings.forget();
};
