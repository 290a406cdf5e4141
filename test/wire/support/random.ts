import { createHash, randomInt } from 'node:crypto';

/** A stream of fractions in [0, 1) that a seed decides. */
export const makeRandom = (seed: number): (() => number) => {
  let count = 0;
  return () => {
    count += 1;
    return createHash('sha256').update(`${seed} ${count}`).digest().readUInt32BE(0) / 2 ** 32;
  };
};

/** A fresh seed, or the one that TOLLGATE_SEED names to replay a failure. */
export const newSeed = (): number => Number(process.env['TOLLGATE_SEED'] ?? randomInt(2 ** 31));
