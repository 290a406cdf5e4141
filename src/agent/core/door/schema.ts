import * as z from 'zod';
import type { Uncounted } from '../usage/report.ts';
import { MOST_ID_BYTES, MOST_REPORTS } from './reports.ts';
import { UNCOUNTED } from './uncounted.ts';

/**
 * The shapes of the door for OpenAPI. `reportsOf` checks by hand, five times as fast and from the source text of numbers;
 * a property test holds both to the same answers.
 */
const quantity = z
  .union([z.number().nonnegative(), z.string().regex(/^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/)])
  .describe(
    'Not negative; at most 30 digits before and 20 behind the point. A number counts as it is written, digit for digit.',
  );

const timestamp = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/)
  .describe('RFC 3339 with Z or an offset. Without it the report counts as of its arrival.')
  .meta({ format: 'date-time', examples: ['2026-03-01T10:15:00Z'] });

const id = z
  .string()
  .min(1)
  .max(MOST_ID_BYTES)
  .describe('The same id again is the same report and does not count again. 1 to 256 bytes in UTF-8.');

const source = z
  .string()
  .min(1)
  .max(MOST_ID_BYTES)
  .describe(
    'For the meters counter (required: whose counter it is) and unique (required: what was seen). 1 to 256 bytes in UTF-8.',
  );

const start = timestamp.describe('For the meter counter: since when it counts from zero.');

export const reportSchema = z.strictObject({
  dimension: z.string().describe("The dimension's API name in the listing."),
  quantity,
  timestamp: timestamp.optional(),
  id: id.optional(),
  tags: z
    .record(z.string(), z.string())
    .optional()
    .describe(
      'Cost allocation tags: at most 5, keys of 1 to 100 and values of 1 to 256 letters, digits, spaces and + - = . _ : / @. Other tags do not stop the report: it counts untagged.',
    ),
  source: source.optional(),
  start: start.optional(),
});

export const usageSchema = z.union([reportSchema, z.array(reportSchema).max(MOST_REPORTS)]);

const count = z.int().nonnegative();

export const receiptSchema = z.object({
  accepted: count.describe('Reports that were taken now for the first time.'),
  duplicates: count.describe('Reports whose id had been taken before; they do not count again.'),
  late: count.describe(
    'Accepted reports that count in a later hour, or nothing, because their own is over or sent already.',
  ),
  untagged: count.describe(
    'Accepted reports whose tags AWS would not take, or for which an hour has no room; they count without.',
  ),
  uncounted: z
    .array(
      z.object({
        index: count,
        why: z.enum(Object.keys(UNCOUNTED) as [Uncounted, ...Uncounted[]]),
        reason: z.string(),
      }),
    )
    .optional()
    .describe(
      'Accepted reports that count nothing, and why: a first or old reading, a late report of a meter that does not add up. Not there when all count.',
    ),
});

export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  errors: z.array(z.object({ index: count, field: z.string(), reason: z.string() })).optional(),
});

export const entitlementSchema = z.object({
  verdict: z.enum(['granted', 'pending', 'refused', 'exempt']),
  reason: z.string(),
  since: z.string().meta({ format: 'date-time' }),
  remedy: z.string().optional(),
  confirmed: z.boolean().describe('False when the grant stands although AWS has not said so in this process yet.'),
  remembered: z.boolean().describe('True when the grant comes from the ledger of an earlier process.'),
  exitCode: z.int(),
  started: z.boolean().describe('Whether the product may run, or once might in this process.'),
});
