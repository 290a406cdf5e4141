import type { FaultIn } from '../faults/fault.ts';
import type { World } from '../rules/world.ts';

export const openWorld = async (_file: string): Promise<{ world: World; faults: readonly FaultIn[] }> => {
  throw new Error('not yet');
};
