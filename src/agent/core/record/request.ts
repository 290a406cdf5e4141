import { tagsOf } from '../tags/tagSet.ts';
import { format } from '../usage/quantity.ts';
import type { MeterRequest } from './meterRequest.ts';
import type { Body } from './record.ts';

/** The request that a record is: always the same, whoever asks and however often. */
export const requestOf = (record: Body & { readonly token: string }): MeterRequest => ({
  productCode: record.product,
  dimension: record.dimension,
  hour: record.hour,
  timestamp: record.timestamp,
  quantity: format(record.quantity),
  form: record.decimals === 0 ? 'integer' : 'decimal',
  ...(record.allocations.length === 0
    ? {}
    : {
        allocations: record.allocations.map(({ tags, units }) => ({ quantity: format(units), tags: tagsOf(tags) })),
      }),
  clientToken: record.token,
});
