import { describe } from '../core/errors.ts';
import { AHEAD, decideLease, givenBack, type Lease } from '../core/standby/decideLease.ts';
import {
  type LeaseName,
  type LeaseTrouble,
  refusalOf,
  silenceOf,
  unreadableTerm,
} from '../core/standby/leaseTrouble.ts';
import { AT_START, type Election, type Role, roleOf, whyNot, whyNotInPublic } from '../core/standby/standing.ts';
import { ANNOTATIONS, covers } from '../core/standby/term.ts';
import {
  endOf,
  format,
  type Hour,
  hourOf,
  type Instant,
  type Millis,
  next,
  SECOND,
  startOf,
} from '../core/time/hour.ts';
import type { Clock, LeaseAnswer, Leases, Log, Random, Scheduler, StoredLease } from '../ports.ts';
import type { Hours, Leading } from './leading.ts';
import type { Timekeeping } from './timekeeping.ts';

export type Electing = Leading & {
  readonly start: (signal: AbortSignal) => void;
  readonly election: () => Election;
  readonly role: () => Role;
  /** Why it does not lead, for anybody to hear; undefined when it does. */
  readonly whyNotInPublic: () => string | undefined;
  /** The end of what we may count; undefined before we ever led. */
  readonly countsUntil: () => Instant | undefined;
  /** Gives the Lease back, once nothing is counted any more, so that another replica need not wait for it to run out. */
  readonly resign: () => Promise<void>;
};

/** What the API server is asked at most: one request in so long. */
const LEAST_REST: Millis = SECOND;
/** After a failure it is asked again within so long. */
const RETRY: Millis = 5 * SECOND;
/** However long the API server asks us to wait. */
const MOST_RETRY_AFTER: Millis = 20 * SECOND;

/**
 * One replica among several:
 *
 *   read the Lease ──▶ decideLease ──▶ write over the version that was read ──▶ our term, which the door asks for
 *
 * What an answer does not say is not believed: a write without an answer is followed by a read.
 */
export const makeElecting = ({
  leases,
  name,
  me,
  duration,
  mayLead,
  beginTerm,
  timekeeping,
  clock,
  scheduler,
  random,
  log,
}: {
  readonly leases: Leases;
  readonly name: LeaseName;
  /** Our identity: the same for every process of this pod, and no other's. */
  readonly me: string;
  /** How long the Lease holds without being renewed. */
  readonly duration: Millis;
  /** False as long as this replica's gate is not open. */
  readonly mayLead: () => boolean;
  /** Forgets, in the ledger, what another replica may have counted on meanwhile. */
  readonly beginTerm: (from: Hour) => void;
  readonly timekeeping: Pick<Timekeeping, 'now' | 'find'>;
  readonly clock: Clock;
  readonly scheduler: Pick<Scheduler, 'sleep'>;
  readonly random: Random;
  readonly log: Log;
}): Electing => {
  let election: Election = AT_START;
  /** The Lease as we know it is; undefined when a write of ours or of another may have changed it. */
  let known: StoredLease | undefined;
  let seenVersion: string | undefined;
  let seenAt: Millis = 0;
  let seen: Hour | undefined;
  let begun: Hour | undefined;
  /** The last hour that we counted in. */
  let counted: Hour | undefined;
  /** When (monotonic) the API server may be asked again. */
  let nextRequest: Millis = Number.NEGATIVE_INFINITY;
  let underWay: Promise<unknown> = Promise.resolve();
  let told: Role | undefined;
  let resigned = false;
  const period = Math.max(LEAST_REST, Math.floor(duration / 3));

  /** Says once what has changed. */
  const tell = (): void => {
    const role = roleOf(election, timekeeping.now());
    const { term, holder } = election;
    if (role === told || holder === undefined) return;
    told = role;
    const hours = term === undefined ? {} : { from: format(term.from), through: format(term.through) };
    log.info(role, { lease: `${name.namespace}/${name.name}`, holder, ...(role === 'standby' ? {} : hours) });
  };

  const closeGap = (): void => {
    const { gap } = election;
    if (gap === undefined || gap.until !== undefined) return;
    election = { ...election, gap: { ...gap, until: clock.wall() } };
    log.info('lease reached again', { after: `${Math.round((clock.wall() - gap.since) / SECOND)} s` });
  };

  const openGap = (trouble: LeaseTrouble): void => {
    const { gap } = election;
    const goesOn = gap !== undefined && gap.until === undefined;
    if (!goesOn || gap.trouble.reason !== trouble.reason) log.warn('lease', trouble);
    election = { ...election, gap: { since: goesOn ? gap.since : clock.wall(), until: undefined, trouble } };
  };

  /** Takes in what the Lease says now. */
  const learn = (stored: StoredLease): void => {
    known = stored;
    if (stored.version !== seenVersion) [seenVersion, seenAt] = [stored.version, clock.monotonic()];
    const { holder, term } = stored;
    if (term === 'unreadable') {
      known = undefined;
      openGap(unreadableTerm(name, Object.values(ANNOTATIONS)));
      return;
    }
    if (term !== undefined) seen = Math.max(seen ?? term.through, term.through) as Hour;
    const isHolder = holder === me;
    election = { ...election, holder, isHolder, ...(isHolder && term !== undefined ? { term } : {}) };
  };

  const soon = (): Millis => (RETRY / 2) * (1 + random.fraction());

  /** Takes in an answer; answers how long to rest because of it. */
  const hear = (answer: LeaseAnswer): Millis => {
    if (answer.kind !== 'ok') known = undefined;
    switch (answer.kind) {
      case 'ok':
        learn(answer.stored);
        return period;
      case 'conflict':
        return LEAST_REST;
      case 'refused':
        openGap(refusalOf(answer.status, answer.message, name));
        nextRequest = clock.monotonic() + Math.min(MOST_RETRY_AFTER, Math.max(LEAST_REST, answer.retryAfter ?? 0));
        return soon();
      case 'silence':
        openGap(silenceOf(answer.why, name));
        return soon();
      default:
        return answer satisfies never;
    }
  };

  const paced = async (request: () => Promise<LeaseAnswer>, signal?: AbortSignal): Promise<LeaseAnswer> => {
    const rest = nextRequest - clock.monotonic();
    if (rest > 0) await scheduler.sleep(rest, signal);
    nextRequest = clock.monotonic() + LEAST_REST;
    return request();
  };

  const leaseOf = ({ holder, term, duration: holds }: StoredLease): Lease | undefined =>
    term === 'unreadable' ? undefined : { holder, term, duration: holds ?? duration };

  /** A look, and what follows from it; answers how long to rest. */
  const round = async (signal: AbortSignal): Promise<Millis> => {
    if (!mayLead()) return LEAST_REST;
    if ((timekeeping.now() ?? (await timekeeping.find())) === undefined) return RETRY;
    if (known === undefined || !election.isHolder) {
      const rest = hear(await paced(leases.read, signal));
      if (known === undefined) return rest;
    }
    const stored = known;
    const lease = leaseOf(stored);
    const now = timekeeping.now();
    if (lease === undefined || now === undefined || signal.aborted) return period;
    const held = election.term;
    const decision = decideLease({ lease, me, now, unchangedFor: clock.monotonic() - seenAt, held, seen });
    switch (decision.kind) {
      case 'acquire':
      case 'renew': {
        const write = () => leases.write(stored, { holder: me, term: decision.term, duration, now });
        const answer = await paced(write, signal);
        const rest = hear(answer);
        if (answer.kind === 'ok') closeGap();
        return rest;
      }
      case 'wait':
      case 'stepDown':
        closeGap();
        return Math.min(period, Math.max(LEAST_REST, seenAt + lease.duration - clock.monotonic()));
      default:
        return decision satisfies never;
    }
  };

  /** Sooner than that where the next hour is to be claimed, and where this one ends. */
  const untilHour = (): Millis => {
    const now = timekeeping.now();
    if (now === undefined) return RETRY;
    const coming = next(hourOf(now));
    const { term, isHolder } = election;
    if (!isHolder || term === undefined || term.through >= coming) return startOf(coming) - now + 1;
    return Math.max(LEAST_REST, startOf(coming) - AHEAD - now + 1);
  };

  const loop = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted && !resigned) {
      const looking = round(signal).catch((error) => {
        log.error('election', { why: describe(error) });
        return RETRY;
      });
      underWay = looking;
      const rest = await looking;
      tell();
      await scheduler.sleep(Math.min(rest, untilHour()), signal);
      tell();
    }
  };

  const hours = (): Hours | undefined => {
    const now = timekeeping.now();
    const { term } = election;
    if (now === undefined || term === undefined || resigned || !covers(term, now)) return undefined;
    if (begun !== term.from) {
      beginTerm(term.from);
      begun = term.from;
    }
    const open = hourOf(now);
    counted = Math.max(open, counted ?? open) as Hour;
    return { from: term.from, last: open };
  };

  return {
    start: (signal) => void loop(signal),
    election: () => election,
    role: () => roleOf(election, timekeeping.now()),
    hours,
    whyNot: () => {
      if (resigned) return 'this replica is shutting down';
      return mayLead() ? whyNot(election, timekeeping.now()) : 'the gate of this replica is not open';
    },
    whyNotInPublic: () => (resigned ? 'standby: it is shutting down' : whyNotInPublic(election, timekeeping.now())),
    countsUntil: () => (election.term === undefined ? undefined : endOf(election.term.through)),
    resign: async () => {
      resigned = true;
      await underWay;
      const { term, isHolder } = election;
      const now = timekeeping.now();
      const stored = known;
      if (!isHolder || term === undefined || now === undefined || stored === undefined) return;
      const left = givenBack(term, Math.max(hourOf(now), counted ?? 0) as Hour);
      // What was not begun of it is no longer ours.
      election = { ...election, term: left, isHolder: false };
      const answer = await paced(() => leases.write(stored, { holder: '', term: left, duration, now }));
      if (answer.kind !== 'ok') log.debug('lease not given back', { answer: answer.kind });
    },
  };
};
