import type { Answer } from '../../src/agent/core/sending/answer.ts';
import type { Marketplace, MeterRequest } from '../../src/agent/ports.ts';
import { STATUS } from '../../src/emulator/rules/answer.ts';
import { billOf } from '../../src/emulator/rules/bill.ts';
import { apply } from '../../src/emulator/rules/change.ts';
import { decide } from '../../src/emulator/rules/service.ts';
import { firstState } from '../../src/emulator/rules/state.ts';
import { DEFAULT_WORLD } from '../../src/emulator/world/defaultWorld.ts';
import { bodyOf, callerOf, REGION } from './taskAtAws.ts';

/** What happens to one call instead of, or beside, what AWS decides. */
export type Mishap =
  | { readonly kind: 'lostBefore' }
  | { readonly kind: 'lostAfter' }
  | { readonly kind: 'unsent' }
  | { readonly kind: 'hang' }
  | { readonly kind: 'refusal'; readonly name: string; readonly status?: number }
  | { readonly kind: 'foreign'; readonly stored: boolean };

/** A Marketplace port over AWS's rules themselves: no sockets, the clock of the test, mishaps by hand. */
export const makeRulesOfAws = (clock: () => number, resource: string) => {
  let slept = 0;
  const now = (): number => clock() + slept;
  const state = firstState(DEFAULT_WORLD);
  const launchedAt = now();
  const caller = callerOf(resource, launchedAt);
  const mishaps: Mishap[] = [];
  const bodies: { readonly dimension: string; readonly hour: number; readonly body: string }[] = [];
  let standing: ((request: MeterRequest) => Mishap | undefined) | undefined;
  let requests = 0;
  let silent = false;

  const requestId = (): string => {
    requests += 1;
    return `request-${requests}`;
  };
  const date = (): number => Math.floor(now() / 1000) * 1000;

  const call = (operation: string, body: Record<string, unknown>): Answer<Readonly<Record<string, unknown>>> => {
    const { answer, changes } = decide(DEFAULT_WORLD, state, { operation, region: REGION, caller, body }, now());
    for (const change of changes) apply(state, change);
    if (answer.ok) return { kind: 'ok', body: answer.body, requestId: requestId(), date: date() };
    const { name, message } = answer.error;
    return { kind: 'refusal', name, message, status: STATUS[name], requestId: requestId(), date: date() };
  };

  const meter: Marketplace['meter'] = async (request) => {
    const body = bodyOf(request);
    bodies.push({ dimension: request.dimension, hour: request.hour, body: JSON.stringify(body) });
    const mishap = mishaps.shift() ?? standing?.(request);
    switch (mishap?.kind) {
      case 'hang':
        return new Promise(() => undefined);
      case 'unsent':
        return { kind: 'trouble', message: 'connect ECONNREFUSED', sent: false };
      case 'lostBefore':
        return { kind: 'trouble', message: 'socket hang up', sent: true };
      case 'refusal':
        return {
          kind: 'refusal',
          name: mishap.name,
          message: 'as ordered',
          status: mishap.status ?? 400,
          requestId: requestId(),
          date: date(),
        };
      case 'foreign':
        if (mishap.stored) call('MeterUsage', body);
        return { kind: 'foreign', message: 'a proxy speaks', status: 502 };
      case 'lostAfter':
        call('MeterUsage', body);
        return { kind: 'trouble', message: 'socket hang up', sent: true };
      case undefined: {
        const answer = call('MeterUsage', body);
        return answer.kind === 'ok'
          ? { ...answer, body: { recordId: String(answer.body['MeteringRecordId']) } }
          : answer;
      }
      default:
        return mishap satisfies never;
    }
  };

  const port: Marketplace = {
    meter,
    register: async () => ({ kind: 'trouble', message: 'not asked here', sent: false }),
    dryRun: async () => ({ kind: 'ok', body: null, requestId: requestId(), date: date() }),
    date: async () => (silent ? undefined : date()),
    renewCredentials: () => undefined,
  };

  return {
    port,
    state,
    bodies: (dimension: string, hour?: number) =>
      bodies
        .filter((sent) => sent.dimension === dimension && (hour === undefined || sent.hour === hour))
        .map(({ body }) => body),
    /** Time goes on at AWS while the clock of the test, the machine's monotonic one, stands still. */
    suspend: (by: number): void => {
      slept += by;
    },
    /** Nothing tells AWS's time. */
    setSilent: (is: boolean): void => {
      silent = is;
    },
    /** The next calls go wrong, one each. */
    next: (...kinds: readonly Mishap[]) => void mishaps.push(...kinds),
    /** From now on calls go wrong as this says; undefined ends it. */
    always: (rule: typeof standing) => {
      standing = rule;
    },
    /** Billed quantity by hour of the day, as `{ '10': '40' }`. */
    bill: (dimension: string): Readonly<Record<string, string>> =>
      Object.fromEntries(
        [...state.records.values()]
          .filter((record) => record.dimension === dimension)
          .sort((a, b) => a.hour - b.hour)
          .map(({ hour, quantity }) => [String(hour % 24), quantity]),
      ),
    billOf,
  };
};

export type RulesOfAws = ReturnType<typeof makeRulesOfAws>;
