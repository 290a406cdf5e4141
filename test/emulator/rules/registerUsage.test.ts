import { createPublicKey } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { jwtVerify } from 'jose';
import { billOf } from '../../../src/emulator/rules/bill.ts';
import { apply } from '../../../src/emulator/rules/change.ts';
import { DEFAULT_WORLD } from '../../../src/emulator/world/defaultWorld.ts';
import { TEST_KEY_HOURLY, TEST_KEY_USAGE } from '../../../src/emulator/world/testKeys.ts';
import { at, callerIn, HOURLY, NOT_BOUGHT, POD, stage, TASK } from './stage.ts';

const NOW = '2026-03-01T08:00:10Z';
const REGISTER = { ProductCode: HOURLY, PublicKeyVersion: 1, Nonce: 'nonce-1' };

const payloadOf = async (signature: unknown) =>
  (
    await jwtVerify(String(signature), createPublicKey(TEST_KEY_HOURLY), {
      algorithms: ['PS256'],
      currentDate: new Date(NOW),
    })
  ).payload;

test('the answer is signed with the key of the product and carries the nonce', async () => {
  const { body } = stage().call('RegisterUsage', REGISTER, NOW);
  expect(Object.keys(body ?? {})).toEqual(['Signature']);
  expect(await payloadOf(body?.['Signature'])).toEqual({
    productCode: HOURLY,
    publicKeyVersion: 1,
    nonce: 'nonce-1',
    iat: at(NOW) / 1000,
  });
  await expect(
    jwtVerify(String(body?.['Signature']), createPublicKey(TEST_KEY_USAGE), { algorithms: ['PS256'] }),
  ).rejects.toThrow('signature verification failed');
});

test('the members of the token can be spelled the other way', async () => {
  const upper = stage({ ...DEFAULT_WORLD, settings: { ...DEFAULT_WORLD.settings, keySpelling: 'upper' } });
  const { body } = upper.call('RegisterUsage', REGISTER, NOW);
  expect(Object.keys(await payloadOf(body?.['Signature'])).toSorted()).toEqual([
    'Nonce',
    'ProductCode',
    'PublicKeyVersion',
    'iat',
  ]);
});

test('a rotated key still signs, and the answer says when it was rotated', () => {
  const { call, state } = stage();
  const rotatedAt = at('2026-02-01T00:00:00Z');
  apply(state, {
    type: 'keys',
    product: HOURLY,
    keys: [
      { version: 1, privateKey: TEST_KEY_HOURLY, rotatedAt },
      { version: 2, privateKey: TEST_KEY_USAGE },
    ],
  });
  expect(call('RegisterUsage', REGISTER, NOW).body).toMatchObject({ PublicKeyRotationTimestamp: rotatedAt / 1000 });
  const { body } = call('RegisterUsage', { ...REGISTER, PublicKeyVersion: 2 }, NOW);
  expect(Object.keys(body ?? {})).toEqual(['Signature']);
});

test.each([
  ['a key version that there is not', { PublicKeyVersion: 2 }, 'InvalidPublicKeyVersionException'],
  ['key version 0', { PublicKeyVersion: 0 }, 'ValidationException'],
  ['no key version', { PublicKeyVersion: undefined }, 'ValidationException'],
  ['a nonce of 256', { Nonce: 'x'.repeat(256) }, 'ValidationException'],
  ['an unknown product', { ProductCode: 'nosuch' }, 'InvalidProductCodeException'],
  ['a product that is not bought', { ProductCode: NOT_BOUGHT }, 'CustomerNotEntitledException'],
])('%s is refused and starts no bill', (_what, more, error) => {
  const { call, state } = stage();
  expect(call('RegisterUsage', { ...REGISTER, ...more }, NOW).error).toBe(error);
  expect(state.registrations.size).toBe(0);
});

test('a task that has registered is granted again after the buyer has left; another task is not', () => {
  const { call, state } = stage();
  call('RegisterUsage', REGISTER, NOW);
  state.subscriptions.clear();
  expect(call('RegisterUsage', REGISTER, NOW).error).toBeUndefined();
  expect(call('RegisterUsage', REGISTER, NOW, callerIn(POD)).error).toBe('CustomerNotEntitledException');
});

test('a task is billed by the second from its launch, a minute at least, once', () => {
  const { call, state, world } = stage();
  apply(state, { type: 'resource', resource: TASK });
  call('RegisterUsage', REGISTER, NOW);
  call('RegisterUsage', REGISTER, '2026-03-01T08:00:40Z');
  const seconds = (now: string) =>
    billOf(world, state, at(now)).registered.map(({ seconds, calls }) => [seconds, calls]);
  expect(billOf(world, state, at(NOW)).registered[0]?.registeredAt).toBe(NOW);
  expect(seconds('2026-03-01T08:00:50Z')).toEqual([[60, 2]]);
  expect(seconds('2026-03-01T08:02:05Z')).toEqual([[125, 2]]);
  apply(state, { type: 'resource', resource: { ...TASK, stoppedAt: at('2026-03-01T08:03:00Z') } });
  expect(seconds('2026-03-01T12:00:00Z')).toEqual([[180, 2]]);
});
