import { billOf } from '../rules/bill.ts';
import type { MeteringRecord } from '../rules/state.ts';
import { hourText, isoOf } from '../rules/values/instant.ts';
import type { Route } from './desk.ts';

const shown = ({ hour, timestamp, acceptedAt, ...record }: MeteringRecord) => ({
  ...record,
  clientToken: record.clientToken ?? null,
  hour: hourText(hour),
  timestamp: isoOf(timestamp),
  acceptedAt: isoOf(acceptedAt),
  dryRun: false,
});

/** What has happened: the bill, the records behind it, the calls behind them. */
export const listRoutes: Readonly<Record<string, Route>> = {
  'GET bill': ({ house }) => billOf(house.world, house.state, house.clock.now()),
  'GET records': ({ house }) => ({ records: [...house.state.records.values()].map(shown) }),
  'GET calls': ({ calls }, { query }) => {
    const since = Number(query.get('since') ?? 0);
    const operation = query.get('operation');
    return {
      calls: calls.all().filter((call) => call.n > since && (operation === null || call.operation === operation)),
    };
  },
  'DELETE state': ({ reset }) => {
    reset();
    return { reset: true };
  },
};
