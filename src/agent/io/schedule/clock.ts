import type { Clock } from '../../ports.ts';

/** The machine's clocks. The monotonic one stands still while the machine is suspended: that shows as a jump of the wall. */
export const makeClock = (): Clock => ({ wall: () => Date.now(), monotonic: () => performance.now() });
