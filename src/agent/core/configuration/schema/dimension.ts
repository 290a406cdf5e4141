import * as z from 'zod';
import { LATER, METERS } from './later.ts';
import { flag, integer, oneOf, positive, word } from './leaves.ts';

/** The form of a dimension's key in a listing (Catalog API reference, product entities), and MeterUsage's length. */
export const dimensionName = word('dimension name', /^[A-Za-z0-9_.-]+$/, {
  most: 255,
  fix: "write the dimension's API name as the listing has it: letters, digits, _ . and -",
});

export const dimensionSchema = z.strictObject({
  meter: oneOf('meter', METERS, LATER.meter).describe(
    'How the reports of an hour become one number: sum adds them up; max takes the highest.',
  ),
  scope: oneOf('scope', ['pod', 'product'])
    .optional()
    .describe(
      'For max: pod if every pod or task counts its own and they add up on the bill, product if one reporter speaks for the whole installation.',
    ),
  per: positive().prefault(1).describe('How many of what is counted make one unit on the bill.'),
  decimals: integer({ least: 0, most: 6 })
    .prefault(0)
    .describe(
      'Digits behind the point of a billed quantity. 0: whole units, and the rest is carried to the next hour.',
    ),
  rounding: oneOf('rounding', ['down', 'up', 'nearest'])
    .optional()
    .describe('For max: how a part of a unit is rounded; down unless said. A sum carries the part instead.'),
  maxPerHour: positive().optional().describe('More units than this in one hour are held until a person releases them.'),
  zeroHours: flag().prefault(false).describe('Whether an hour without usage is reported as zero.'),
});

/** AWS lists at most so many dimensions for a container product (seller guide, container products). */
export const MOST_DIMENSIONS = 24;
