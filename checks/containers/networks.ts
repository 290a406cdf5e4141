import { join } from 'node:path';
import type { Scenario } from '../moved-clock/scenario.ts';
import { playElsewhere } from '../tools/elsewhere.ts';
import { INSIDE } from './scenarios/inside.ts';

/** Plays a scenario in a network namespace of its own, where it makes whatever addresses it wants. */
const inNamespace = (name: string): Promise<void> =>
  playElsewhere(['unshare', '-n', process.execPath, join(import.meta.dirname, 'inside.ts'), name]);

export const NETWORKS: readonly Scenario[] = INSIDE.map(({ name }) => ({ name, play: () => inNamespace(name) }));
