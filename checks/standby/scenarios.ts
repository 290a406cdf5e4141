import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { eventually } from '../../test/wire/support/program.ts';
import { signerOf } from '../../test/wire/support/replicas.ts';
import type { Scenario } from '../moved-clock/scenario.ts';
import type { RunningApiServer } from './apiServer.ts';
import { MINUTE, type Pod, SECOND, startWorld, type World } from './world.ts';

/** One pod leads, the other stands by. */
const startPair = async (world: World): Promise<readonly [Pod, Pod]> => {
  const [one, two] = [await world.addPod(), await world.addPod()];
  await one.begin();
  await eventually('the first pod leads', async () => (await one.role()) === 'leader');
  await two.begin();
  await eventually('the second pod knows who leads', async () => (await two.standby()).holder?.endsWith(`_${one.uid}`));
  return [one, two];
};

const killed = async (api: RunningApiServer): Promise<void> => {
  await using world = await startWorld(api, 'killed');
  const { at, key, books, report } = world;
  const [one, two] = await startPair(world);
  assert.equal(await report(one, 'requests', 5), 202);
  assert.equal(await report(one, 'hosts', 7), 202);
  assert.equal(await report(two, 'requests', 1), 503);
  await world.advanceTo(at(0, 20));
  await one.kill('SIGKILL');
  one.setStuck(true);

  await world.advanceUntil('the second pod is elected', async () => (await two.role()) === 'elected');
  for (const minute of [45, 55, 59]) {
    await world.advanceTo(at(0, minute));
    assert.equal(await two.role(), 'elected');
    assert.equal((await two.readyz()).status, 503);
    assert.equal(await report(two, 'hosts', 9), 503, 'never within the hour');
  }
  await world.advanceTo(at(1, 0, 1), MINUTE);
  assert.equal(await two.role(), 'leader');
  assert.equal((await two.readyz()).status, 200);
  assert.equal(await report(two, 'hosts', 9), 202);
  // Used in the hour of the pod before: a maximum of it is that pod's, a sum counts.
  const before = new Date(at(0, 30)).toISOString();
  assert.equal(await report(two, 'hosts', 99, { timestamp: before }), 202);
  assert.equal(await report(two, 'requests', 3, { timestamp: before }), 202);

  // The container comes back in its pod, and sends what it has counted.
  await world.advanceTo(at(1, 10));
  await one.begin();
  one.setStuck(false);
  await world.advanceTo(at(1, 30));
  assert.equal(await one.role(), 'standby');
  assert.equal(await report(one, 'requests', 1), 503);
  await world.advanceTo(at(2, 20));
  assert.deepEqual(books.of(one.uid).bill(), { [key(0, 'requests')]: 5, [key(0, 'hosts')]: 7 });
  assert.deepEqual(books.of(two.uid).bill(), { [key(1, 'requests')]: 3, [key(1, 'hosts')]: 9 });
  const { spec } = await world.namespace.lease();
  assert.ok(spec?.holderIdentity?.endsWith(`_${two.uid}`), JSON.stringify(spec));
  assert.equal(spec?.leaseTransitions, 2);
};

/** A request that its server's process does not read: the kernel takes it in. */
const knock = async (pod: Pod, usage: unknown) => {
  const socket = connect(pod.service.doorPort, '127.0.0.1');
  await once(socket, 'connect');
  const body = JSON.stringify(usage);
  socket.write(
    `POST /v1/usage HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
  );
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  // However it ends: what came is what is looked at.
  const ended = new Promise<string>((resolve) => {
    socket.on('error', () => {}).on('close', () => resolve(text));
  });
  return { answer: () => ended };
};

const paused = async (api: RunningApiServer): Promise<void> => {
  await using world = await startWorld(api, 'paused');
  const { at, key, books, report, aws } = world;
  const [one, two] = await startPair(world);
  let hanging = 1;
  aws.script('MeterUsage', (request) => {
    const isFirst = signerOf(request) === one.uid && hanging > 0;
    if (isFirst) hanging -= 1;
    return isFirst ? { do: 'hang' } : books.of(signerOf(request)).store(request);
  });
  assert.equal(await report(one, 'requests', 5), 202);
  assert.equal(await report(one, 'hosts', 7), 202);
  await world.advanceTo(at(1, 1));
  assert.equal(await report(one, 'hosts', 4), 202);
  world.hold(1);
  await world.advanceUntil('a record is on its way', () => aws.calls('MeterUsage').length > 0, { step: MINUTE });
  // In the middle of its send.
  await one.kill('SIGSTOP');
  one.setStuck(true);
  const usage = { dimension: 'requests', quantity: 100, id: 'unanswered' };
  const unanswered = await knock(one, usage);

  await world.advanceUntil('the second pod is elected', async () => (await two.role()) === 'elected');
  await world.advanceTo(at(1, 59));
  assert.equal(await report(two, 'requests', 100, { id: 'unanswered' }), 503);
  await world.advanceTo(at(2, 2), MINUTE);
  assert.equal(await two.role(), 'leader');
  // Whoever had no answer sends it again, under its id.
  assert.equal(await report(two, 'requests', 100, { id: 'unanswered' }), 202);
  assert.equal(await report(two, 'hosts', 8), 202);

  await one.kill('SIGCONT');
  assert.match(await unanswered.answer(), /^HTTP\/1\.1 503 [\s\S]*not-leader/);
  one.setStuck(false);
  world.hold(0);
  await eventually('it stands by', async () => (await one.role()) === 'standby');
  assert.equal(await report(one, 'requests', 1), 503);
  await world.advanceTo(at(3, 25));
  assert.deepEqual(books.of(one.uid).bill(), {
    [key(0, 'requests')]: 5,
    [key(0, 'hosts')]: 7,
    [key(1, 'hosts')]: 4,
  });
  assert.deepEqual(books.of(two.uid).bill(), { [key(2, 'requests')]: 100, [key(2, 'hosts')]: 8 });
  assert.equal(books.total('requests'), 105, 'what was acknowledged, once');
};

/** Requests for the Lease that a pod has made so far, by its own count. */
const requestsOf = async ({ service }: Pod): Promise<number> => {
  const text = await (await fetch(`${service.health}/metrics`, { headers: { connection: 'close' } })).text();
  const counts = [...text.matchAll(/^tollgate_lease_requests_total\{[^}]*\} (\d+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
};

const away = async (api: RunningApiServer): Promise<void> => {
  await using world = await startWorld(api, 'away');
  const { at, key, books, report, clock, namespace } = world;
  const [one, two] = await startPair(world);
  const pods = [one, two] as const;

  /** Ten minutes without an API server, looked at in small steps. */
  const outage = async (until: number, each: () => Promise<void>, last: () => Promise<void>): Promise<void> => {
    await api.stop();
    for (let steps = 0; clock.now() < until; steps += 1) {
      const [before, began] = [await Promise.all(pods.map(requestsOf)), clock.now()];
      const attempts = namespace.attempts();
      await world.advanceTo(clock.now() + 30 * SECOND);
      const seconds = Math.ceil((clock.now() - began) / SECOND) + 1;
      for (const [index, count] of (await Promise.all(pods.map(requestsOf))).entries())
        assert.ok(count - (before[index] ?? 0) <= seconds, `${count - (before[index] ?? 0)} requests in ${seconds} s`);
      assert.ok(namespace.attempts() - attempts <= 2 * seconds, `${namespace.attempts() - attempts} attempts`);
      if (steps % 4 === 0) await each();
    }
    await last();
    await api.start();
  };

  await world.advanceTo(at(0, 20));
  let counted = 0;
  await outage(
    at(0, 30),
    async () => {
      assert.equal(await report(one, 'requests', 1), 202);
      counted += 1;
      assert.equal(await one.role(), 'leader');
      assert.equal((await one.readyz()).status, 200);
      assert.equal(await two.role(), 'standby');
    },
    async () => {
      const { gap } = await one.standby();
      assert.match(gap?.reason ?? '', /does not answer/);
      assert.equal(gap?.until, null);
      assert.match((await one.service.status()).warnings.join(), /this replica leads until/);
    },
  );
  await world.advanceUntil('the gap is over', async () => (await one.standby()).gap?.until !== null, {
    step: 2 * SECOND,
    most: 30 * SECOND,
  });
  assert.equal(await world.leaders(), 1);

  // And over the edge of an hour.
  await world.advanceTo(at(0, 55));
  let refused = 0;
  await outage(
    at(1, 5),
    async () => {
      const isNext = clock.now() >= at(1, 0);
      assert.equal(await report(one, 'requests', 1), isNext ? 503 : 202);
      if (isNext) refused += 1;
      else counted += 1;
      assert.equal(await world.leaders(), isNext ? 0 : 1);
    },
    async () => {
      for (const pod of pods) assert.match((await pod.standby()).why ?? '', /cannot tell whether it leads/);
    },
  );
  assert.ok(refused > 0);
  await world.advanceUntil('somebody leads again', async () => (await world.leaders()) === 1, {
    step: 2 * SECOND,
    most: 30 * SECOND,
  });
  const leader = (await one.role()) === 'leader' ? one : two;
  for (let more = 0; more < refused; more += 1) assert.equal(await report(leader, 'requests', 1), 202);
  for (const pod of pods) assert.equal(pod.program().isOver(), false);
  await world.advanceTo(at(2, 25));
  assert.equal(books.total('requests'), counted + refused);
  assert.deepEqual(books.billed(key(0, 'requests')), [one.uid]);
  assert.deepEqual(books.billed(key(1, 'requests')), [leader.uid]);
};

export const SCENARIOS = (api: RunningApiServer): readonly Scenario[] => [
  {
    name: 'kill -9 of the leader: the standby is elected, counts from the next hour on and not before, each bills its own hours',
    play: () => killed(api),
  },
  {
    name: 'a leader that is stopped within a send and wakes two hours on: nothing is billed twice, its door refuses',
    play: () => paused(api),
  },
  {
    name: 'O44 the API server is away for ten minutes, within an hour and over its edge: alive, one request a second at most, counting within 30 s',
    play: () => away(api),
  },
];
