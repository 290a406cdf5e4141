import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Program } from '../wire/support/program.ts';
import { makeService, type Service } from '../wire/support/service.ts';
import { type EmulatedAws, startEmulatedAws } from './support/emulatedAws.ts';

/** Meters whose number of one hour is the same thing for two pods that follow each other. */
const DIMENSIONS = {
  data_gb: { meter: 'last', scope: 'product' },
  requests: { meter: 'max', scope: 'product' },
  users: { meter: 'unique', scope: 'product' },
};

/** After the settle time and the last slot of a fleet. */
const PAST_ALL_SLOTS = 15;

type Terms = { readonly onShutdown: 'send' | 'keep' };

const treeOf = (metering: Terms) => ({ dimensions: DIMENSIONS, metering, shutdown: { grace: '6s', drain: '4s' } });

type Environment = Readonly<Record<string, string>>;

/** A pod of its own, with the configuration and the ledger's folder of `service`. */
const startPod = async (aws: EmulatedAws, service: Service): Promise<Program & { readonly env: Environment }> => {
  const env = aws.environmentOf(await aws.launch('eks'), service.stage.folder);
  return Object.assign(await startIn(service, env), { env });
};

const startIn = async (service: Service, env: Environment): Promise<Program> => {
  const program = await service.run({ env });
  await service.granted(program);
  return program;
};

/** So many hosts, by all three meters. */
const reportHosts = async (service: Service, count: number): Promise<void> => {
  const hosts = Array.from({ length: count }, (_, n) => ({ dimension: 'users', quantity: 1, source: `host-${n}` }));
  const levels = ['data_gb', 'requests'].map((dimension) => ({ dimension, quantity: count }));
  expect((await service.report([...levels, ...hosts])).status).toBe(202);
};

const endOf = async (program: Program): Promise<number | null> => {
  program.child.kill('SIGTERM');
  return (await program.ended).code;
};

/** What AWS bills of an hour, over all pods, by dimension: the records that make it up. */
const billOf = async (aws: EmulatedAws): Promise<Readonly<Record<string, readonly string[]>>> => {
  const records = await aws.records();
  return Object.fromEntries(
    Object.keys(DIMENSIONS).map((dimension) => [
      dimension,
      records.filter((record) => record.dimension === dimension).map(({ quantity }) => quantity),
    ]),
  );
};

const each = (...quantities: readonly string[]) =>
  Object.fromEntries(Object.keys(DIMENSIONS).map((dimension) => [dimension, quantities]));

test.concurrent('O47 kept and handed over on a shared volume: the successor sends the hour, once', async () => {
  await using aws = await startEmulatedAws();
  using service = await makeService(aws, treeOf({ onShutdown: 'keep' }));
  await using one = await startPod(aws, service);
  await reportHosts(service, 10);
  expect(await endOf(one)).toBe(75);
  expect(await aws.meterings()).toEqual([]);

  await using two = await startPod(aws, service);
  await reportHosts(service, 10);
  two.child.kill('SIGKILL');
  await two.ended;
  aws.advance(PAST_ALL_SLOTS);
  await using later = await startIn(service, two.env);
  await later.until('the hour is sent', async () => (await aws.records()).length === 3);
  expect(await billOf(aws)).toEqual(each('10'));
  expect(await endOf(later)).toBe(0);
  expect(await billOf(aws)).toEqual(each('10'));
});

test.concurrent('O47 sent at the end on a shared volume: the successor sends only what exceeds it', async () => {
  await using aws = await startEmulatedAws();
  using service = await makeService(aws, treeOf({ onShutdown: 'send' }));
  await using one = await startPod(aws, service);
  await reportHosts(service, 10);
  expect(await endOf(one)).toBe(0);
  await using two = await startPod(aws, service);
  await reportHosts(service, 10);
  expect(await endOf(two)).toBe(0);
  expect(await billOf(aws)).toEqual(each('10'));

  await using three = await startPod(aws, service);
  await reportHosts(service, 12);
  expect(await endOf(three)).toBe(0);
  expect(await billOf(aws)).toEqual(each('10', '2'));
});

test.concurrent('O47 without a common volume both bill the hour, and "config check" and the status warn of it', async () => {
  await using aws = await startEmulatedAws();
  using service = await makeService(aws, treeOf({ onShutdown: 'send' }));
  await using one = await startPod(aws, service);
  await reportHosts(service, 10);
  const warnings = Object.entries(DIMENSIONS).map(([dimension, { meter }]) =>
    expect.stringMatching(new RegExp(`dimensions\\.${dimension}: .*both bill their ${meter} .*onShutdown: keep`)),
  );
  expect((await service.status()).warnings).toEqual(expect.arrayContaining(warnings));
  expect(await endOf(one)).toBe(0);
  const own = { ...treeOf({ onShutdown: 'send' }), ledger: { directory: join(service.stage.folder, 'another') } };
  const listening = {
    door: { listen: `127.0.0.1:${service.doorPort}` },
    health: { listen: new URL(service.health).host },
  };
  service.stage.configure({ ...own, ...listening });
  await using two = await startPod(aws, service);
  await reportHosts(service, 10);
  expect(await endOf(two)).toBe(0);
  expect(await billOf(aws)).toEqual(each('10', '10'));

  await using checked = service.stage.start(['config', 'check']);
  expect((await checked.ended).code).toBe(0);
  const said = `${checked.stdout()}${checked.stderr()}`;
  for (const warning of warnings) expect(said).toEqual(warning);
  service.stage.configure({ ...own, ...listening, platform: 'eks', metering: { onShutdown: 'keep' } });
  await using kept = service.stage.start(['config', 'check']);
  expect((await kept.ended).code).toBe(0);
  expect(`${kept.stdout()}${kept.stderr()}`).not.toContain('both bill');
});
