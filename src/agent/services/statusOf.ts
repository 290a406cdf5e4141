import type { Config } from '../core/configuration/config.ts';
import { withFix } from '../core/errors.ts';
import { mayRun, type Verdict } from '../core/gate/verdict.ts';
import type { LedgerOverview } from '../core/record/overview.ts';
import type { Sender } from '../core/sending/sender.ts';
import { type Election, roleOf, warningOf, whyNot } from '../core/standby/standing.ts';
import type { HourStatus, Status } from '../core/status.ts';
import { edgeOf, format, type Hour, hourOf, type Instant, type Millis } from '../core/time/hour.ts';
import * as quantity from '../core/usage/quantity.ts';

/** Everything a status is made of, read at one moment. */
export type Readings = {
  readonly version: string;
  readonly config: Pick<Config, 'product' | 'metering' | 'dimensions' | 'ledger'>;
  readonly now: Instant;
  readonly monotonic: Millis;
  /** AWS's time; undefined while it is void. */
  readonly awsNow: Instant | undefined;
  readonly verdict: Verdict;
  readonly started: boolean;
  readonly place: Pick<Status, 'platform' | 'resource' | 'region'>;
  readonly ledger:
    | {
        readonly id: string;
        readonly bytes: number;
        readonly folder: { readonly bytes: number; readonly most: number };
        readonly dedupe: Millis;
        readonly trouble: string | undefined;
        readonly rescues: readonly { readonly at: Instant; readonly why: string }[];
        readonly overview: LedgerOverview;
      }
    | undefined;
  readonly sender: Sender;
  /** Undefined where there is no other replica. */
  readonly election?: Election | undefined;
  readonly warnings: readonly string[];
};

const time = (instant: Instant): string => new Date(instant).toISOString();

const hoursOf = ({ open, records }: LedgerOverview, awsNow: Instant | undefined): readonly HourStatus[] => {
  const timeLeft = (hour: Hour) => (awsNow === undefined ? null : edgeOf(hour) - awsNow);
  const ofRecords = records.map((record) => ({
    at: record.hour,
    hour: format(record.hour),
    dimension: record.dimension,
    quantity: quantity.format(record.quantity),
    moved: quantity.format(quantity.ZERO),
    state: record.state,
    doubt: record.doubt,
    timeLeft: timeLeft(record.hour),
    attempts: record.attempts,
    lastAnswer: record.lastAnswer ?? null,
  }));
  const ofOpen = open.map(({ dimension, hour, counted, moved }) => ({
    at: hour,
    hour: format(hour),
    dimension,
    quantity: quantity.format(counted),
    moved: quantity.format(moved),
    state: 'open' as const,
    doubt: false,
    timeLeft: timeLeft(hour),
    attempts: 0,
    lastAnswer: null,
  }));
  return [...ofRecords, ...ofOpen]
    .toSorted((a, b) => a.at - b.at || (a.dimension < b.dimension ? -1 : 1))
    .map(({ at: _, ...hour }) => hour);
};

const dimensionsOf = ({ config, ledger }: Readings): Status['dimensions'] =>
  config.dimensions.map(({ name, meter }) => {
    const figures = ledger?.overview.dimensions.find((one) => one.name === name);
    const last = ledger?.overview.lastReceipts.find(({ dimension }) => dimension === name);
    const text = (value: quantity.Quantity | undefined): string => quantity.format(value ?? quantity.ZERO);
    return {
      name,
      meter,
      open: text(figures?.open),
      carry: text(figures?.carry),
      level: figures?.level === undefined ? null : quantity.format(figures.level),
      receipted: text(figures?.units.receipted),
      lastReceipt:
        last === undefined
          ? null
          : { hour: format(last.hour), quantity: text(last.quantity), recordId: last.recordId ?? null },
    };
  });

const senderOf = ({ sender, ledger, verdict, config, now, monotonic }: Readings): Status['sender'] => {
  const { pause, lastAnswer } = sender;
  const states = ledger?.overview.states ?? {};
  const waiting = (states['waiting'] ?? 0) + (states['sending'] ?? 0) > 0;
  const state = (): string => {
    if (!mayRun(verdict)) return 'off';
    if (verdict.value === 'exempt' || config.metering.mode === 'shadow') return 'shadow';
    if (pause !== undefined) return 'paused';
    return waiting ? 'sending' : 'idle';
  };
  return {
    state: state(),
    lastAnswer: lastAnswer ?? null,
    nextProbe: pause === undefined ? null : time(now + Math.max(0, pause.until - monotonic)),
  };
};

const standbyOf = ({ election, awsNow }: Readings): Status['standby'] => {
  if (election === undefined) return null;
  const { term, holder, gap } = election;
  return {
    role: roleOf(election, awsNow),
    why: whyNot(election, awsNow) ?? null,
    holder: holder ?? null,
    term: term === undefined ? null : { from: format(term.from), through: format(term.through) },
    gap:
      gap === undefined
        ? null
        : {
            since: time(gap.since),
            until: gap.until === undefined ? null : time(gap.until),
            reason: gap.trouble.reason,
          },
  };
};

/** A status names so many held series; an export has them all. */
const MOST_SERIES = 20;

/** What a person should look at. */
const warningsOf = ({ ledger, sender, warnings, election, awsNow }: Readings): readonly string[] => {
  const { quarantined = 0, held = 0, conflict = 0 } = ledger?.overview.states ?? {};
  const heldUnits = ledger?.overview.dimensions.filter(({ held: units }) => !quantity.isZero(units)) ?? [];
  return [
    ...warnings,
    ...(election === undefined ? [] : [warningOf(election, awsNow)].filter((warning) => warning !== undefined)),
    ...(sender.pause === undefined ? [] : [withFix(`the sender is paused: ${sender.pause.reason}`, sender.pause.fix)]),
    ...[...sender.dimensions].map(([name, { reason, fix }]) => withFix(`${name} is refused by AWS: ${reason}`, fix)),
    ...(quarantined + held === 0
      ? []
      : [
          `${quarantined + held} records wait for a person: see "tollgate ledger export", then "tollgate ledger resolve"`,
        ]),
    ...(conflict === 0 ? [] : [`${conflict} hours were in conflict: AWS holds another quantity than ours`]),
    ...(ledger?.trouble === undefined ? [] : [`the ledger takes nothing at the moment: ${ledger.trouble}`]),
    ...(ledger?.rescues ?? [])
      .slice(-1)
      .map(
        ({ at, why }) =>
          `the open ledger was taken from its place at ${time(at)} (${why}) and written there anew, with everything in it. Fix: find who deletes, moves or restores files in its folder while the agent runs`,
      ),
    ...(ledger?.overview.losses ?? []).map(
      ({ id, at, what }) =>
        `lost at ${time(at)}: ${what}. Fix: look into it, then "tollgate ledger acknowledge ${id} --why TEXT"`,
    ),
    ...(ledger?.overview.heldSeries ?? [])
      .slice(0, MOST_SERIES)
      .map(
        ({ dimension, source, since }) =>
          `the counter ${JSON.stringify(source)} of ${dimension} is held: it was reset more than six times within an hour, so two processes seem to report into it. Fix: see that only one does, then "tollgate ledger release ${format(hourOf(since))} ${dimension}"`,
      ),
    ...heldUnits.map(
      ({ name, held: units }) => `${quantity.format(units)} units of ${name} are held: see "tollgate ledger release"`,
    ),
  ];
};

/** Puts a status together. Pure. */
export const statusOf = (readings: Readings): Status => {
  const { config, verdict, ledger, now, awsNow } = readings;
  return {
    schema: 1,
    now: time(now),
    version: readings.version,
    verdict: {
      value: verdict.value,
      reason: verdict.reason,
      since: time(verdict.since),
      remedy: verdict.remedy ?? null,
      confirmed: verdict.confirmed,
      remembered: verdict.remembered,
      started: readings.started,
    },
    product: { code: config.product.code, pricing: config.product.pricing },
    mode: config.metering.mode,
    ...readings.place,
    clock: { offset: awsNow === undefined ? null : awsNow - now, void: awsNow === undefined },
    ledger:
      ledger === undefined
        ? null
        : {
            id: ledger.id,
            bytes: ledger.bytes,
            maxBytes: config.ledger.maxBytes,
            folderBytes: ledger.folder.bytes,
            folderMaxBytes: ledger.folder.most,
            dedupe: ledger.dedupe,
            disk: ledger.trouble ?? 'ok',
            rescues: ledger.rescues.map(({ at, why }) => ({ at: time(at), why })),
            losses: ledger.overview.losses.map(({ id, at, what }) => ({ id, at: time(at), what })),
          },
    sender: senderOf(readings),
    standby: standbyOf(readings),
    dimensions: dimensionsOf(readings),
    hours: ledger === undefined ? [] : hoursOf(ledger.overview, awsNow),
    warnings: warningsOf(readings),
  };
};
