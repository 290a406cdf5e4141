import type { SteeredClock } from './clock.ts';
import type { Change } from './rules/change.ts';
import type { State } from './rules/state.ts';
import type { World } from './rules/world.ts';

/** Where chance comes from; handed in, so that a run can be repeated. */
export type Random = {
  readonly bytes: (length: number) => Buffer;
  /** From 0 up to but not 1. */
  readonly share: () => number;
};

/** What every room of the emulator stands in. */
export type House = {
  readonly world: World;
  readonly state: State;
  readonly clock: SteeredClock;
  readonly random: Random;
  /** The one way to change the state: applied, and written down where there is a state file. */
  readonly commit: (changes: readonly Change[]) => void;
};

export const hex = (random: Random, digits: number): string =>
  random
    .bytes(Math.ceil(digits / 2))
    .toString('hex')
    .slice(0, digits);

/** A version 4 UUID. */
export const uuid = (random: Random): string => {
  const digits = hex(random, 32);
  const variant = '89ab'.charAt(Number.parseInt(digits.charAt(16), 16) % 4);
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20)}`;
};
