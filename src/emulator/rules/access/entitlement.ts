import { error, type Refusal } from '../answer.ts';
import { pair, type State } from '../state.ts';
import type { Product } from '../world.ts';

/** Free and bring-your-own-licence products have nothing to buy; assumed: nobody is refused for them. */
const needsSubscription = ({ pricing }: Product): boolean => pricing !== 'free' && pricing !== 'byol';

/**
 * A valid subscription is needed for the first call of a task or pod; later calls of the same one are not refused
 * when the buyer has left (API reference, RegisterUsage; user guide, "Container metering with MeterUsage").
 */
export const checkEntitlement = (
  state: State,
  account: string,
  resource: string,
  code: string,
  product: Product,
): Refusal | undefined => {
  if (!needsSubscription(product)) return undefined;
  if (state.subscriptions.has(pair(account, code))) return undefined;
  if (state.known.has(pair(resource, code))) return undefined;
  return error('CustomerNotEntitledException', 'The customer does not have a valid subscription for the product.');
};
