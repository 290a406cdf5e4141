import { format } from '../time/hour.ts';
import * as quantity from '../usage/quantity.ts';
import type { MeterRecord } from './record.ts';

/**
 * What people are told of a record in the log; where its units left it, the hour they went to as well. `record` is how its
 * name begins: under the name of a token it would be cut as a secret.
 */
export const describeRecord = (record: MeterRecord): Readonly<Record<string, unknown>> => ({
  hour: format(record.hour),
  dimension: record.dimension,
  quantity: quantity.format(record.quantity),
  state: record.state,
  ...(record.movedTo === undefined ? {} : { movedTo: format(record.movedTo) }),
  ...(record.doubt ? { doubt: true } : {}),
  record: record.token.slice(0, 12),
});
