import { expect, test } from '@jest/globals';
import type { Config } from '../../src/agent/core/configuration/config.ts';
import type { Verdict } from '../../src/agent/core/gate/verdict.ts';
import { HOUR, MINUTE, SECOND } from '../../src/agent/core/time/hour.ts';
import type { Grant } from '../../src/agent/ports.ts';
import type { Asked } from '../../src/agent/services/asking.ts';
import { makeRegistering } from '../../src/agent/services/registering.ts';
import { makeVerdicts } from '../../src/agent/services/verdicts.ts';
import { SILENT } from '../support/tollWorld.ts';
import { makeVirtualTime, settle } from '../support/virtualTime.ts';

const START = Date.parse('2026-03-01T10:00Z');
const GRANTED: Asked = { kind: 'granted' };
const THROTTLED: Asked = { kind: 'pending', reason: 'ThrottlingException: slow down', exitCode: 69, throttled: true };
const AWAY: Asked = { kind: 'pending', reason: 'not sent: connect ECONNREFUSED', exitCode: 69, throttled: false };
const DENIED: Asked = {
  kind: 'pending',
  reason: 'AccessDeniedException: no',
  remedy: 'attach',
  exitCode: 78,
  throttled: false,
};
const NOT_ENTITLED: Asked = {
  kind: 'refused',
  reason: 'CustomerNotEntitledException: no',
  remedy: 'subscribe',
  exitCode: 77,
  askAgain: true,
};
const WRONG_CODE: Asked = {
  kind: 'refused',
  reason: 'InvalidProductCodeException: no',
  remedy: 'code',
  exitCode: 78,
  askAgain: false,
};

const USAGE: Config['product'] = { code: 'p', pricing: 'usage', publicKeys: [], extraRegions: [] };
const GRANT: Grant = { resource: 'task/one', product: 'p', pricing: 'usage', at: 0 };

/** A gate whose questions are answered by hand, on a clock that is moved by hand. */
const startGate = (
  answer: (question: number, waited: number) => Asked,
  more: { gate?: Partial<Config['gate']>; product?: Config['product']; grant?: Grant } = {},
) => {
  const time = makeVirtualTime(START);
  const verdicts = makeVerdicts(time.clock);
  const history: Verdict[] = [];
  verdicts.onChange((verdict) => history.push(verdict));
  let grant = more.grant;
  const asked: number[] = [];
  const ending = new AbortController();
  const registering = makeRegistering({
    product: more.product ?? USAGE,
    gate: { patience: 30 * MINUTE, onPatience: 'exit', graceAfterPurchase: false, ...more.gate },
    resource: 'task/one',
    ask: async () => {
      asked.push(time.clock.wall());
      return answer(asked.length, time.clock.wall() - START);
    },
    memory: {
      grant: () => grant,
      setGrant: (next) => {
        grant = next;
      },
    },
    setVerdict: verdicts.set,
    clock: time.clock,
    scheduler: time.scheduler,
    random: { bytes: (count) => new Uint8Array(count), fraction: () => 0.999 },
    log: SILENT,
  });
  const done = registering.start(ending.signal);
  return {
    time,
    verdicts,
    history,
    asked,
    done,
    ending,
    grant: () => grant,
    wait: (ms: number) => time.advanceTo(time.clock.wall() + ms),
  };
};

test('granted: remembered for this resource, product and pricing', async () => {
  const gate = startGate(() => GRANTED);
  await gate.done;
  expect(gate.verdicts.current()).toMatchObject({ value: 'granted', confirmed: true, remembered: false });
  expect(gate.grant()).toMatchObject({ resource: 'task/one', product: 'p', pricing: 'usage' });
});

test('O21: a network that comes after 100 s: one verdict pending, then granted within 15 s of it', async () => {
  const gate = startGate((_, waited) => (waited < 100 * SECOND ? AWAY : GRANTED));
  await gate.wait(99 * SECOND);
  expect(gate.verdicts.current()).toMatchObject({ value: 'pending', reason: expect.stringContaining('ECONNREFUSED') });
  await gate.wait(16 * SECOND);
  expect(gate.verdicts.current().value).toBe('granted');
  expect(gate.history.map(({ value }) => value)).toEqual(['pending', 'granted']);
});

test.each([
  ['AWS away', AWAY, 69],
  ['access denied', DENIED, 78],
])('patience over with %s: refused with its exit code, at the moment it is over', async (_, answer, exitCode) => {
  const gate = startGate(() => answer, { gate: { patience: 3 * MINUTE } });
  await gate.wait(3 * MINUTE - SECOND);
  expect(gate.verdicts.current().value).toBe('pending');
  await gate.wait(2 * SECOND);
  expect(gate.verdicts.current()).toMatchObject({ value: 'refused', exitCode });
  await gate.done;
});

test('gate.onPatience: start lets the product in when AWS is away, never when it is denied, and goes on asking', async () => {
  const away = startGate((question) => (question < 40 ? AWAY : GRANTED), {
    gate: { patience: MINUTE, onPatience: 'start' },
  });
  await away.wait(61 * SECOND);
  expect(away.verdicts.current()).toMatchObject({ value: 'granted', confirmed: false });
  await away.wait(5 * HOUR);
  expect(away.verdicts.current()).toMatchObject({ value: 'granted', confirmed: true });
  const denied = startGate(() => DENIED, { gate: { patience: MINUTE, onPatience: 'start' } });
  await denied.wait(61 * SECOND);
  expect(denied.verdicts.current()).toMatchObject({ value: 'refused', exitCode: 78 });
});

test('a throttled first question lets a usage product in, unconfirmed, until AWS has said so', async () => {
  const gate = startGate((question) => (question < 3 ? THROTTLED : GRANTED));
  await settle();
  expect(gate.verdicts.current()).toMatchObject({ value: 'granted', confirmed: false });
  expect(gate.grant()).toBeUndefined();
  await gate.wait(MINUTE);
  expect(gate.verdicts.current()).toMatchObject({ value: 'granted', confirmed: true });
});

test('a throttled hourly product stays pending', async () => {
  const gate = startGate(() => THROTTLED, { product: { ...USAGE, pricing: 'hourly' } });
  await settle();
  expect(gate.verdicts.current().value).toBe('pending');
  gate.ending.abort();
});

test('not entitled: refused at once; with graceAfterPurchase asked every 30 s for five minutes', async () => {
  const strict = startGate(() => NOT_ENTITLED);
  await strict.done;
  expect(strict.verdicts.current()).toMatchObject({ value: 'refused', exitCode: 77 });
  const patient = startGate(() => NOT_ENTITLED, { gate: { graceAfterPurchase: true } });
  await patient.wait(5 * MINUTE - SECOND);
  expect(patient.verdicts.current().value).toBe('pending');
  expect(patient.asked).toHaveLength(10);
  await patient.wait(31 * SECOND);
  expect(patient.verdicts.current()).toMatchObject({ value: 'refused', exitCode: 77 });
});

test('a remembered grant starts at once with AWS away, and AWS is asked in the background', async () => {
  const gate = startGate((question) => (question < 3 ? AWAY : GRANTED), { grant: GRANT });
  expect(gate.verdicts.current()).toMatchObject({ value: 'granted', remembered: true, confirmed: false });
  expect(gate.asked).toEqual([]);
  await gate.wait(10 * MINUTE);
  expect(gate.verdicts.current()).toMatchObject({ value: 'granted', remembered: false, confirmed: true });
});

test('a definite refusal then counts, and is remembered as none', async () => {
  const gate = startGate(() => WRONG_CODE, { grant: GRANT });
  await gate.wait(MINUTE);
  expect(gate.verdicts.current()).toMatchObject({ value: 'refused', exitCode: 78 });
  expect(gate.grant()).toBeUndefined();
});

test.each([
  ['another resource', { ...GRANT, resource: 'task/two' }],
  ['another product', { ...GRANT, product: 'q' }],
  ['another pricing', { ...GRANT, pricing: 'hourly' }],
])('a grant of %s is worth nothing', async (_, grant) => {
  const gate = startGate(() => AWAY, { grant });
  await settle();
  expect(gate.verdicts.current().value).toBe('pending');
  gate.ending.abort();
});

test('a signed grant without its proof is worth nothing', async () => {
  const gate = startGate(() => AWAY, {
    product: { ...USAGE, pricing: 'hourly' },
    grant: { ...GRANT, pricing: 'hourly' },
  });
  await settle();
  expect(gate.verdicts.current().value).toBe('pending');
  gate.ending.abort();
});
