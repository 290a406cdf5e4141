import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Admin, makeAdmin } from './admin/admin.ts';
import { type Call, type CallList, makeCallList } from './calls.ts';
import { type Clock, makeSteeredClock, type Steering } from './clock.ts';
import { makeFaultBook } from './faults/book.ts';
import type { FaultIn } from './faults/fault.ts';
import type { House, Random } from './house.ts';
import { type Journal, NO_JOURNAL } from './journal.ts';
import type { Resource } from './rules/caller.ts';
import { apply, type Change, isLasting } from './rules/change.ts';
import { firstState, type State } from './rules/state.ts';
import type { World } from './rules/world.ts';
import { makeFront } from './wire/front.ts';
import type { Incoming, Outcome } from './wire/http.ts';
import { type Listener, listen } from './wire/server.ts';
import { DEFAULT_WORLD } from './world/defaultWorld.ts';

export type EmulatorOptions = {
  readonly world?: World;
  /** The time underneath; the emulator's own clock starts with it and can be steered away from it. */
  readonly clock?: Clock;
  readonly random?: Random;
  readonly journal?: Journal;
  /** Faults that are at work from the start. */
  readonly faults?: readonly FaultIn[];
};

export type Emulator = {
  /** AWS's address without a socket, the admin routes included. */
  readonly handle: (incoming: Incoming) => Promise<Outcome>;
  /** Listens; port 0 takes a free one. Answers the base address. */
  readonly start: (port?: number, host?: string) => Promise<string>;
  readonly stop: () => Promise<void>;
  readonly house: House;
  readonly calls: CallList;
};

const RANDOM: Random = { bytes: randomBytes, share: Math.random };

/** Everything in a journal, put into the state again; the calls and the clock come out. */
const replay = (state: State, { lines }: Journal): { calls: readonly Call[]; steering?: Steering } => {
  const calls: Call[] = [];
  let steering: Steering | undefined;
  for (const line of lines) {
    if ('change' in line) apply(state, line.change);
    else if ('call' in line) calls.push(line.call);
    else steering = line.clock;
  }
  return { calls, ...(steering !== undefined && { steering }) };
};

/** A new key of the size that is seen in shipped products. */
const newKey = (): string =>
  generateKeyPairSync('rsa', {
    modulusLength: 3072,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;

/**
 * AWS's side of the wire, put together. The one place that knows all the rooms.
 *
 *   socket ─▶ front ─▶ metering | sts | credentials | metadata | imds ─▶ rules ─▶ changes ─▶ state, journal
 *          └▶ admin (its own path)
 */
export const makeEmulator = ({
  world = DEFAULT_WORLD,
  clock: base = Date.now,
  random = RANDOM,
  journal = NO_JOURNAL,
  faults: firstFaults = [],
}: EmulatorOptions = {}): Emulator => {
  const state = firstState(world);
  const earlier = replay(state, journal);
  const clock = makeSteeredClock(base, (steering) => journal.write([{ clock: steering }]), earlier.steering);
  const commit = (changes: readonly Change[]): void => {
    journal.write(changes.filter(isLasting).map((change) => ({ change })));
    for (const change of changes) apply(state, change);
  };
  const house: House = { world, state, clock, random, commit };
  const calls = makeCallList((call) => journal.write([{ call }]), earlier.calls);
  const faults = makeFaultBook(clock.now, random);
  for (const fault of firstFaults) faults.add(fault);

  const stopping = new AbortController();
  const wait = (milliseconds: number): Promise<void> =>
    sleep(milliseconds, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
  const front = makeFront(house, faults, calls, wait);

  let main: Listener | undefined;
  let host = '127.0.0.1';
  const instances = new Map<string, Promise<Listener>>();
  /** The SDK for JavaScript puts its own path over an endpoint's: each instance needs an address of its own. */
  const imdsUrl = async (instance: Resource): Promise<string> => {
    const listening = instances.get(instance.id) ?? listen((incoming) => front.instance(instance, incoming), host, 0);
    instances.set(instance.id, listening);
    return (await listening).url;
  };

  const reset = (): void => {
    journal.clear();
    journal.write([{ clock: clock.steering() }]);
    Object.assign(state, firstState(world));
    calls.clear();
    faults.clear();
  };
  const url = (): string => main?.url ?? 'http://127.0.0.1:8700';
  const admin: Admin = makeAdmin({ house, faults, calls, url, imdsUrl, newKey, reset });

  const handle = (incoming: Incoming): Promise<Outcome> =>
    incoming.path.startsWith('/admin/') ? admin(incoming) : front.aws(incoming);

  return {
    handle,
    start: async (port = 0, on = '127.0.0.1') => {
      host = on;
      main = await listen(handle, on, port);
      return main.url;
    },
    stop: async () => {
      stopping.abort();
      const listening = await Promise.all(instances.values());
      await Promise.all([main?.stop(), ...listening.map(({ stop }) => stop())]);
    },
    house,
    calls,
  };
};
