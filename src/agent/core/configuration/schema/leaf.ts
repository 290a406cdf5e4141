import * as z from 'zod';
import type { Reading } from '../values/reading.ts';

/** What a single value may come in as. Files and variables bring its source text, which is exact. */
export type Scalar = string | number | boolean;

const isScalar = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);

/**
 * A setting's value, read from its text. `json` says the same to the JSON Schema. Whatever does not read becomes an
 * issue whose message and `params.fix` are for people.
 */
export const leaf = <T>(read: (text: string) => Reading<T>, json: Readonly<Record<string, unknown>>) =>
  z
    .custom<Scalar>(isScalar)
    .transform((value, context): T => {
      const reading = read(String(value));
      if (reading.ok) return reading.value;
      context.addIssue({ code: 'custom', message: reading.message, params: { fix: reading.fix } });
      return z.NEVER;
    })
    .meta(json);
