import { pause } from '../../test/wire/support/program.ts';
import type { Usage } from '../../test/wire/support/service.ts';
import { type Millionths, millionths } from './decimals.ts';

const CLIENTS = 5;

type Answer = { readonly accepted?: number; readonly duplicates?: number };

/** Nothing of one report, or of three, in whole or in decimal quantities, with tags or without. */
const makeUsage = (random: () => number, id: string): Usage => {
  const kind = random();
  if (kind < 0.4) {
    const tags = random() < 0.3 ? { tags: { team: random() < 0.5 ? 'blue' : 'red' } } : {};
    return { dimension: 'requests', quantity: 1 + Math.floor(random() * 9), id, ...tags };
  }
  if (kind < 0.7) return { dimension: 'data_gb', quantity: (random() * 3).toFixed(3), id };
  return { dimension: 'packs', quantity: 1 + Math.floor(random() * 20), id };
};

/**
 * Clients that report without end on connections of their own, some kept open and some not. What was not answered is sent
 * again under its ids until somebody answers it: acknowledged is what a client has seen a 202 for, once for each id.
 */
export const startClients = (
  door: string,
  random: () => number,
  usageOf: (random: () => number, id: string) => Usage = makeUsage,
) => {
  const acknowledged = new Map<string, Millionths>();
  let reports = 0;
  let stopping = false;
  let abandoned = false;

  const send = async (usages: readonly Usage[], keep: boolean): Promise<boolean> => {
    let response: Response;
    try {
      response = await fetch(`${door}/v1/usage`, {
        method: 'POST',
        signal: AbortSignal.timeout(10_000),
        headers: { 'content-type': 'application/json', ...(keep ? {} : { connection: 'close' }) },
        body: JSON.stringify(usages.length === 1 ? usages[0] : usages),
      });
    } catch {
      return false;
    }
    const text = await response.text().catch(() => undefined);
    if (text === undefined || response.status === 503) return false;
    const { accepted = 0, duplicates = 0 } = JSON.parse(text) as Answer;
    if (response.status !== 202 || accepted + duplicates !== usages.length)
      throw new Error(`the door answered ${response.status} ${text} to ${JSON.stringify(usages)}`);
    return true;
  };

  const client = async (number: number): Promise<void> => {
    for (let count = 0; !stopping; count += 1) {
      const size = random() < 0.8 ? 1 : 3;
      const usages = Array.from({ length: size }, (_, index) => usageOf(random, `${number}-${count}-${index}`));
      while (!(await send(usages, number % 2 === 0))) {
        if (abandoned) return;
        await pause(15);
      }
      for (const { dimension, quantity } of usages)
        acknowledged.set(dimension, (acknowledged.get(dimension) ?? 0n) + millionths(String(quantity)));
      reports += size;
      await pause(3);
    }
  };

  const running = Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)));
  // Whoever stops them is told of a failure.
  running.catch(() => {});
  return {
    /** How many reports have been acknowledged. */
    reports: () => reports,
    acknowledged: (dimension: string): Millionths => acknowledged.get(dimension) ?? 0n,
    /** Resolves once every report has its answer. */
    stop: async (): Promise<void> => {
      stopping = true;
      await running;
    },
    /** Resolves once nobody waits for an answer: what was not taken by then is given up. */
    giveUp: async (): Promise<void> => {
      stopping = true;
      abandoned = true;
      await running;
    },
    /** Where something failed nobody waits for answers any more. */
    [Symbol.dispose]: (): void => {
      stopping = true;
      abandoned = true;
    },
  };
};

export type Clients = ReturnType<typeof startClients>;
