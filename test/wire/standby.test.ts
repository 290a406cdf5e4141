import { expect, test } from '@jest/globals';
import { type LeaseServer, startLeaseServer } from '../support/leaseServer.ts';
import { startScriptedAws } from '../support/scriptedAws.ts';
import { eventually } from './support/program.ts';
import { type ApiServer, keepBooks, LEASE, makeReplica } from './support/replicas.ts';
import { ask } from './support/service.ts';

const apiOf = (server: LeaseServer, account: { readonly verbs?: readonly string[] } = {}): ApiServer => ({
  host: '127.0.0.1',
  port: server.port,
  serviceAccount: (folder) => server.serviceAccount(folder, account),
});

const startWorld = async () => {
  const aws = await startScriptedAws();
  keepBooks(aws);
  const server = await startLeaseServer();
  return {
    aws,
    server,
    [Symbol.asyncDispose]: async () => {
      await aws[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
};

test('two replicas: one leads and counts, the other stands by, refuses, and says so in every place', async () => {
  await using world = await startWorld();
  world.server.create('shop', LEASE);
  using one = await makeReplica(world.aws, apiOf(world.server));
  await using leader = await one.run();
  await leader.until('it leads', async () => (await one.role()) === 'leader');
  using two = await makeReplica(world.aws, apiOf(world.server));
  await using other = await two.run();
  await other.until('it knows who leads', async () => (await two.standby()).holder?.endsWith(`_${one.uid}`));

  expect(await one.readyz()).toEqual(expect.objectContaining({ status: 200 }));
  expect(await two.readyz()).toMatchObject({ status: 503, notReady: 'standby: another replica leads' });
  expect(await two.service.startz()).toBe(200);
  expect((await ask(`${two.service.health}/healthz`)).status).toBe(200);

  expect((await one.report({ dimension: 'requests', quantity: 5 })).status).toBe(202);
  const refused = await two.report({ dimension: 'requests', quantity: 5 });
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('5');
  expect(refused.headers.get('content-type')).toBe('application/problem+json');
  expect(await refused.json()).toMatchObject({
    type: 'urn:tollgate:problem:not-leader',
    detail: expect.stringContaining(`_${one.uid} holds the Lease`),
  });
  expect(await two.standby()).toMatchObject({ role: 'standby', term: null, gap: null });
  expect(await one.standby()).toMatchObject({ role: 'leader', why: null, term: { from: expect.any(String) } });
  const metrics = async (health: string) => (await ask(`${health}/metrics`)).text();
  expect(await metrics(one.service.health)).toContain('tollgate_leader 1');
  expect(await metrics(two.service.health)).toContain('tollgate_leader 0');
  expect(await metrics(two.service.health)).toMatch(/tollgate_lease_requests_total\{outcome="ok"\} [1-9]/);
  expect(leader.stderr()).toContain('"leader"');
  expect(other.stderr()).toContain('"standby"');

  // It goes as it should: the other one is elected at once, for the next hour and no sooner.
  leader.child.kill('SIGTERM');
  expect((await leader.ended).code).toBe(0);
  expect(world.server.read('shop', LEASE)?.spec).toMatchObject({
    holderIdentity: expect.not.stringContaining(one.uid),
  });
  await other.until('it is elected', async () => (await two.role()) === 'elected');
  expect((await two.readyz()).notReady).toBe('elected: leads from the next hour on');
  expect((await two.report({ dimension: 'requests', quantity: 1 })).status).toBe(503);
});

test.concurrent.each([
  [
    'without the right to update',
    { verbs: ['get'] },
    LEASE,
    /403.*cannot update.*Fix: bind a Role in namespace shop.*verbs: \[get, update\]/,
  ],
  ['where there is no Lease', {}, 'another', /404.*not found.*Fix: make the Lease.*kubectl apply -n shop/],
])('%s it never leads, stays alive, and says what to do', async (_, account, made, told) => {
  await using world = await startWorld();
  world.server.create('shop', made);
  using one = await makeReplica(world.aws, apiOf(world.server, account));
  await using program = await one.run();
  const warning = await program.until('it is told', async () =>
    (await one.service.status()).warnings.find((text) => text.includes('Lease')),
  );
  expect(warning).toMatch(told);
  expect(
    JSON.parse(
      program
        .stderr()
        .split('\n')
        .find((line) => line.includes('"event":"lease"')) ?? '',
    ),
  ).toEqual(expect.objectContaining({ level: 'warn', reason: expect.any(String), fix: expect.any(String) }));
  expect((await one.report({ dimension: 'requests', quantity: 1 })).status).toBe(503);
  expect((await ask(`${one.service.health}/healthz`)).status).toBe(200);
});

test.concurrent('without a service account it ends with the fix', async () => {
  await using world = await startWorld();
  using one = await makeReplica(world.aws, { ...apiOf(world.server), serviceAccount: (folder) => `${folder}/none` });
  await using program = await one.service.run({ env: one.env });
  expect((await program.ended).code).toBe(78);
  expect(program.stderr()).toContain('automountServiceAccountToken: true');
});

test.concurrent('an agent that nobody else stands by for loads no Kubernetes client, and off EKS none at all', async () => {
  await using world = await startWorld();
  using one = await makeReplica(world.aws, apiOf(world.server));
  const { stage } = one.service;
  // The same configuration in an ECS task.
  await using program = await one.service.run({ env: stage.env });
  await one.service.granted(program);
  expect(((await one.service.status()) as unknown as { standby: unknown }).standby).toBeNull();
  expect((await one.service.status()).warnings).toEqual([
    expect.stringContaining('standby.lease is set, and this is ecs'),
  ]);
  expect(world.server.requests).toEqual([]);
  expect((await one.report({ dimension: 'requests', quantity: 1 })).status).toBe(202);
  await eventually('it counts', async () => (await one.service.status()).dimensions.some(({ open }) => open === '1'));
});
