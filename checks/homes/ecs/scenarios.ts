import assert from 'node:assert/strict';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../../test/wire/support/program.ts';
import { readDefinition, revised } from './definition.ts';
import type { Container, Task } from './task.ts';
import { makeWorld, type World } from './world.ts';

/** What is played in the network namespace of the container `network`. */
export type InTask = { readonly name: string; readonly play: (world: World) => Promise<void> };

const HOURLY = '2hourlyproductcode0example1';
const USAGE = '4w1vgsrkqdkypbz43g7qkk4uz';

const said = async (container: Container): Promise<string> => (await container.logs()).stdout;
const takenBy = async (container: Container): Promise<number> =>
  Number([...(await said(container)).matchAll(/^taken (\d+)$/gm)].at(-1)?.[1] ?? 0);
const works = (container: Container, taken: number): Promise<unknown> =>
  eventually(`${taken} reports are taken`, async () => (await takenBy(container)) >= taken);
const time = (text: string | undefined): number => Date.parse((text ?? '').replace(/(\.\d{3})\d+/, '$1'));

/** Everything that both containers said, for a failed check. */
const story = async (task: Task, names: readonly string[]): Promise<string> =>
  (
    await Promise.all(
      names.map(async (name) => {
        const { stdout, stderr } = await task.container(name).logs();
        return `--- ${name}\n${stdout.slice(-600)}${stderr.slice(-3000)}`;
      }),
    )
  ).join('\n');

/** The product starts after the first check that passed, and the meter ends after the product. */
const inOrder = async (task: Task): Promise<void> => {
  const [meter, product] = await Promise.all([task.container('tollgate').inspect(), task.container('acme').inspect()]);
  const passed = meter.State.Health?.Log?.find(({ ExitCode }) => ExitCode === 0);
  assert.ok(time(product.State.StartedAt) >= time(passed?.End), 'the product started before a check had passed');
  assert.ok(time(meter.State.FinishedAt) >= time(product.State.FinishedAt), 'the meter ended before the product');
  const codes = [meter.State.ExitCode, product.State.ExitCode];
  assert.deepEqual(codes, [0, 0], await story(task, ['tollgate', 'acme']));
};

const beside = (definition: string): InTask => ({
  name: `ECS ${definition}: the product starts once the check passes, ends first, and all that it used is billed`,
  play: async (world) => {
    await using task = await world.run(readDefinition(definition));
    const product = task.container('acme');
    await task.health('tollgate', 'healthy');
    await task.started('acme');
    await works(product, 20);
    await task.stop();
    await inOrder(task);
    assert.match(await said(product), /SIGTERM\n(taken \d+\n)+PRODUCT ENDS\n/);
    assert.equal(await world.billed('requests'), await takenBy(product));
  },
});

const hourly = (definition: string): InTask => ({
  name: `ECS ${definition}: registered once, then the product starts`,
  play: async (world) => {
    await using task = await world.run(readDefinition(definition));
    await task.started('acme');
    await eventually('the product runs', async () => (await said(task.container('acme'))).includes('PRODUCT RUNS'));
    await task.stop();
    await inOrder(task);
    assert.deepEqual(
      (await world.registered()).map(({ calls }) => calls),
      [1],
    );
  },
});

const refused = (definition: string): InTask => ({
  name: `ECS ${definition}, not subscribed: the meter ends with 77, nothing restarts it, the product never starts`,
  play: async (world) => {
    await world.admin('POST', 'unsubscribe', { product: definition.includes('hourly') ? HOURLY : USAGE });
    await using task = await world.run(readDefinition(definition));
    await task.ended;
    const meter = task.container('tollgate');
    assert.equal((await meter.inspect()).State.ExitCode, 77);
    assert.deepEqual([meter.starts(), task.container('acme').wasStarted()], [1, false]);
    assert.match(
      (await meter.logs()).stderr,
      /CustomerNotEntitledException.*subscribe to the product in AWS Marketplace/,
    );
  },
});

const bakedIn = (definition: string): InTask => ({
  name: `ECS ${definition}: one container, metered to its end`,
  play: async (world) => {
    await using task = await world.run(readDefinition(definition));
    const product = task.container('acme');
    const isHourly = definition.includes('hourly');
    await eventually('the product runs', async () => (await said(product)).includes('PRODUCT RUNS'));
    if (!isHourly) await works(product, 20);
    await task.stop();
    assert.equal((await product.inspect()).State.ExitCode, 0, await story(task, ['acme']));
    assert.match(await said(product), /SIGTERM\n(taken \d+\n)*PRODUCT ENDS\n/);
    if (isHourly) assert.equal((await world.registered()).length, 1);
    else assert.equal(await world.billed('requests'), await takenBy(product));
  },
});

/** A gate that is shut for the time being: the check fails, nothing starts, and nothing is given up. */
const pending: InTask = {
  name: 'ECS fargate-usage-sidecar, AWS not there at first: the check fails until it is, and only then the product starts',
  play: async (world) => {
    await world.admin('POST', 'faults', { kind: 'error' });
    await using task = await world.run(readDefinition('fargate-usage-sidecar'));
    const meter = task.container('tollgate');
    const checks = async () => (await meter.inspect()).State.Health?.Log ?? [];
    await eventually('the check has failed twice', async () => (await checks()).length >= 2, { deadline: 60_000 });
    assert.ok((await checks()).every(({ ExitCode }) => ExitCode !== 0));
    assert.equal((await meter.inspect()).State.Health?.Status, 'starting');
    assert.equal(task.container('acme').wasStarted(), false);
    await world.admin('DELETE', 'faults');
    await task.started('acme');
    await works(task.container('acme'), 5);
    await task.stop();
    await inOrder(task);
  },
};

/** What is run by RunTask and ends by itself: the end of an essential container is the end of the task. */
const job: InTask = {
  name: 'ECS fargate-usage-sidecar, a product that ends by itself: so does the task, and all that it used is billed',
  play: async (world) => {
    await using task = await world.run(readDefinition('fargate-usage-sidecar'), {
      overrides: { acme: { REPORTS: '20' } },
    });
    await task.ended;
    await inOrder(task);
    assert.deepEqual([await takenBy(task.container('acme')), await world.billed('requests')], [20, 20]);
  },
};

/** From the grant on the check passes whatever AWS says: ECS would replace a running task for trouble with metering. */
const troubled: InTask = {
  name: 'ECS fargate-usage-sidecar: AWS gone after the grant, the meter killed and started again in place: healthy, and billed in full',
  play: async (world) => {
    const sidecar = readDefinition('fargate-usage-sidecar');
    const meterOf = sidecar.containerDefinitions[0];
    const restartPolicy = { ...meterOf?.restartPolicy, enabled: true, restartAttemptPeriod: 1 };
    await using task = await world.run(revised(sidecar, 'tollgate', { restartPolicy }));
    const meter = task.container('tollgate');
    const product = task.container('acme');
    await task.started('acme');
    await works(product, 10);
    await world.admin('POST', 'faults', { kind: 'error' });
    await meter.kill('SIGKILL');
    await eventually('the meter is started again', () => meter.starts() === 2);
    await works(product, (await takenBy(product)) + 10);
    await task.health('tollgate', 'healthy');
    await world.admin('DELETE', 'faults');
    await task.stop();
    assert.equal((await meter.inspect()).State.ExitCode, 0, await story(task, ['tollgate']));
    assert.equal(await world.billed('requests'), await takenBy(product));
  },
};

const stubborn: InTask = {
  name: 'ECS fargate-usage-sidecar, a product that ignores SIGTERM: killed after its stopTimeout, and the meter still sends what was used',
  play: async (world) => {
    const definition = revised(readDefinition('fargate-usage-sidecar'), 'acme', { stopTimeout: 2 });
    await using task = await world.run(definition, { overrides: { acme: { IGNORE_TERM: 'yes' } } });
    const product = task.container('acme');
    await task.started('acme');
    await works(product, 10);
    await task.stop();
    const [meter, killed] = [await task.container('tollgate').inspect(), await product.inspect()];
    assert.deepEqual([meter.State.ExitCode, killed.State.ExitCode], [0, 137], await story(task, ['tollgate']));
    // The last one may have been taken when the product could not say so any more.
    const [billed, taken] = [await world.billed('requests'), await takenBy(product)];
    assert.ok(billed === taken || billed === taken + 1, `${billed} billed, ${taken} taken`);
  },
};

const nextOnTheInstance: InTask = {
  name: 'ECS ec2-usage-per-instance: a task that ended without a word, and the next one on its instance bills both',
  play: async (world) => {
    const definition = readDefinition('ec2-usage-per-instance');
    const folder = mkdtempSync(join(tmpdir(), 'tollgate-instance-'));
    chownSync(folder, 65532, 0);
    try {
      const here = {
        ...definition,
        volumes: definition.volumes.map((one) => ({ ...one, host: { sourcePath: folder } })),
      };
      let before = 0;
      {
        await using first = await world.run(here);
        await first.started('acme');
        await works(first.container('acme'), 10);
        await first.container('acme').kill('SIGKILL');
        await first.container('tollgate').kill('SIGKILL');
        await first.ended;
        before = await takenBy(first.container('acme'));
      }
      assert.equal(await world.billed('requests'), 0);
      await using second = await world.run(here);
      await second.started('acme');
      await works(second.container('acme'), 10);
      await second.stop();
      const all = before + (await takenBy(second.container('acme')));
      const billed = await world.billed('requests');
      assert.ok(
        billed === all || billed === all + 1,
        `${billed} billed, ${all} taken; ${await story(second, ['tollgate'])}`,
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

export const SCENARIOS: readonly InTask[] = [
  ...['fargate-usage-sidecar', 'ec2-usage-sidecar'].map(beside),
  hourly('fargate-hourly-sidecar'),
  ...['fargate-usage-sidecar', 'fargate-hourly-sidecar'].map(refused),
  ...['fargate-usage-baked-in', 'ec2-hourly-baked-in'].map(bakedIn),
  pending,
  job,
  troubled,
  stubborn,
  nextOnTheInstance,
];

/** inside.ts NETWORK NAME */
export const playIn = async (network: string, name: string): Promise<void> => {
  const scenario = SCENARIOS.find((one) => one.name === name);
  if (scenario === undefined) throw new Error(`there is no scenario of this name: ${name}`);
  await using world = await makeWorld(network);
  await scenario.play(world);
};
