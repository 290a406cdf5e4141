import * as z from 'zod';
import { isStsError } from '../identity/stsWire.ts';
import { isErrorName } from '../rules/answer.ts';

/**
 * What can go wrong on the way, one row a kind. `stored`: the call is performed all the same, only the answer suffers.
 *
 * A listening port cannot refuse one connection and take the next: `refuse` resets it once the request has come.
 */
export const KINDS = {
  latency: { stored: true, means: 'the answer comes late' },
  throttle: { stored: false, means: 'ThrottlingException, or 429 from a credential endpoint' },
  error: { stored: false, means: 'the named error' },
  'error-after': { stored: true, means: 'stored, and answered with the named error' },
  refuse: { stored: false, means: 'the connection is reset' },
  'cut-before': { stored: false, means: 'the request is read, then the connection is closed' },
  'cut-after': { stored: true, means: 'stored, then the connection is closed' },
  hang: { stored: false, means: 'never answered' },
  'hang-after': { stored: true, means: 'stored and never answered' },
  html: { stored: false, means: "a proxy's page instead of an answer" },
  'no-id': { stored: true, means: '200 without MeteringRecordId or Signature' },
  'no-request-id': { stored: true, means: 'an answer without x-amzn-RequestId' },
  unprocessed: { stored: false, means: 'BatchMeterUsage hands all records back as unprocessed' },
} as const satisfies Record<string, { readonly stored: boolean; readonly means: string }>;

export type FaultKind = keyof typeof KINDS;

export const isFaultKind = (name: string): name is FaultKind => Object.hasOwn(KINDS, name);

const kinds = Object.keys(KINDS).filter(isFaultKind);

/** How a fault is asked for, in a world file, by the admin route or on the command line. */
export const FAULT = z.strictObject({
  kind: z.enum(kinds),
  /** One operation; `sts`, `credentials`, `metadata`, `imds` for one side; `all`; absent: the metering service. */
  operation: z.string().optional(),
  /** Only calls of this resource. */
  resource: z.string().optional(),
  times: z.int().min(1).optional(),
  share: z.number().gt(0).max(1).optional(),
  /** Milliseconds of the emulator's clock. */
  for: z.number().gt(0).optional(),
  error: z
    .string()
    .refine((name) => isErrorName(name) || isStsError(name), 'no error of that name')
    .optional(),
  status: z.int().min(100).max(599).optional(),
  /** Milliseconds of real time. */
  latency: z.number().gt(0).optional(),
});

export type FaultIn = z.infer<typeof FAULT>;

/** A fault at work. */
export type Fault = Omit<FaultIn, 'for'> & { readonly id: number; readonly until?: number; readonly applied: number };
