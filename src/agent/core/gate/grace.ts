import { MINUTE, type Millis, SECOND } from '../time/hour.ts';

/** Right after a purchase AWS may not know of it yet: so long a refusal for want of a subscription is asked again. */
export const AFTER_PURCHASE: Millis = 5 * MINUTE;
export const AFTER_PURCHASE_REST: Millis = 30 * SECOND;
