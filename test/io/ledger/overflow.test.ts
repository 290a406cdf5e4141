import { expect, test } from '@jest/globals';
import { HOUR, type Hour } from '../../../src/agent/core/time/hour.ts';
import { NOW, newFolder, openIn, reportOf, TEN, take } from '../../support/ledgerOnDisk.ts';
import { POLICIES, startWorld } from '../../support/tollWorld.ts';
import { makeVirtualTime } from '../../support/virtualTime.ts';

/** More than a record can say, so that a record of it would leave its excess in the next hour. */
const MUCH = 3 * 2 ** 31;
const SHADOW = { policies: { ...POLICIES, mode: 'shadow' } } as const;

test.each([
  ['on EC2', {}, { resource: 'task/two', onEc2: true }, 'quarantined'],
  ['of a copy of a disk', { diskUnder: () => 'a' }, { diskUnder: () => 'b' }, 'quarantined'],
  [
    'after metering.adopt.within',
    {},
    { resource: 'task/two', policies: { ...POLICIES, adopt: { within: -1, onEc2: false } } },
    'quarantined',
  ],
  ['of the shadow', SHADOW, {}, 'shadow'],
] as const)('what may not be billed %s leaves nothing to the next hour', async (_, before, after, state) => {
  const folder = newFolder();
  const first = await openIn(folder, before);
  await take(first, [reportOf(MUCH)]);
  first.abandon();
  const second = await openIn(folder, after);
  expect(second.agenda().open).toEqual([]);
  expect([...second.books.lines()]).toMatchObject([{ kind: 'record', state, quantity: String(MUCH) }]);
  expect(second.books.check().findings).toEqual([]);
});

test('what a successor takes over comes to its first hour whole, and to none before', async () => {
  const folder = newFolder();
  const first = await openIn(folder);
  await take(first, [reportOf(MUCH)]);
  first.abandon();
  const { clock, scheduler } = makeVirtualTime(NOW + 5 * HOUR);
  const second = await openIn(folder, { resource: 'task/two', clock, scheduler });
  expect(second.agenda().open).toEqual([{ dimension: 'requests', hour: (TEN + 5) as Hour }]);
  expect([...second.books.lines()]).toMatchObject([
    { kind: 'record', state: 'moved', quantity: String(MUCH) },
    { kind: 'open', moved_in: String(MUCH) },
  ]);
  expect(second.books.check().findings).toEqual([]);
});

test('usage that was refused until its window closed is quarantined whole: a later grant bills none of it', async () => {
  const world = await startWorld({ now: '2026-03-01T10:10Z' });
  world.setVerdict('refused');
  await world.report('requests', MUCH);
  await world.advanceTo('16:10');
  world.setVerdict('granted');
  await world.advanceTo('19:10');
  expect(world.aws.bill('requests')).toEqual({});
  expect(world.line('requests', 10)).toMatchObject({ state: 'quarantined', quantity: String(MUCH) });
  expect(world.check().findings).toEqual([]);
});
