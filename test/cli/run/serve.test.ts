import { expect, test } from '@jest/globals';
import type { AgentHandle, StopOrder, Stopped } from '../../../src/agent/agentHandle.ts';
import { makeAnnouncer } from '../../../src/agent/cli/announceVerdict.ts';
import { serve } from '../../../src/agent/cli/run/serve.ts';
import { TollgateError } from '../../../src/agent/core/errors.ts';
import type { Verdict, VerdictValue } from '../../../src/agent/core/gate/verdict.ts';
import type { Log } from '../../../src/agent/ports.ts';

const verdictOf = (value: VerdictValue, reason = 'because'): Verdict => ({
  value,
  reason,
  since: 0,
  confirmed: true,
  remembered: false,
  exitCode: 77,
});

/** A service around an agent that does what the test says. */
const world = ({
  start = async () => {},
  stop = async () => ({ unsent: false, lines: [] }),
  grace = 200,
}: {
  readonly start?: () => Promise<void>;
  readonly stop?: (order: StopOrder) => Promise<Stopped>;
  readonly grace?: number;
} = {}) => {
  const lines: string[] = [];
  const orders: StopOrder[] = [];
  const messages: string[] = [];
  let verdict = verdictOf('pending');
  let listener: (verdict: Verdict) => void = () => {};
  let signal: () => void = () => {};
  const note = (level: string) => (event: string, fields?: Readonly<Record<string, unknown>>) =>
    void lines.push([level, event, fields?.['value'] ?? fields?.['line']].join(' '));
  const log: Log = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
  const agent: AgentHandle = {
    start,
    verdict: () => verdict,
    onVerdict: (take) => {
      listener = take;
    },
    childEnvironment: () => ({}),
    stop: (order) => {
      orders.push(order);
      return stop(order);
    },
    isFinished: () => false,
  };
  const code = serve({
    agent,
    log,
    grace,
    announce: makeAnnouncer(log),
    leaveMessage: (text) => void messages.push(text),
    onStop: (take) => {
      signal = take;
    },
  });
  const become = (value: VerdictValue, reason?: string): void => {
    verdict = verdictOf(value, reason);
    listener(verdict);
  };
  return { code, lines, orders, messages, become, signal: () => signal() };
};

test('granted, then a stop: one line, all of the grace period, 0', async () => {
  const { code, become, signal, orders, lines, messages } = world();
  become('granted');
  become('granted');
  signal();
  expect(await code).toBe(0);
  expect(orders).toMatchObject([{ reason: 'signal', budget: 200 }]);
  expect(lines).toEqual(['info verdict granted']);
  expect(messages).toEqual([]);
});

test('usage that could not be sent: 75, named in the log and in the last words', async () => {
  const { code, signal, lines, messages } = world({
    stop: async () => ({ unsent: true, lines: ['requests 2026-03-01T10Z: 40'] }),
  });
  signal();
  expect(await code).toBe(75);
  expect(lines).toEqual(['warn not sent requests 2026-03-01T10Z: 40']);
  expect(messages).toEqual(['requests 2026-03-01T10Z: 40']);
});

test('a refusal: its code, no flush of the open hour, and the reason in the last words', async () => {
  const { code, become, orders, messages } = world();
  become('refused', 'AWS says CustomerNotEntitledException');
  expect(await code).toBe(77);
  expect(orders).toMatchObject([{ reason: 'childCrashed' }]);
  expect(messages).toEqual(['AWS says CustomerNotEntitledException']);
});

test('a second signal hurries the stop', async () => {
  const { code, signal, orders } = world({
    stop: ({ hurry }) =>
      new Promise((resolve) => {
        hurry.addEventListener('abort', () => resolve({ unsent: true, lines: ['kept'] }));
      }),
  });
  signal();
  while (orders.length === 0) await new Promise((resolve) => setImmediate(resolve));
  signal();
  expect(await code).toBe(75);
});

test('a stop that does not come to its end is given up a second after its time', async () => {
  const { code, signal } = world({ grace: 10, stop: () => new Promise(() => {}) });
  signal();
  expect(await code).toBe(75);
});

test('a stop does not wait for an agent that has not started', async () => {
  const { code, signal, orders } = world({ start: () => new Promise(() => {}) });
  signal();
  expect(await code).toBe(0);
  expect(orders).toEqual([]);
});

test('an agent that cannot start says why', async () => {
  const error = new TollgateError('x', 'the ledger is in use', { exitCode: 73 });
  await expect(world({ start: () => Promise.reject(error) }).code).rejects.toBe(error);
});

test('each change of verdict is one line, at the level it deserves', async () => {
  const { code, become, signal, lines } = world();
  become('pending', 'no credentials yet');
  become('granted');
  become('granted', 'AWS confirms');
  signal();
  await code;
  expect(lines).toEqual(['warn verdict pending', 'info verdict granted', 'info verdict granted']);
});
