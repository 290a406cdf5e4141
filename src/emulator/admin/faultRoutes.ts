import { FAULT, KINDS } from '../faults/fault.ts';
import { AdminError, read } from './ask.ts';
import type { Route } from './desk.ts';

/** Faults: what is at work, one more, all or one gone. */
export const faultRoutes: Readonly<Record<string, Route>> = {
  'GET faults': ({ faults }) => ({ faults: faults.list(), kinds: KINDS }),
  'POST faults': ({ faults }, { body }) => ({ fault: faults.add(read(FAULT, body)) }),
  'DELETE faults': ({ faults }) => ({ cleared: faults.clear() }),
  'DELETE faults/*': ({ faults }, { name }) => {
    const cleared = faults.clear(Number(name));
    if (cleared === 0) throw new AdminError(404, `There is no fault ${name}.`);
    return { cleared };
  },
};
