import { EXIT } from '../core/exitCode.ts';
import { mayRun, type Verdict } from '../core/gate/verdict.ts';
import type { Clock } from '../ports.ts';

/** The verdict of this process, and who wants to hear of its changes. */
export type Verdicts = {
  readonly current: () => Verdict;
  readonly set: (verdict: Omit<Verdict, 'since'>) => void;
  readonly onChange: (listener: (verdict: Verdict) => void) => void;
  /** Whether the product may run, or once might in this process. */
  readonly started: () => boolean;
};

export const makeVerdicts = (clock: Clock): Verdicts => {
  const listeners: ((verdict: Verdict) => void)[] = [];
  let started = false;
  let current: Verdict = {
    value: 'pending',
    reason: 'the agent is starting',
    since: clock.wall(),
    confirmed: false,
    remembered: false,
    exitCode: EXIT.unreachable,
  };
  return {
    current: () => current,
    set: (verdict) => {
      const before = current;
      const since = verdict.value === before.value ? before.since : clock.wall();
      current = { ...verdict, since };
      started ||= mayRun(current);
      if (before.value === current.value && before.reason === current.reason) return;
      for (const listener of listeners) listener(current);
    },
    onChange: (listener) => void listeners.push(listener),
    started: () => started,
  };
};
