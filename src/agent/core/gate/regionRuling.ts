import { decide, type Ruling } from '../../../regions/index.ts';
import type { Config } from '../configuration/config.ts';
import { TollgateError } from '../errors.ts';
import { EXIT } from '../exitCode.ts';
import type { Located } from '../platform/whereabouts.ts';

/**
 * What the Region table says of this place, before any call to AWS. Throws a TollgateError (76) that names the row, its
 * source and date, and the remedy, when the call would be refused there.
 */
export const regionRuling = (
  { platform, region }: Pick<Located, 'platform' | 'region'>,
  { code: _, pricing, extraRegions }: Config['product'],
): Ruling => {
  const operation = pricing === 'hourly' || pricing === 'monthly' ? 'RegisterUsage' : 'MeterUsage';
  const ruling = decide({ operation, platform, pricing, region: region.name, extraRegions });
  if (ruling.decision !== 'refused') return ruling;
  throw new TollgateError(
    'region_refused',
    `${operation} on ${platform} is not supported in ${region.name} (from ${region.source}): ${ruling.reason} [row ${ruling.row}; ${ruling.source}, seen ${ruling.seen}]`,
    {
      remedy: ruling.remedy ?? 'run the product in a Region of the table: see "tollgate regions"',
      exitCode: EXIT.platform,
    },
  );
};
