import type { LedgerOverview } from '../../core/record/overview.ts';
import type { Status } from '../../core/status.ts';
import { HOUR, parse, SECOND, startOf } from '../../core/time/hour.ts';
import * as quantity from '../../core/usage/quantity.ts';
import type { Metrics } from './metrics.ts';

/** What the figures are made of beside the status. */
export type Figures = {
  /** Undefined as long as no ledger is open. */
  readonly overview: Pick<LedgerOverview, 'dimensions' | 'states'> | undefined;
  readonly keyRotation: number | undefined;
};

/** An hour that has less than this left is at risk. */
const RISK = HOUR;

const VERDICT = { granted: 1, exempt: 1, pending: 0, refused: -1 } as const;

/** Sets the gauges to what a status says. */
export const showStatus = (metrics: Metrics, status: Status, { overview, keyRotation }: Figures): void => {
  const { dimensions, states } = overview ?? { dimensions: [], states: {} };
  const now = Date.parse(status.now) + (status.clock.offset ?? 0);
  metrics.set('verdict', VERDICT[status.verdict.value]);
  metrics.set('leader', (status.standby?.role ?? 'leader') === 'leader' ? 1 : 0);
  metrics.reset('records');
  for (const [state, count] of Object.entries(states)) metrics.set('records', count, { state });
  const unsent = status.hours.filter(
    ({ hour, state }) =>
      ['open', 'sending', 'waiting'].includes(state) && startOf(parse(hour) ?? (0 as never)) + HOUR <= now,
  );
  const ages = unsent.map(({ hour }) => (now - startOf(parse(hour) ?? (0 as never))) / SECOND);
  metrics.set('oldest_unsent_hour_age_seconds', Math.max(0, ...ages));
  metrics.set('hours_at_risk', unsent.filter(({ timeLeft }) => timeLeft !== null && timeLeft < RISK).length);
  metrics.reset('quarantined_units');
  for (const { name: dimension, units: records } of dimensions) {
    const waiting = quantity.add(records.quarantined ?? quantity.ZERO, records.held ?? quantity.ZERO);
    metrics.set('quarantined_units', Number(quantity.format(waiting)), { dimension });
  }
  const unsettled = dimensions.flatMap(({ units }) => [units.sending, units.waiting]);
  const stranded = quantity.sum(unsettled.flatMap((units) => units ?? []));
  metrics.set('stranded_units', Number(quantity.format(stranded)));
  metrics.set('ledger_bytes', status.ledger?.bytes ?? 0);
  metrics.set('ledger_folder_bytes', status.ledger?.folderBytes ?? 0);
  metrics.set('ledger_folder_max_bytes', status.ledger?.folderMaxBytes ?? 0);
  metrics.set('ledger_trouble', (status.ledger?.disk ?? 'ok') === 'ok' ? 0 : 1);
  metrics.set('ledger_rescues', status.ledger?.rescues.length ?? 0);
  metrics.set('ledger_losses', status.ledger?.losses.length ?? 0);
  metrics.set('dedupe_window_seconds', (status.ledger?.dedupe ?? 0) / SECOND);
  if (status.clock.offset !== null) metrics.set('clock_offset_seconds', -status.clock.offset / SECOND);
  metrics.set('key_rotation_timestamp_seconds', (keyRotation ?? 0) / SECOND);
};
