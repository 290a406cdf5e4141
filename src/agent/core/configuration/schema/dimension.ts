import * as z from 'zod';
import { METERS } from '../../usage/kinds.ts';
import { flag, integer, oneOf, positive, word } from './leaves.ts';

/** The form of a dimension's key in a listing (Catalog API reference, product entities), and MeterUsage's length. */
export const dimensionName = word('dimension name', /^[A-Za-z0-9_.-]+$/, {
  most: 255,
  fix: "write the dimension's API name as the listing has it: letters, digits, _ . and -",
});

export const dimensionSchema = z.strictObject({
  meter: oneOf('meter', METERS).describe(
    'How the reports of an hour become one number: sum adds them up; counter adds up what the readings of a counter grew by; max takes the highest; average is the time integral of a level over the hour; last takes the newest; unique counts what is seen for the first time.',
  ),
  scope: oneOf('scope', ['pod', 'product'])
    .optional()
    .describe(
      'For max, average, last and unique: pod if every pod or task counts its own and they add up on the bill, product if one reporter speaks for the whole installation.',
    ),
  within: oneOf('period', ['hour', 'day', 'month'])
    .optional()
    .describe('For unique: within what (by UTC) a thing counts once; hour unless said.'),
  per: positive().prefault(1).describe('How many of what is counted make one unit on the bill.'),
  decimals: integer({ least: 0, most: 6 })
    .prefault(0)
    .describe(
      'Digits behind the point of a billed quantity. 0: whole units, and the rest is carried to the next hour.',
    ),
  rounding: oneOf('rounding', ['down', 'up', 'nearest'])
    .optional()
    .describe(
      'For max, average, last and unique: how a part of a unit is rounded; down unless said. Sum and counter carry the part instead.',
    ),
  maxPerHour: positive().optional().describe('More units than this in one hour are held until a person releases them.'),
  zeroHours: flag().prefault(false).describe('Whether an hour without usage is reported as zero.'),
});

/** AWS lists at most so many dimensions for a container product (seller guide, container products). */
export const MOST_DIMENSIONS = 24;
