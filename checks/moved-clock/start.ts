import assert from 'node:assert/strict';
import type { ScriptedAws } from '../../test/support/scriptedAws.ts';
import type { Program } from '../../test/wire/support/program.ts';
import { ask, type Service } from '../../test/wire/support/service.ts';
import type { MovedClock } from './clock.ts';
import { makeMover } from './mover.ts';

/** A grant comes at most so long after what was in its way has gone: the gate's longest rest, and a step of ours. */
export const GRANT = 16_000;

/** A service whose gate is not open yet, its clock and, once it is there, its AWS. */
export type Start = {
  readonly clock: MovedClock;
  readonly service: Service;
  readonly program: Program;
  readonly aws: () => ScriptedAws | undefined;
};

/** Moves on in steps, looking after each, until a look is true or the time is over; answers how long it took. */
export const stepper = ({ clock, service, program, aws }: Start) => {
  const { move } = makeMover({
    clock,
    service,
    traffic: () => ({ connections: aws()?.connections() ?? 0, requests: aws()?.requests.length ?? 0 }),
    isOver: program.isOver,
  });
  return async (step: number, during: number, each: () => unknown): Promise<number> => {
    const began = clock.now();
    while (clock.now() - began < during) {
      await move(clock.now() + step);
      assert.equal(program.isOver(), false, program.stderr());
      if ((await each()) === true) break;
    }
    return clock.now() - began;
  };
};

export const isOpen = async (service: Service): Promise<boolean> => (await service.startz()) === 200;

/** Alive, not ready, and says why. */
export const isPending = async ({ health, door }: Service, why: RegExp): Promise<void> => {
  assert.equal((await ask(`${health}/healthz`)).status, 200);
  assert.equal((await ask(`${health}/readyz`)).status, 503);
  const answer = await ask(`${door}/v1/entitlement`);
  assert.equal(answer.status, 503);
  const { verdict, reason } = (await answer.json()) as { readonly verdict: string; readonly reason: string };
  assert.equal(verdict, 'pending');
  assert.match(reason, why);
};
