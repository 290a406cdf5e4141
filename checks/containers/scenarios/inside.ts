import type { Scenario } from '../../moved-clock/scenario.ts';
import { FAMILIES } from './families.ts';
import { OUTSIDE } from './outside.ts';
import { PROXIES } from './proxies.ts';

/** What is played in a network namespace of its own. */
export const INSIDE: readonly Scenario[] = [...FAMILIES, ...OUTSIDE, ...PROXIES];
