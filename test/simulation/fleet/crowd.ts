import { createPublicKey } from 'node:crypto';
import type { Config } from '../../../src/agent/core/configuration/config.ts';
import { makeAsking } from '../../../src/agent/services/asking.ts';
import { makeRegistering } from '../../../src/agent/services/registering.ts';
import { makeTimekeeping } from '../../../src/agent/services/timekeeping.ts';
import { makeVerdicts } from '../../../src/agent/services/verdicts.ts';
import { TEST_KEY_HOURLY } from '../../../src/emulator/world/testKeys.ts';
import { SILENT } from '../../support/tollWorld.ts';
import { makeDice } from '../dice.ts';
import { makeAccount } from './account.ts';
import { makeFleetTime } from './time.ts';

const MINUTE = 60_000;
const PATIENCE = 30 * MINUTE;

const HOURLY: Config['product'] = {
  code: '2hourlyproductcode0example1',
  pricing: 'hourly',
  publicKeys: [
    { version: 1, pem: createPublicKey(TEST_KEY_HOURLY).export({ type: 'spki', format: 'pem' }).toString() },
  ],
  extraRegions: [],
};

export type CrowdResult = {
  readonly granted: number;
  readonly refused: number;
  readonly throttledShare: number;
  /** How long the last one waited for its grant, in ms. */
  readonly longestWait: number;
};

/** So many gates of an hourly product open at the same moment, as when a cluster starts. */
export const playCrowd = async (pods: number, seed = 1): Promise<CrowdResult> => {
  const dice = makeDice(seed);
  const start = Date.parse('2026-03-10T10:00:00Z');
  const time = makeFleetTime(start);
  const account = makeAccount(time, dice);
  const waits: number[] = [];
  let refused = 0;

  for (let pod = 0; pod < pods; pod += 1) {
    const { clock, scheduler } = time.machine();
    const resource = `task/${seed}-${pod}`;
    const random = {
      bytes: (count: number) => Uint8Array.from({ length: count }, () => dice.whole(0, 255)),
      fraction: dice.fraction,
    };
    const marketplace = account.portFor(resource, start);
    const timekeeping = makeTimekeeping({ clock, ask: marketplace.date, log: SILENT });
    const verdicts = makeVerdicts(clock);
    verdicts.onChange(({ value }) => {
      if (value === 'granted') waits.push(time.now() - start);
      if (value === 'refused') refused += 1;
    });
    const shared = { product: HOURLY, dimensions: [], clock, scheduler, random, log: SILENT };
    const registering = makeRegistering({
      ...shared,
      gate: { patience: PATIENCE, onPatience: 'exit', graceAfterPurchase: false },
      resource,
      ask: makeAsking({ ...shared, marketplace, timekeeping }),
      memory: undefined,
      setVerdict: verdicts.set,
    });
    void registering.start(new AbortController().signal);
  }
  await time.advanceTo(start + PATIENCE);
  const { accepted, throttled } = account.calls;
  return {
    granted: waits.length,
    refused,
    throttledShare: throttled / (accepted + throttled),
    longestWait: Math.max(0, ...waits),
  };
};
