import type { Config } from '../core/configuration/config.ts';
import { TollgateError } from '../core/errors.ts';
import { EXIT } from '../core/exitCode.ts';
import type { Verdict } from '../core/gate/verdict.ts';
import { makeClock } from '../io/schedule/clock.ts';
import { makeRandom } from '../io/schedule/random.ts';
import { makeScheduler } from '../io/schedule/scheduler.ts';
import type { Log } from '../ports.ts';
import { makeVerdicts } from '../services/verdicts.ts';
import type { Deps } from './deps.ts';
import { findPlace } from './findPlace.ts';
import { makeGate } from './openGate.ts';

export type RegisterRequest = {
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  /** Wait up to the gate's patience instead of asking once. */
  readonly wait: boolean;
  /** RegisterUsage outside a task or pod: the caller knows that it starts a bill. */
  readonly confirmed: boolean;
};

/**
 * Asks AWS for one verdict, for init containers and scripts: RegisterUsage, or a DryRun of MeterUsage for a usage product.
 * Nothing is remembered. Throws a TollgateError where an agent would end before asking.
 */
export const registerOnce = async (
  config: Config,
  { env, log, wait, confirmed }: RegisterRequest,
): Promise<Verdict> => {
  const deps: Deps = { clock: makeClock(), scheduler: makeScheduler(), random: makeRandom(), log };
  const verdicts = makeVerdicts(deps.clock);
  const once: Config = wait ? config : { ...config, gate: { ...config.gate, patience: 0, graceAfterPurchase: false } };
  const ending = new AbortController();
  const place = await findPlace({ config: once, env, verdicts, signal: ending.signal }, deps);
  const { platform } = place.whereabouts;
  const startsBill = config.product.pricing === 'hourly' || config.product.pricing === 'monthly';
  if (startsBill && !['ecs', 'eks'].includes(platform) && !confirmed) {
    throw new TollgateError(
      'register_unconfirmed',
      `RegisterUsage starts billing, and ${platform} is no ECS task or EKS pod`,
      {
        remedy: 'run it in the task or pod that is to be billed, or say --yes',
        exitCode: EXIT.usage,
      },
    );
  }
  const gate = makeGate({ config: once, place, memory: undefined, timekeeping: undefined, verdicts }, deps);
  const lasting = Promise.withResolvers<void>();
  verdicts.onChange(({ value }) => {
    if (value !== 'pending') lasting.resolve();
  });
  await Promise.race([gate.open(ending.signal), lasting.promise]);
  ending.abort();
  return verdicts.current();
};
