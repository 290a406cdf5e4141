import type { Config } from '../core/configuration/config.ts';
import { TollgateError } from '../core/errors.ts';
import { EXIT } from '../core/exitCode.ts';
import type { Detected } from '../core/platform/detect.ts';
import type { Whereabouts } from '../core/platform/whereabouts.ts';
import { delayAfter, GATE } from '../core/sending/backoff.ts';
import type { Clock, Random, Scheduler } from '../ports.ts';
import type { Verdicts } from './verdicts.ts';

/**
 * Finds out who and where we are. A platform in trouble is no refusal: it is asked again, the gate staying shut, until the
 * patience is over. Throws a TollgateError: 76 when the place or its credentials are not fit, 69 when patience is over.
 */
export const locate = async ({
  look,
  gate,
  verdicts,
  clock,
  scheduler,
  random,
  signal,
}: {
  readonly look: () => Promise<Detected>;
  readonly gate: Config['gate'];
  readonly verdicts: Verdicts;
  readonly clock: Clock;
  readonly scheduler: Pick<Scheduler, 'sleep'>;
  readonly random: Random;
  readonly signal: AbortSignal;
}): Promise<Whereabouts> => {
  const started = clock.monotonic();
  for (let failures = 1; ; failures += 1) {
    const detected = await look();
    if (detected.kind === 'known') return detected.whereabouts;
    const left = gate.patience - (clock.monotonic() - started);
    if (left <= 0 || signal.aborted) {
      throw new TollgateError('platform_trouble', `the platform does not say who we are: ${detected.message}`, {
        remedy: 'start it again; when this goes on, look at the metadata endpoint of the host',
        exitCode: EXIT.unreachable,
      });
    }
    verdicts.set({
      value: 'pending',
      reason: `waiting for the platform: ${detected.message}`,
      confirmed: false,
      remembered: false,
      exitCode: EXIT.unreachable,
    });
    await scheduler.sleep(Math.min(left, delayAfter(GATE, failures, random.fraction())), signal);
  }
};
