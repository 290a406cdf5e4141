import { GOVCLOUD, INSTANCES_28, WITHOUT_METERING } from './lists.ts';
import { nearestTo } from './nearest.ts';
import { partitionOf } from './partition.ts';
import { type Decision, type Operation, type Platform, type Row, TABLE } from './table.ts';

export type Question = {
  readonly operation: Operation;
  readonly platform: Platform;
  /** As the configuration says it: `usage`, `hourly`, `monthly`, `byol` or `free`. */
  readonly pricing: string;
  readonly region: string;
  /** Regions that AWS opened for this product on request: the vendor's word. */
  readonly extraRegions?: readonly string[];
};

/** What the table says, with the row's id, so that a person can look it up. */
export type Ruling = {
  readonly decision: Decision;
  readonly row: string;
  readonly source: string;
  readonly seen: string;
  readonly reason: string;
  readonly remedy?: string;
};

/** Every Region that some row names, for the nearest one to a mistyped name. */
export const KNOWN_REGIONS: readonly string[] = [...INSTANCES_28, ...GOVCLOUD, ...WITHOUT_METERING];

const fits = (row: Row, { operation, platform, region }: Question): boolean =>
  (row.operations?.includes(operation) ?? true) &&
  (row.platforms?.includes(platform) ?? true) &&
  (row.regions?.includes(region) ?? true) &&
  (row.partitions?.includes(partitionOf(region)) ?? true);

/** AMI products in GovCloud are metered under flexible consumption pricing, which is what `usage` is. */
const needsUsagePricing = (row: Row, pricing: string): boolean => row.id === 'govcloud-ami' && pricing !== 'usage';

const rulingOf = ({ id, decision, source, seen, reason, remedy }: Row): Ruling => ({
  decision,
  row: id,
  source,
  seen,
  reason,
  ...(remedy === undefined ? {} : { remedy }),
});

const unknown = (region: string): Ruling => {
  const near = nearestTo(region, KNOWN_REGIONS);
  return {
    decision: 'refused',
    row: 'unknown',
    source: 'no row of the table',
    seen: '2026-11-23',
    reason: `${JSON.stringify(region)} is no Region that this version knows${near === undefined ? '' : `: did you mean ${near}?`}`,
    remedy:
      near === undefined
        ? 'Check AWS_REGION. When AWS opened a new Region for this product, the vendor adds it to product.extraRegions.'
        : `Set AWS_REGION to ${near}, or, when AWS opened this Region for the product, let the vendor add it to product.extraRegions.`,
  };
};

/**
 * Whether an operation may be called for this platform and Region. `supported`: some page lists it. `unlisted`: AWS's
 * pages disagree, so go on with a warning. `refused`: stop before any call. Total and pure.
 */
export const decide = (question: Question): Ruling => {
  const row = TABLE.find((candidate) => fits(candidate, question));
  // That RegisterUsage is a container's call does not depend on the Region, so no Region can be opened for it.
  if (row !== undefined && row.regions === undefined && row.partitions === undefined) return rulingOf(row);
  if (row?.decision !== 'supported' && question.extraRegions?.includes(question.region))
    return {
      decision: 'supported',
      row: 'configuration',
      source: 'product.extraRegions of the configuration',
      seen: '-',
      reason: 'the vendor states that AWS opened this Region for the product',
    };
  if (row === undefined) return unknown(question.region);
  if (needsUsagePricing(row, question.pricing))
    return {
      ...rulingOf(row),
      decision: 'refused',
      reason: `AMI products in GovCloud can be metered by usage only, and the pricing is ${question.pricing}`,
      remedy: 'Sell by usage (pricing: usage), or run the product in a commercial Region.',
    };
  return rulingOf(row);
};
