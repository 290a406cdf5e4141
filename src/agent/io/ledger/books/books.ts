import type { Standing } from '../../../core/configuration/standing.ts';
import { type Account, audit } from '../../../core/record/audit.ts';
import type { LedgerOverview, Loss } from '../../../core/record/overview.ts';
import { isUnsettled } from '../../../core/record/record.ts';
import { type Hour, type Instant, parse } from '../../../core/time/hour.ts';
import type { Database } from '../disk/database.ts';
import type { LedgerWriter } from '../disk/writer.ts';
import { settle } from '../settle.ts';
import { accountsOf, chainFindings, totalsFindings } from './accounts.ts';
import { type Line, linesOf, recordLine } from './lines.ts';
import { notFound } from './notFound.ts';
import { overviewOf } from './overview.ts';
import { recordFindings } from './recordFindings.ts';
import { mustBeOurs, releaseHeld } from './release.ts';
import { standingOf } from './standing.ts';
import { tagFindings } from './tagFindings.ts';

export type { Line };

/** What a person says of a record. `live`: an agent holds the ledger, and may have an attempt under way. */
export type Resolution = {
  readonly token: string;
  readonly as: 'receipted' | 'unsent';
  readonly why: string;
  readonly live: boolean;
};

export type CheckResult = {
  readonly ok: boolean;
  readonly findings: readonly string[];
  readonly accounts: readonly Account[];
};

/** What people and the status read of a ledger, and the three things a person may decide about it. */
export type Books = {
  readonly accounts: () => readonly Account[];
  readonly overview: () => LedgerOverview;
  /** Proves that everything acknowledged is in exactly one place, and that the chain of tokens is whole. */
  readonly check: () => CheckResult;
  /** What a new configuration could touch. */
  readonly standing: () => Standing;
  /** Every hour of every dimension, oldest first: records, open hours, folded hours, held units. One row at a time. */
  readonly lines: (hour?: Hour) => Iterable<Line>;
  /** A person says what became of a record (a token or its beginning, 8 digits at least). */
  readonly resolve: (decision: Resolution, openHour: Hour, now: Instant) => Line;
  /** A person has seen what was lost: it is not stated any more. */
  readonly acknowledge: (loss: number, why: string, now: Instant) => Loss;
  /** Lets held units of an hour go: they count in the open hour. Answers them, and how many counter series held in it were freed. */
  readonly release: (
    hour: Hour,
    dimension: string,
    openHour: Hour,
  ) => { readonly units: string; readonly to: string; readonly series: number };
};

export const makeBooks = (database: () => Database, writer: Pick<LedgerWriter, 'write'>): Books => ({
  accounts: () => accountsOf(database().db),
  overview: () => overviewOf(database().db),
  check: () => {
    const accounts = accountsOf(database().db);
    const findings = [
      ...accounts.flatMap(audit),
      ...totalsFindings(database().db, accounts),
      ...tagFindings(database().db, accounts),
      ...recordFindings(database().db),
      ...chainFindings(database().db),
    ];
    const whole = database().db.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    if (whole !== 'ok') findings.push(`the file is damaged: ${whole}`);
    return { ok: findings.length === 0, findings, accounts };
  },
  standing: () => {
    const { db, bytes } = database();
    return standingOf(db, bytes());
  },
  lines: (hour) => linesOf(database().db, hour),
  resolve: ({ token, as, why, live }, openHour, now) =>
    writer.write('outcomes', (store) => {
      const { db } = store.database;
      const found = db.prepare('SELECT token FROM record WHERE substr(token, 1, length(?1)) = ?1').all(token);
      const [row] = found;
      if (token.length < 8 || found.length !== 1 || row === undefined) {
        throw notFound(
          `${found.length > 1 ? 'several records begin' : 'no record begins'} with "${token}"`,
          'name a record by its client_token, 8 digits at least: see "tollgate ledger export"',
        );
      }
      const record = store.records.read(String(row['token']));
      if (!['quarantined', 'held'].includes(record.state) && !isUnsettled(record.state)) {
        throw notFound(
          `record ${record.token.slice(0, 12)} is ${record.state} already${record.reason === undefined ? '' : ` (${record.reason})`}`,
          'only records that are unsettled, quarantined or held can be resolved',
        );
      }
      if (live && record.state === 'sending') {
        throw notFound(
          `an attempt of record ${record.token.slice(0, 12)} is under way`,
          'wait half a minute for its answer, then look again',
        );
      }
      if (as === 'unsent') mustBeOurs(store, record.product, `record ${record.token.slice(0, 12)}`);
      settle(
        store,
        record,
        as === 'receipted'
          ? { state: 'receipted', doubt: false, units: { to: 'stay' }, reason: `resolved as receipted: ${why}` }
          : {
              state: 'moved',
              doubt: false,
              units: { to: 'move', hour: openHour },
              reason: `resolved as unsent: ${why}`,
            },
        openHour,
        now,
      );
      db.prepare('INSERT OR REPLACE INTO resolution VALUES (?, ?, ?, ?)').run(record.token, now, as, why);
      const resolved = db.prepare('SELECT * FROM record WHERE token = ?').get(record.token);
      return recordLine(resolved ?? {}, store.records.allocationsOf(record.token));
    }),
  acknowledge: (loss, why, now) =>
    writer.write('outcomes', ({ database: { db } }) => {
      const row = db.prepare('SELECT id, at, what, acknowledged_at FROM loss WHERE id = ?').get(loss);
      if (row === undefined) {
        throw notFound(`no loss has the number ${loss}`, 'see "tollgate status" for what was lost');
      }
      if (row['acknowledged_at'] !== null) {
        throw notFound(
          `loss ${loss} was acknowledged already, at ${new Date(Number(row['acknowledged_at'])).toISOString()}`,
          'there is nothing left to do',
        );
      }
      db.prepare('UPDATE loss SET acknowledged_at = ?, why = ? WHERE id = ?').run(now, why, loss);
      return { id: loss, at: Number(row['at']), what: String(row['what']) };
    }),
  release: (hour, dimension, openHour) =>
    writer.write('outcomes', (store) => releaseHeld(store, hour, dimension, openHour)),
});

/** Reads an hour that a person typed, or says how hours are written. */
export const hourArgument = (typed: string): Hour => {
  const hour = parse(typed);
  if (hour === undefined) throw notFound(`"${typed}" is no hour`, 'write hours as 2026-03-01T10Z');
  return hour;
};
