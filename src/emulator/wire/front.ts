import type { CallList } from '../calls.ts';
import type { FaultBook } from '../faults/book.ts';
import { effectOf, NO_REQUEST_ID } from '../faults/effect.ts';
import { KINDS } from '../faults/fault.ts';
import { type House, uuid } from '../house.ts';
import { REQUEST_ID } from '../identity/stsWire.ts';
import type { Resource } from '../rules/caller.ts';
import { callOf } from './callOf.ts';
import { type Door, doorOf, imdsDoor } from './doors.ts';
import type { Incoming, Outcome } from './http.ts';
import { json } from './http.ts';
import type { Verdict } from './verdict.ts';

/** Waits in real time; given up when the emulator stops. */
export type Wait = (milliseconds: number) => Promise<void>;

export type Front = {
  /** AWS's address: metering, STS, task metadata and container credentials. */
  readonly aws: (incoming: Incoming) => Promise<Outcome>;
  /** The metadata service of one instance. */
  readonly instance: (instance: Resource, incoming: Incoming) => Promise<Outcome>;
};

const BROKEN: Verdict = {
  reply: json(500, { __type: 'InternalFailure', message: 'The emulator failed.' }),
  changes: [],
  note: { error: 'InternalFailure' },
};

/** A mistake of ours must not look like a rule of AWS's: it is said aloud, and answered as a failure. */
const broken = (error: unknown): Verdict => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return BROKEN;
};

/** AWS's marks on every answer: its request id and its time. */
const signed = (outcome: Outcome, requestId: string, date: Date, isBare: boolean): Outcome => {
  if (typeof outcome === 'string') return outcome;
  const { [NO_REQUEST_ID]: isForeign, ...headers } = outcome.headers;
  return {
    ...outcome,
    headers: {
      ...headers,
      date: date.toUTCString(),
      ...(isForeign === undefined && !isBare && { 'x-amzn-requestid': requestId }),
    },
    body: outcome.body.replace(REQUEST_ID, requestId),
  };
};

/**
 *   request ─▶ door ─▶ verdict (nothing has happened yet) ─▶ fault ─▶ commit or not ─▶ call list ─▶ answer
 */
export const makeFront = (house: House, faults: FaultBook, calls: CallList, wait: Wait): Front => {
  const pass = async (door: Door, incoming: Incoming): Promise<Outcome> => {
    // Deciding and committing are one step: nothing may come between two calls for the same hour.
    const decided = judged(door, incoming);
    const verdict = decided instanceof Promise ? await decided : decided;
    const { resource } = verdict.note;
    const hits = faults.strike({ ...door, ...(resource !== undefined && { resource }) });
    const blow = hits.find(({ kind }) => kind !== 'latency');
    const isPerformed = blow === undefined || KINDS[blow.kind].stored;
    if (isPerformed) house.commit(verdict.changes);
    const body = incoming.body.toString('utf8');
    const requestId = uuid(house.random);
    const time = house.clock.now();
    const outcome = blow === undefined ? verdict.reply : effectOf(blow, door.service, verdict, body);
    calls.add(callOf(door, incoming, verdict, { outcome, hits, blow, requestId, time, isPerformed }));
    const late = hits.reduce((total, { latency = 0 }) => total + latency, 0);
    if (late > 0) await wait(late);
    // Only the services of AWS sign their answers with a request id; link-local endpoints do not.
    return signed(outcome, requestId, new Date(house.clock.now()), !['metering', 'sts', 'none'].includes(door.service));
  };

  const judged = (door: Door, incoming: Incoming): Verdict | Promise<Verdict> => {
    try {
      const decided = door.decide(house, incoming);
      return decided instanceof Promise ? decided.catch(broken) : decided;
    } catch (error) {
      return broken(error);
    }
  };

  return {
    aws: (incoming) => pass(doorOf(incoming), incoming),
    instance: (instance, incoming) => pass(imdsDoor(instance), incoming),
  };
};
