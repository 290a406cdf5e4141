import type { DatabaseSync } from 'node:sqlite';
import type { Loss } from '../../../core/record/overview.ts';
import { format, type Hour, hourOf, type Instant, stampOf } from '../../../core/time/hour.ts';
import { freeze } from '../../../core/usage/freeze.ts';
import type { SentHour } from '../disk/sentHours.ts';
import type { Aside } from '../disk/setAside.ts';
import { freezeHour } from '../settle.ts';
import { keptSince } from './past.ts';
import type { Store } from './store.ts';

/** What was lost and nobody has acknowledged yet, oldest first. */
export const lossesOf = (db: DatabaseSync): readonly Loss[] =>
  db
    .prepare('SELECT id, at, what FROM loss WHERE acknowledged_at IS NULL ORDER BY id')
    .all()
    .map(({ id, at, what }) => ({ id: Number(id), at: Number(at), what: String(what) }));

const lastSent = (sent: readonly SentHour[]): string => {
  const newest = new Map<string, Hour>();
  for (const { dimension, hour } of sent) newest.set(dimension, Math.max(hour, newest.get(dimension) ?? 0) as Hour);
  if (newest.size === 0) return 'no hour had been sent to AWS';
  return `the last hours sent to AWS were ${[...newest].map(([name, hour]) => `${name} ${format(hour)}`).join(', ')}`;
};

const GONE = 'what was acknowledged and not sent by then is not in this ledger, and neither are the ids of its reports';

const state = ({ database: { db }, meta }: Store, at: Instant, what: string, sent: readonly SentHour[]): void => {
  const use = db.prepare('INSERT OR IGNORE INTO used_hour VALUES (?, ?, ?)');
  for (const { resource, dimension, hour } of sent) use.run(resource, dimension, hour);
  db.prepare('INSERT INTO loss (at, what) VALUES (?, ?)').run(at, what);
  meta.set('ids_since', String(hourOf(at)));
};

/** A new ledger in the place of one that is lost: states it, and learns which hours are used. Within a transaction. */
export const startAfterLoss = (store: Store, aside: Aside | undefined, sent: readonly SentHour[], now: Instant): void =>
  state(
    store,
    now,
    `${
      aside === undefined
        ? 'the ledger was gone, though the file sent-hours beside it says that there was one'
        : `the ledger failed its check (${aside.why}) and was set aside as ${aside.path}`
    }; ${lastSent(sent)}; ${GONE}`,
    sent,
  );

/**
 * A ledger that does not know a record that it has sent is an older state of itself: a log that was deleted or cut, a file
 * that was put back. Usage that it still holds for those hours may be with AWS already: a person decides. Within a transaction.
 */
export const noticeStepBack = (store: Store, resource: string, sent: readonly SentHour[], now: Instant): void => {
  const { database, openHours, records } = store;
  const knows = database.db.prepare(
    'SELECT 1 FROM record WHERE token = ?1 UNION ALL SELECT 1 FROM used_hour WHERE resource = ?2 AND dimension = ?3 AND hour = ?4',
  );
  const since = keptSince(store.meta);
  const unknown = sent.filter(
    ({ token, resource: owner, dimension, hour }) =>
      hour >= since && knows.get(token, owner, dimension, hour) === undefined,
  );
  if (unknown.length === 0) return;
  const names = unknown.map(({ dimension, hour, token }) => `${dimension} ${format(hour)} (${token.slice(0, 12)})`);
  state(
    store,
    now,
    `the ledger is an older state of itself: records that it sent to AWS are missing in it: ${names.slice(0, 20).join(', ')}; ${GONE}`,
    unknown,
  );
  store.series.restart(now);
  for (const { dimension, hour, resource: owner } of unknown) {
    const open = owner === resource ? openHours.read(dimension, hour) : undefined;
    if (open === undefined) continue;
    const rules = { resource, timestamp: stampOf(hour), maxPerHour: undefined, zero: false, ceil: false, whole: true };
    const frozen = freeze({ ...open, previousToken: records.previousToken() }, rules);
    const reason = 'a record of this hour was sent to AWS before the ledger went back to an older state';
    const instead = { state: 'quarantined', units: { to: 'stay' }, reason } as const;
    const record = freezeHour(store, open, { frozen, instead }, hour, now);
    if (record !== undefined) records.change(record.token, { state: 'quarantined', doubt: true });
  }
};
