import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { hourOf, SECOND } from '../../../src/agent/core/time/hour.ts';
import { openLeases } from '../../../src/agent/io/kubernetes/leases.ts';
import { startLeaseServer } from '../../support/leaseServer.ts';

const NOW = Date.parse('2026-03-01T10:20:30.123Z');
const HOUR_10 = hourOf(NOW);
const TERM = { from: HOUR_10, through: HOUR_10 };
const LABELS = { 'app.kubernetes.io/name': 'parser' };

const startWorld = async (
  account: Parameters<Awaited<ReturnType<typeof startLeaseServer>>['serviceAccount']>[1] = {},
) => {
  const server = await startLeaseServer();
  server.create('shop', 'reporter', LABELS);
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-lease-'));
  const serviceAccount = server.serviceAccount(folder, account);
  const open = (more: Partial<Parameters<typeof openLeases>[0]> = {}) =>
    openLeases({
      lease: 'reporter',
      namespace: undefined,
      serviceAccount,
      host: '127.0.0.1',
      port: String(server.port),
      ...more,
    });
  return {
    server,
    serviceAccount,
    open,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const change = (holder: string) => ({ holder, term: TERM, duration: 30 * SECOND, now: NOW });

test('an empty Lease is read, taken, renewed and given back; what the chart wrote into it stays', async () => {
  await using world = await startWorld();
  const { name, leases } = world.open();
  expect(name).toEqual({ name: 'reporter', namespace: 'shop' });
  const empty = await leases.read();
  expect(empty).toEqual({
    kind: 'ok',
    stored: { version: expect.any(String), holder: '', term: undefined, duration: undefined },
  });
  if (empty.kind !== 'ok') return;

  const taken = await leases.write(empty.stored, change('pod-a'));
  expect(taken).toMatchObject({ kind: 'ok', stored: { holder: 'pod-a', term: TERM, duration: 30 * SECOND } });
  expect(world.server.read('shop', 'reporter')).toMatchObject({
    metadata: {
      labels: LABELS,
      annotations: { 'tollgate/leads-from': '2026-03-01T10Z', 'tollgate/leads-through': '2026-03-01T10Z' },
    },
    spec: {
      holderIdentity: 'pod-a',
      leaseDurationSeconds: 30,
      acquireTime: '2026-03-01T10:20:30.123000Z',
      renewTime: '2026-03-01T10:20:30.123000Z',
      leaseTransitions: 1,
    },
  });
  if (taken.kind !== 'ok') return;

  const renewed = await leases.write(taken.stored, { ...change('pod-a'), now: NOW + SECOND });
  expect(world.server.read('shop', 'reporter')?.spec).toMatchObject({
    acquireTime: '2026-03-01T10:20:30.123000Z',
    renewTime: '2026-03-01T10:20:31.123000Z',
    leaseTransitions: 1,
  });
  if (renewed.kind !== 'ok') return;
  expect(await leases.write(renewed.stored, change(''))).toMatchObject({
    kind: 'ok',
    stored: { holder: '', term: TERM },
  });
});

test('a write over a version that is gone is a conflict', async () => {
  await using world = await startWorld();
  const { leases } = world.open();
  const first = await leases.read();
  if (first.kind !== 'ok') throw new Error('not read');
  await leases.write(first.stored, change('pod-a'));
  expect(await leases.write(first.stored, change('pod-b'))).toEqual({ kind: 'conflict' });
  expect(world.server.read('shop', 'reporter')?.spec?.holderIdentity).toBe('pod-a');
});

test('refusals come with their status and the words of the API server', async () => {
  await using world = await startWorld({ verbs: ['get'] });
  const { leases } = world.open();
  const read = await leases.read();
  if (read.kind !== 'ok') throw new Error('not read');
  expect(await leases.write(read.stored, change('pod-a'))).toEqual({
    kind: 'refused',
    status: 403,
    message: expect.stringContaining('cannot update resource "leases"'),
    retryAfter: undefined,
  });
  expect(await world.open({ lease: 'other' }).leases.read()).toMatchObject({
    kind: 'refused',
    status: 404,
    message: 'leases.coordination.k8s.io "other" not found',
  });
  expect(await world.open({ namespace: 'elsewhere' }).leases.read()).toMatchObject({ status: 404 });
  world.server.setFault(() => ({ status: 429, headers: { 'retry-after': '7' } }));
  expect(await leases.read()).toMatchObject({ kind: 'refused', status: 429, retryAfter: 7 * SECOND });
  writeFileSync(join(world.serviceAccount, 'token'), 'strange');
  world.server.setFault(() => undefined);
  expect(await world.open().leases.read()).toMatchObject({ kind: 'refused', status: 401 });
});

test('no answer, half an answer, nobody there: silence, never an error', async () => {
  await using world = await startWorld();
  const { leases } = world.open();
  world.server.setFault(() => 'cut');
  expect(await leases.read()).toMatchObject({ kind: 'silence' });
  await world.server.stop();
  expect(await leases.read()).toEqual({ kind: 'silence', why: expect.stringContaining('ECONNREFUSED') });
  await world.server.start();
  world.server.setFault(() => undefined);
  expect(await leases.read()).toMatchObject({ kind: 'ok' });
});

test('a server whose certificate is for another name is not believed', async () => {
  await using world = await startWorld();
  expect(await world.open({ host: '127.0.0.2' }).leases.read()).toEqual({
    kind: 'silence',
    why: expect.stringContaining('127.0.0.2'),
  });
  expect(world.server.requests).toEqual([]);
});

test('a pod without a service account is told what to mount', async () => {
  await using world = await startWorld();
  const without = () => world.open({ serviceAccount: `${world.serviceAccount}-none` });
  expect(without).toThrow(expect.objectContaining({ code: 'service_account', exitCode: 78 }));
  expect(without).toThrow(/service-account-none\/token cannot be read/);
  expect(() => world.open({ host: undefined })).toThrow(/KUBERNETES_SERVICE_HOST is not/);
});
