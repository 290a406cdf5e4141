import { BAKED } from './baked.ts';
import { HEALTH } from './health.ts';
import { LIFE } from './life.ts';
import { TWO } from './two.ts';

/** What is played in the network namespace of a container: `play` is told which. */
export type InsideScenario = { readonly name: string; readonly play: (namespace: string) => Promise<void> };

export const INSIDE: readonly InsideScenario[] = [...LIFE, ...HEALTH, ...TWO, ...BAKED];
