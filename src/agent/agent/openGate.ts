import type { Config } from '../core/configuration/config.ts';
import { EXIT } from '../core/exitCode.ts';
import type { Instant } from '../core/time/hour.ts';
import { makeAsking } from '../services/asking.ts';
import { type Memory, makeRegistering } from '../services/registering.ts';
import type { Timekeeping } from '../services/timekeeping.ts';
import type { Verdicts } from '../services/verdicts.ts';
import type { Deps } from './deps.ts';
import type { Place } from './findPlace.ts';

export type GateParts = {
  readonly config: Pick<Config, 'product' | 'dimensions' | 'gate'>;
  readonly place: Place;
  /** Where a grant is kept; absent where no disk can be written. */
  readonly memory: Memory | undefined;
  /** Hourly and monthly products need no AWS time. */
  readonly timekeeping: Pick<Timekeeping, 'hear' | 'now'> | undefined;
  readonly verdicts: Verdicts;
};

const DEAF: Pick<Timekeeping, 'hear' | 'now'> = { hear: () => undefined, now: () => undefined };

/** Why nothing has to be asked, if so. */
const exemption = ({ product }: GateParts['config'], { whereabouts }: Place): string | undefined => {
  if (product.pricing === 'byol' || product.pricing === 'free') {
    return `pricing: ${product.pricing}: nothing has to be asked of AWS`;
  }
  if (whereabouts.platform === 'local') return 'platform: local: usage is counted, nothing is asked of AWS or sent';
  return undefined;
};

export type Gate = {
  /** Resolves with the first verdict that lasts, and no sooner than the signal otherwise. */
  readonly open: (signal: AbortSignal) => Promise<void>;
  readonly keyRotation: () => Instant | undefined;
};

/** The gate of this process: what it asks AWS, and where the verdict goes. */
export const makeGate = ({ config, place, memory, timekeeping, verdicts }: GateParts, deps: Deps): Gate => {
  const reason = exemption(config, place);
  if (reason !== undefined) {
    return {
      open: async () =>
        verdicts.set({ value: 'exempt', reason, confirmed: true, remembered: false, exitCode: EXIT.done }),
      keyRotation: () => undefined,
    };
  }
  const { marketplace, whereabouts } = place;
  // By name: the whole configuration has a `log` of its own, which would take the place of ours.
  const { product, dimensions, gate } = config;
  const ask = makeAsking({ ...deps, product, dimensions, marketplace, timekeeping: timekeeping ?? DEAF });
  const { resource } = whereabouts;
  const registering = makeRegistering({ ...deps, product, gate, resource, ask, memory, setVerdict: verdicts.set });
  return { open: registering.start, keyRotation: registering.keyRotation };
};
