import { pause } from '../../test/wire/support/program.ts';
import type { Service } from '../../test/wire/support/service.ts';
import type { MovedClock } from './clock.ts';

/** What of the service's way to AWS can be seen at a moment: open connections, and requests so far. */
export type Traffic = { readonly connections: number; readonly requests: number };

export type Mover = {
  /** Resolves once nothing is under way. */
  readonly quiet: () => Promise<void>;
  /** Moves the clock to an instant between two quiet moments. */
  readonly move: (instant: number) => Promise<void>;
};

/**
 * Moves the clock while nothing is under way: nobody may move it while an answer is waited for. The disk may be slow: an
 * answer of the health listener says that the service's loop is not within a write, so that a call it was about to make
 * is seen.
 */
export const makeMover = ({
  clock,
  service,
  traffic,
  isOver,
}: {
  readonly clock: MovedClock;
  readonly service: Pick<Service, 'startz'>;
  readonly traffic: () => Traffic;
  readonly isOver: () => boolean;
}): Mover => {
  const quiet = async (): Promise<void> => {
    let before = -1;
    for (let still = 0; still < 4; ) {
      const heard = (await service.startz()) !== undefined || isOver();
      await pause(15);
      const { connections, requests } = traffic();
      still = heard && connections === 0 && requests === before ? still + 1 : 0;
      before = requests;
    }
  };
  return {
    quiet,
    move: async (instant) => {
      await quiet();
      clock.moveTo(instant);
      await quiet();
    },
  };
};
