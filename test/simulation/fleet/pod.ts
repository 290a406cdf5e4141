import { makeToll } from '../../../src/agent/agent/toll.ts';
import type { Config } from '../../../src/agent/core/configuration/config.ts';
import * as quantity from '../../../src/agent/core/usage/quantity.ts';
import { openLedger } from '../../../src/agent/io/ledger/ledger.ts';
import { makeVerdicts } from '../../../src/agent/services/verdicts.ts';
import { PRODUCT } from '../../support/taskAtAws.ts';
import { POLICIES, SILENT, sumOf } from '../../support/tollWorld.ts';
import type { Dice } from '../dice.ts';
import type { Account } from './account.ts';
import type { FleetTime } from './time.ts';

const HOUR = 3_600_000;

export const namesOf = (dimensions: number): readonly string[] =>
  Array.from({ length: dimensions }, (_, index) => `dimension_${String(index).padStart(2, '0')}`);

export type PodSettings = {
  readonly resource: string;
  readonly directory: string;
  readonly dimensions: readonly string[];
  readonly onEc2?: boolean;
  /** The disk under its ledger's folder. */
  readonly disk?: string;
  readonly policies?: Config['metering'];
};

/** One agent of the fleet: the toll as the program wires it, over the real ledger on a memory disk. */
export const makePod = (
  { time, account, dice }: { readonly time: FleetTime; readonly account: Account; readonly dice: Dice },
  { resource, directory, dimensions, onEc2 = false, disk, policies = POLICIES }: PodSettings,
) => {
  const launchedAt = time.now();
  const configured = dimensions.map((name) => sumOf(name));
  const config = {
    product: { code: PRODUCT, pricing: 'usage', publicKeys: [], extraRegions: [] },
    dimensions: configured,
    metering: policies,
  } as unknown as Config;
  let ending = new AbortController();
  let running: Awaited<ReturnType<typeof boot>> | undefined;

  const boot = async () => {
    const machine = time.machine();
    const random = { bytes: (count: number) => new Uint8Array(count), fraction: dice.fraction };
    const deps = { clock: machine.clock, scheduler: machine.scheduler, random, log: SILENT };
    const ledger = await openLedger({
      ...deps,
      settings: {
        directory,
        maxBytes: 2 ** 26,
        dedupe: { keep: 24 * HOUR, least: HOUR },
        retain: 2_160 * HOUR,
        wait: 0,
      },
      product: PRODUCT,
      dimensions: configured,
      policies,
      resource,
      onEc2,
      diskUnder: () => disk,
    });
    const verdicts = makeVerdicts(machine.clock);
    verdicts.set({ value: 'granted', reason: 'fleet', confirmed: true, remembered: false, exitCode: 0 });
    const metrics = { count: () => undefined } as unknown as Parameters<typeof makeToll>[0]['metrics'];
    const marketplace = account.portFor(resource, launchedAt);
    const toll = makeToll({ config, ledger, marketplace, resource, verdicts, metrics }, deps);
    toll.start(ending.signal);
    return { machine, ledger, toll };
  };

  return {
    resource,
    start: async (): Promise<void> => {
      ending = new AbortController();
      running = await boot();
    },
    /** The process dies at once; its ledger stays. */
    kill: (): void => {
      running?.machine.end();
      ending.abort();
      running?.ledger.abandon();
      running = undefined;
    },
    /** One unit of each dimension, as the product reports them. */
    report: (): void => {
      void running?.toll.recording.take(
        dimensions.map((dimension) => ({ dimension, quantity: quantity.of(1), at: time.now(), dated: false })),
      );
    },
    /** Hours and records that AWS does not have. */
    unsent: (): number => {
      const agenda = running?.ledger.agenda();
      return agenda === undefined ? 0 : agenda.open.length + agenda.unsettled.length;
    },
    lines: () => [...(running?.ledger.books.lines() ?? [])],
    isSound: (): boolean => running?.ledger.books.check().ok ?? false,
  };
};

export type Pod = ReturnType<typeof makePod>;
