import type { Answer } from '../../../src/agent/core/sending/answer.ts';
import type { Marketplace, Registered } from '../../../src/agent/ports.ts';
import { STATUS } from '../../../src/emulator/rules/answer.ts';
import { apply } from '../../../src/emulator/rules/change.ts';
import { decide } from '../../../src/emulator/rules/service.ts';
import { firstState } from '../../../src/emulator/rules/state.ts';
import type { World } from '../../../src/emulator/rules/world.ts';
import { DEFAULT_WORLD } from '../../../src/emulator/world/defaultWorld.ts';
import { bodyOf, callerOf, PRODUCT, REGION } from '../../support/taskAtAws.ts';
import type { Dice } from '../dice.ts';
import type { FleetTime } from './time.ts';

const SECOND = 1_000;
const SOMEBODY = 'task/of-another-vendor';

const product = DEFAULT_WORLD.products[PRODUCT];
if (product === undefined) throw new Error('the default world has lost its product');

/** The quota of the facts: 10 MeterUsage and 5 RegisterUsage a second; any dimension is in the listing. */
export const QUOTA = { MeterUsage: 10, RegisterUsage: 5 } as const;

const WORLD: World = {
  ...DEFAULT_WORLD,
  settings: { ...DEFAULT_WORLD.settings, quota: QUOTA },
  products: { ...DEFAULT_WORLD.products, [PRODUCT]: { ...product, dimensions: 'any' } },
};

type Calls = { accepted: number; throttled: number; refused: number };

/** One account in one Region, as AWS sees it: its quota is shared by all who sign for it. */
export const makeAccount = (time: FleetTime, dice: Dice) => {
  const state = firstState(WORLD);
  const calls: Calls = { accepted: 0, throttled: 0, refused: 0 };
  const refusals = new Map<string, number>();
  let down = false;
  let deaf = false;
  let requests = 0;

  const call = (operation: string, resource: string, launchedAt: number, body: Readonly<Record<string, unknown>>) => {
    const request = { operation, region: REGION, caller: callerOf(resource, launchedAt), body };
    const { answer, changes } = decide(WORLD, state, request, Math.floor(time.now()));
    for (const change of changes) apply(state, change);
    return answer;
  };

  const travel = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => time.plan(time.now() + milliseconds, resolve));

  /** There and back in 20 to 200 ms; while the account's way to AWS is down, nowhere. */
  const ask = async <Body>(
    operation: 'MeterUsage' | 'RegisterUsage',
    resource: string,
    launchedAt: number,
    body: Readonly<Record<string, unknown>>,
    read: (body: Readonly<Record<string, unknown>>) => Body,
  ): Promise<Answer<Body>> => {
    await travel(dice.whole(10, 100));
    if (down) return { kind: 'trouble', message: 'connect ECONNREFUSED', sent: false };
    requests += 1;
    const answer = call(operation, resource, launchedAt, body);
    const told = { requestId: `q${requests}`, date: Math.floor(time.now() / SECOND) * SECOND };
    await travel(dice.whole(10, 100));
    if (deaf) return { kind: 'trouble', message: 'socket hang up', sent: true };
    if (answer.ok) {
      calls.accepted += 1;
      return { kind: 'ok', body: read(answer.body), ...told };
    }
    const { name, message } = answer.error;
    if (name === 'ThrottlingException') calls.throttled += 1;
    else {
      calls.refused += 1;
      refusals.set(name, (refusals.get(name) ?? 0) + 1);
    }
    return { kind: 'refusal', name, message, status: STATUS[name], ...told };
  };

  const portFor = (resource: string, launchedAt: number): Marketplace => ({
    meter: (request) =>
      ask('MeterUsage', resource, launchedAt, bodyOf(request), (body) => ({
        recordId: String(body['MeteringRecordId']),
      })),
    dryRun: ({ productCode, dimension, timestamp }) =>
      ask(
        'MeterUsage',
        resource,
        launchedAt,
        {
          ProductCode: productCode,
          Timestamp: Math.floor(timestamp / SECOND),
          UsageDimension: dimension,
          UsageQuantity: 0,
          DryRun: true,
        },
        () => null,
      ),
    register: ({ productCode, keyVersion, nonce }) =>
      ask(
        'RegisterUsage',
        resource,
        launchedAt,
        { ProductCode: productCode, PublicKeyVersion: keyVersion, Nonce: nonce },
        (body): Registered => ({ signature: String(body['Signature']), keyRotation: undefined }),
      ),
    date: async () => (down ? undefined : Math.floor(time.now() / SECOND) * SECOND),
    renewCredentials: () => undefined,
  });

  /** Pods of other vendors, who know no restraint: they call so often, in bursts, and never slow down. */
  const othersCall = (perSecond: number): void => {
    const next = (): void => {
      call('MeterUsage', SOMEBODY, 0, {});
      time.plan(time.now() + (SECOND / perSecond) * 2 * dice.fraction(), next);
    };
    if (perSecond > 0) time.plan(time.now(), next);
  };

  return {
    portFor,
    othersCall,
    calls,
    refusals,
    state,
    /** What is sent arrives, but no answer does. */
    loseAnswers: (is: boolean): void => {
      deaf = is;
    },
    setDown: (is: boolean): void => {
      down = is;
    },
  };
};

export type Account = ReturnType<typeof makeAccount>;
