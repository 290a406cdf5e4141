import { error, type Refusal } from '../answer.ts';
import type { Change } from '../change.ts';
import type { MeteringRecord, State } from '../state.ts';

/** A token is looked up among those of its account and Region. Its life is not stated; assumed: for ever. */
const keyOf = (record: Omit<MeteringRecord, 'recordId'>, token: string): string =>
  JSON.stringify([record.account, record.region, token]);

/** All parameters of the request, quantities by value (API reference, MeterUsage, `ClientToken`). */
const fingerprintOf = ({
  product,
  dimension,
  resource,
  timestamp,
  quantity,
  allocations,
}: Omit<MeteringRecord, 'recordId'>) =>
  JSON.stringify([product, dimension, resource, timestamp, quantity, allocations]);

/** "The ClientToken is being used for multiple requests" (API model, `IdempotencyConflictException`). */
export const checkToken = (state: State, record: Omit<MeteringRecord, 'recordId'>): Refusal | undefined => {
  if (record.clientToken === undefined) return undefined;
  const used = state.tokens.get(keyOf(record, record.clientToken));
  if (used === undefined || used.fingerprint === fingerprintOf(record)) return undefined;
  return error('IdempotencyConflictException', 'The ClientToken is being used for multiple requests.');
};

/** Keeps the token of an accepted request. Assumed: that of a refused one is free again. */
export const keepToken = (record: Omit<MeteringRecord, 'recordId'>, recordId: string): readonly Change[] =>
  record.clientToken === undefined
    ? []
    : [
        {
          type: 'token',
          key: keyOf(record, record.clientToken),
          used: { fingerprint: fingerprintOf(record), recordId },
        },
      ];
