import { expect, test } from '@jest/globals';
import { startScriptedAws } from '../../support/scriptedAws.ts';
import { inLanes } from '../support/lanes.ts';
import { makeService } from '../support/service.ts';
import { apart, chainsOf, nameOf, plan } from './cells.ts';
import { CREDENTIALS } from './credentials.ts';
import { NETWORKS } from './networks.ts';
import { play } from './play.ts';
import { ROWS, SILENT } from './rows.ts';
import { playTrouble } from './trouble.ts';

/** `TOLLGATE_MATRIX=whole`: every spelling in every situation, which takes minutes. */
const whole = process.env['TOLLGATE_MATRIX'] === 'whole';

/** Most of what is played waits, for time-outs and for the pace: so many wait side by side. */
const LANES = 20;

/** The longest first. */
const stories = [
  ...[...apart(plan(SILENT, whole)), ...chainsOf(plan(ROWS, whole))].map((scenes) => ({
    name: nameOf(scenes),
    tell: () => play(scenes),
  })),
  ...[...CREDENTIALS, ...NETWORKS].map((trouble) => ({ name: trouble.name, tell: () => playTrouble(trouble) })),
];
const told = inLanes(stories, LANES, ({ tell }) => tell());

test.each(stories.map(({ name }, index) => [name, index] as const))(
  '%s',
  async (_name, index) => {
    await expect(told[index]).resolves.toBeUndefined();
  },
  200_000,
);

test.concurrent('a name that does not resolve after a grant: nothing is lost, and it goes out when it does', async () => {
  await using aws = await startScriptedAws();
  using service = await makeService(aws, { shutdown: { grace: '3s', drain: '2s' } });
  const away = { ...service.stage.env, AWS_ENDPOINT_URL_MARKETPLACE_METERING: 'http://metering.invalid' };
  {
    await using first = await service.run();
    await service.granted(first);
    first.child.kill('SIGKILL');
    await first.ended;
  }
  await using second = await service.run({ env: away });
  await service.granted(second);
  expect((await service.report({ dimension: 'requests', quantity: 5 })).status).toBe(202);
  second.child.kill('SIGTERM');
  expect((await second.ended).code).toBe(75);
  expect(aws.calls('MeterUsage')).toEqual([]);
  await using third = await service.run();
  await service.granted(third);
  third.child.kill('SIGTERM');
  expect((await third.ended).code).toBe(0);
  expect(aws.calls('MeterUsage').map(({ body }) => JSON.parse(body).UsageQuantity)).toEqual([5]);
});
