import { KINDS } from '../usage/kinds.ts';
import type { Settings } from './schema/schema.ts';

/** What a first sighting loses with its ledger lasts as long as its period. */
const seenAgain = (within: string | undefined): string =>
  within === undefined || within === 'hour' ? '' : `and all that was seen in the same ${within} is billed once more, `;

/**
 * AWS keys hours by task and pod. Where one follows another within an hour, each says its own number of it, and for a maximum,
 * a last level or a first sighting both are the same thing: unless the follower finds the ledger of the one before.
 */
export const handOverWarnings = ({ dimensions, metering, platform, ledger, standby }: Settings): readonly string[] => {
  // No two replicas count one hour.
  if (standby.lease !== null) return [];
  // An instance keeps its disk, a laptop is not billed, and who writes keep has a ledger that outlives the pod.
  if (platform === 'ec2' || platform === 'local' || metering.onShutdown === 'keep') return [];
  return Object.entries(dimensions)
    .filter(([, { meter }]) => KINDS[meter].handedOver)
    .map(
      ([name, { meter, within }]) =>
        `dimensions.${name}: when one task or pod follows another within an hour, both bill their ${meter} for it, ${seenAgain(within)}unless the follower finds the same ledger: keep ${ledger.directory} on a volume that outlives them and write metering.onShutdown: keep${platform === 'ecs' ? ' (not on ECS, where no such volume is handed on: there only average, sum and counter add up)' : ''}`,
    );
};

/** Each replica has a ledger of its own: what the one before has seen, the next one does not know. */
export const standbyWarnings = ({ dimensions, standby }: Settings): readonly string[] =>
  standby.lease === null
    ? []
    : Object.entries(dimensions)
        .filter(([, { meter, within = 'hour' }]) => meter === 'unique' && within !== 'hour')
        .map(
          ([name, { within }]) =>
            `dimensions.${name}: when the standby takes over, it has not seen what the replica before it saw, and bills it once more in that ${within}: write within: hour, or leave standby.lease out`,
        );
