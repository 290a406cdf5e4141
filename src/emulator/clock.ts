import type { Instant } from './rules/values/instant.ts';

export type Clock = () => Instant;

/** What is added to the clock underneath: `now = origin + (base - since) * rate`. */
export type Steering = { readonly origin: Instant; readonly since: Instant; readonly rate: number };

/** The emulator's time, which tests and people move. */
export type SteeredClock = {
  readonly now: Clock;
  readonly set: (instant: Instant) => void;
  readonly advance: (milliseconds: number) => void;
  /** From now on a second of the clock underneath counts `rate` seconds. */
  readonly speed: (rate: number) => void;
  readonly steering: () => Steering;
};

/** Steers `base`; `onSteer` hears of every change, so that a state file can keep it. */
export const makeSteeredClock = (
  base: Clock,
  onSteer: (steering: Steering) => void,
  first?: Steering,
): SteeredClock => {
  const start = base();
  let { origin, since, rate } = first ?? { origin: start, since: start, rate: 1 };
  const now = (): Instant => Math.floor(origin + (base() - since) * rate);
  const steer = (instant: Instant, speed: number): void => {
    origin = instant;
    since = base();
    rate = speed;
    onSteer({ origin, since, rate });
  };
  return {
    now,
    set: (instant) => steer(instant, rate),
    advance: (milliseconds) => steer(now() + milliseconds, rate),
    speed: (faster) => steer(now(), faster),
    steering: () => ({ origin, since, rate }),
  };
};
