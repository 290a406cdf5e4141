import type { Config } from '../core/configuration/config.ts';
import { describe } from '../core/errors.ts';
import type { Whereabouts } from '../core/platform/whereabouts.ts';
import { diskUnder } from '../io/ledger/disk/diskUnder.ts';
import { type LedgerOptions, type OpenLedger, openLedger } from '../io/ledger/ledger.ts';
import type { Deps } from './deps.ts';

/**
 * Opens the ledger. A product that is not metered needs it only to remember its grant: a folder that cannot be written is
 * then no reason to stop. Throws a TollgateError (73) for one that is metered.
 */
export const openLedgerFor = async (
  config: Config,
  { platform, resource }: Whereabouts,
  deps: Deps,
  levelsUntil?: LedgerOptions['levelsUntil'],
): Promise<OpenLedger | undefined> => {
  const isMetered = config.product.pricing === 'usage';
  try {
    const ledger = await openLedger({
      ...deps,
      settings: config.ledger,
      product: config.product.code,
      dimensions: config.dimensions,
      policies: config.metering,
      resource,
      onEc2: platform === 'ec2',
      diskUnder,
      ...(levelsUntil === undefined ? {} : { levelsUntil }),
    });
    if (ledger.crashedBefore && isMetered) deps.log.warn('the last run ended without a drain', { ledger: ledger.id });
    return ledger;
  } catch (error) {
    if (isMetered) throw error;
    deps.log.info('grants are not remembered', { why: describe(error) });
    return undefined;
  }
};
