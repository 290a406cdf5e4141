import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Config } from '../../src/agent/core/configuration/config.ts';
import { makeDice } from '../simulation/dice.ts';
import { makeAccount } from '../simulation/fleet/account.ts';
import { makePod, type PodSettings } from '../simulation/fleet/pod.ts';
import { makeFleetTime } from '../simulation/fleet/time.ts';
import { POLICIES } from '../support/tollWorld.ts';

const START = Date.parse('2026-03-10T10:00:00Z');
const MINUTE = 60_000;
const DIMENSIONS = ['requests', 'users'];
const ADOPTING_ON_EC2: Config['metering'] = { ...POLICIES, adopt: { ...POLICIES.adopt, onEc2: true } };

type Kind = Pick<PodSettings, 'onEc2' | 'policies'>;

/** One AWS, and resources that are born with copies of a disk in them. */
const startAccount = () => {
  const root = mkdtempSync(join(tmpdir(), 'tollgate-clones-'));
  const time = makeFleetTime(START);
  const dice = makeDice(1);
  const account = makeAccount(time, dice);
  let copies = 0;
  return {
    account,
    at: (minute: number): Promise<void> => time.advanceTo(START + minute * MINUTE),
    launch: async (resource: string, directory: string, disk: string | undefined, kind: Kind = {}) => {
      const settings = {
        resource,
        directory,
        dimensions: DIMENSIONS,
        ...kind,
        ...(disk === undefined ? {} : { disk }),
      };
      const pod = makePod({ time, account, dice }, settings);
      await pod.start();
      await time.settle();
      return pod;
    },
    folder: (): string => {
      copies += 1;
      return join(root, String(copies));
    },
    /** A snapshot of the disk at this moment, made to a disk of its own. */
    copy: (directory: string): string => {
      copies += 1;
      const made = join(root, String(copies));
      cpSync(directory, made, { recursive: true });
      return made;
    },
    /** What AWS bills for a resource: quantities of one dimension by hour of the day. */
    bill: (resource: string): Readonly<Record<string, string>> =>
      Object.fromEntries(
        [...account.state.records.values()]
          .filter((record) => record.resource === resource && record.dimension === 'requests')
          .map(({ hour, quantity }) => [String(hour % 24), quantity]),
      ),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
};

type World = ReturnType<typeof startAccount>;

/** Hour 10 is at AWS, whose answers were lost; hour 11 is counted and not sent. */
const liveUntilSnapshot = async (world: World, disk: string | undefined, kind: Kind) => {
  const directory = world.folder();
  const original = await world.launch('original', directory, disk, kind);
  await world.at(20);
  original.report();
  await world.at(60);
  world.account.loseAnswers(true);
  await world.at(80);
  original.report();
  await world.at(90);
  expect(world.bill('original')).toEqual({ '10': '1' });
  return { directory, original };
};

const statesOf = (pod: Awaited<ReturnType<World['launch']>>): readonly unknown[] =>
  pod
    .lines()
    .filter((line) => line['dimension'] === 'requests' && line['kind'] === 'record')
    .map((line) => [String(line['hour']).slice(11), line['state']]);

test.each([
  ['EKS, two volumes of one snapshot', 'vol-0', ['vol-1', 'vol-2'], {}],
  ['EC2, disks that say no number', undefined, [undefined, undefined], { onEc2: true }],
  ['EC2 with adoption, two volumes', 'vol-0', ['vol-1', 'vol-2'], { onEc2: true, policies: ADOPTING_ON_EC2 }],
] as const)('a snapshot that wakes up twice bills nothing of its original: %s', async (_, disk, disks, kind) => {
  using world = startAccount();
  const { directory, original } = await liveUntilSnapshot(world, disk, kind);
  original.kill();
  const folders = disks.map(() => world.copy(directory));
  await world.at(130);
  world.account.loseAnswers(false);
  const clones = [];
  for (const [index, own] of disks.entries()) {
    clones.push(await world.launch(`clone-${index}`, folders[index] ?? '', own, kind));
  }
  for (const clone of clones) clone.report();
  await world.at(8 * 60);

  expect(world.bill('original')).toEqual({ '10': '1' });
  for (const [index, clone] of clones.entries()) {
    // Its own usage alone.
    expect(world.bill(`clone-${index}`)).toEqual({ '12': '1' });
    expect(statesOf(clone)).toEqual([
      ['10Z', 'quarantined'],
      ['11Z', 'quarantined'],
      ['12Z', 'receipted'],
    ]);
    expect(clone.isSound()).toBe(true);
    clone.kill();
  }
});

test('a clone beside its living original bills its own usage alone, and the original all of its', async () => {
  using world = startAccount();
  const { directory, original } = await liveUntilSnapshot(world, 'vol-0', {});
  const folder = world.copy(directory);
  const clone = await world.launch('clone', folder, 'vol-1');
  world.account.loseAnswers(false);
  await world.at(100);
  clone.report();
  await world.at(8 * 60);
  expect(world.bill('original')).toEqual({ '10': '1', '11': '1' });
  expect(world.bill('clone')).toEqual({ '11': '1' });
  original.kill();
  clone.kill();
});

test('the same resource on a disk of an older snapshot sends nothing again that it may have sent since', async () => {
  using world = startAccount();
  const { directory, original } = await liveUntilSnapshot(world, 'vol-0', { onEc2: true });
  const snapshot = world.copy(directory);
  world.account.loseAnswers(false);
  await world.at(100);
  original.report();
  await world.at(140);
  expect(world.bill('original')).toEqual({ '10': '1', '11': '2' });
  original.kill();

  // The root volume is replaced by one of the snapshot: the instance keeps its id.
  const again = await world.launch('original', snapshot, 'vol-1', { onEc2: true });
  again.report();
  await world.at(8 * 60);
  expect(world.bill('original')).toEqual({ '10': '1', '11': '2', '12': '1' });
  expect(again.isSound()).toBe(true);
  again.kill();
});

test('a volume that moves with its pod is no copy: what was never sent is billed by the successor, what was in doubt is not', async () => {
  using world = startAccount();
  const { directory, original } = await liveUntilSnapshot(world, 'vol-0', {});
  original.kill();
  await world.at(130);
  world.account.loseAnswers(false);
  const successor = await world.launch('successor', directory, 'vol-0');
  await world.at(8 * 60);
  expect(world.bill('successor')).toEqual({ '12': '1' });
  expect(statesOf(successor)).toEqual([
    ['10Z', 'quarantined'],
    ['11Z', 'moved'],
    ['12Z', 'receipted'],
  ]);
  successor.kill();
});

test('two replicas have a bucket and a ledger each, and the bill is their sum', async () => {
  using world = startAccount();
  const replicas = [
    await world.launch('replica-0', world.folder(), 'vol-0'),
    await world.launch('replica-1', world.folder(), 'vol-1'),
  ];
  for (const minute of [5, 15, 25, 65, 75]) {
    await world.at(minute);
    for (const [index, replica] of replicas.entries()) if (index === 0 || minute > 20) replica.report();
  }
  await world.at(180);
  expect(world.bill('replica-0')).toEqual({ '10': '3', '11': '2' });
  expect(world.bill('replica-1')).toEqual({ '10': '1', '11': '2' });
  for (const replica of replicas) {
    expect(replica.unsent()).toBe(0);
    replica.kill();
  }
});
