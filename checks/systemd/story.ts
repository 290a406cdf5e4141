import assert from 'node:assert/strict';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { makeEmulator } from '../../src/emulator/emulator.ts';
import { eventually } from '../../test/wire/support/program.ts';
import type { Scenario } from '../moved-clock/scenario.ts';
import { bootMachine, type Machine } from './machine.ts';

const ROOT = join(import.meta.dirname, '../..');
const AMI = join(ROOT, 'deploy/ami');
const PRODUCT = '4w1vgsrkqdkypbz43g7qkk4uz';
const TOLLGATE = '/opt/tollgate/bin/tollgate';
const METADATA = '169.254.169.254';
const STATE = (scratch: string): string => join(scratch, 'machine/var/lib/private/tollgate');

/** EC2's instance metadata at its own address: what comes there goes on to where the emulator keeps this instance's. */
const forward = (to: URL): Promise<() => void> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      const other = connect(Number(to.port), to.hostname);
      socket.on('error', () => other.destroy());
      other.on('error', () => socket.destroy());
      socket.pipe(other).pipe(socket);
    });
    server.once('error', reject);
    server.listen(80, METADATA, () => resolve(() => server.close()));
  });

/** What a vendor's image holds beside the package: the product, its unit and drop-in, the configuration. */
const furnish = (scratch: string, url: string): void => {
  const root = join(scratch, 'machine');
  const put = (path: string, text: string, mode = 0o644): void => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
    chmodSync(join(root, path), mode);
  };
  // Sealed by its place, and the emulator is not AWS. Every request counts, so that bill and product compare at sight.
  const configuration = readFileSync(join(AMI, 'tollgate.yaml'), 'utf8').replace(', per: 1000', '');
  put('etc/tollgate/tollgate.yaml', `${configuration}endpoints: any\n`);
  const units = 'etc/systemd/system';
  cpSync(join(AMI, 'acme.service'), join(root, units, 'acme.service'));
  cpSync(join(AMI, 'acme.service.d'), join(root, units, 'acme.service.d'), { recursive: true });
  put(
    'opt/acme/product.mjs',
    readFileSync(join(import.meta.dirname, '../homes/ecs/images/product/product.mjs'), 'utf8'),
  );
  put('opt/acme/acme', '#!/bin/sh\nexec /opt/tollgate/bin/node /opt/acme/product.mjs\n', 0o755);
  put(
    `${units}/tollgate.service.d/emulator.conf`,
    `[Service]\nEnvironment=AWS_ENDPOINT_URL_MARKETPLACE_METERING=${url}\n`,
  );
  put('etc/hostname', 'acme\n');
  cpSync(join(scratch, 'tollgate.deb'), join(root, 'tollgate.deb'));
};

export type Story = AsyncDisposable & { readonly chapters: readonly Scenario[] };

export const makeStory = async (scratch: string, network: string): Promise<Story> => {
  const emulator = makeEmulator();
  const url = await emulator.start(0, '127.0.0.1');
  const admin = async (method: string, path: string, body?: object): Promise<Readonly<Record<string, unknown>>> => {
    const answer = await fetch(`${url}/admin/${path}`, {
      method,
      headers: { 'content-type': 'application/json', connection: 'close' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return (await answer.json()) as Readonly<Record<string, unknown>>;
  };
  const launch = { kind: 'ec2', name: 'acme', product: PRODUCT };
  const { environment } = (await admin('POST', 'resources', launch)) as { environment: Record<string, string> };
  const unforward = await forward(new URL(environment['AWS_EC2_METADATA_SERVICE_ENDPOINT'] ?? ''));
  furnish(scratch, url);
  const machine: Machine = await bootMachine(scratch, network);

  const billed = async (): Promise<number> => {
    const { usage } = (await admin('GET', 'bill')) as { usage: readonly { quantity: string }[] };
    return usage.reduce((sum, { quantity }) => sum + Number(quantity), 0);
  };
  const calls = async (): Promise<number> =>
    ((await admin('GET', 'calls?operation=MeterUsage'))['calls'] as readonly unknown[]).length;
  const journal = (unit: string): Promise<string> => machine.journal(unit);
  /** How many reports each life of the product has had taken. */
  const takenByLife = async (): Promise<readonly number[]> =>
    (await journal('acme'))
      .split('PRODUCT RUNS')
      .slice(1)
      .map((life) => Number([...life.matchAll(/^taken (\d+)$/gm)].at(-1)?.[1] ?? 0));
  const taken = async (): Promise<number> => (await takenByLife()).reduce((sum, one) => sum + one, 0);
  const works = async (more: number): Promise<void> => {
    const before = await taken();
    await eventually(`${more} more reports are taken`, async () => (await taken()) >= before + more);
  };
  const isActive = (unit: string): Promise<unknown> =>
    eventually(`${unit} is active`, async () => (await machine.active(unit)) === 'active', { deadline: 60_000 });
  const pid = (unit: string): Promise<string> => machine.property(unit, 'MainPID');

  const chapters: readonly Scenario[] = [
    {
      name: 'AMI the deb is installed: enabled from the next boot on, not started, nothing asked of AWS',
      play: async () => {
        await machine.must('dpkg', '--install', '/tollgate.deb');
        assert.equal((await machine.run('systemctl', 'is-enabled', 'tollgate')).out, 'enabled\n');
        assert.equal(await machine.active('tollgate'), 'inactive');
        assert.equal(await calls(), 0);
        assert.match(await machine.must(TOLLGATE, 'version'), /^tollgate \d/);
        await machine.must(TOLLGATE, 'config', 'check');
        await machine.must('systemctl', 'enable', 'acme');
      },
    },
    {
      name: 'AMI not subscribed: tollgate.service fails with 77 and is not started again',
      play: async () => {
        await admin('POST', 'unsubscribe', { product: PRODUCT });
        assert.notEqual((await machine.run('systemctl', 'start', 'tollgate')).code, 0);
        const names = ['ActiveState', 'Result', 'ExecMainStatus', 'NRestarts'];
        const found = await Promise.all(names.map((name) => machine.property('tollgate', name)));
        assert.deepEqual(found, ['failed', 'exit-code', '77', '0'], await journal('tollgate'));
        assert.match(await journal('tollgate'), /CustomerNotEntitledException.*subscribe to the product/);
      },
    },
    {
      name: 'AMI not subscribed: the product does not start',
      play: async () => {
        assert.notEqual((await machine.run('systemctl', 'start', 'acme')).code, 0);
        assert.notEqual(await machine.active('acme'), 'active');
        assert.doesNotMatch(await journal('acme'), /PRODUCT RUNS/);
      },
    },
    {
      name: 'AMI bought, and AWS is not there for a while: both units wait; after the grant the product starts by its own Restart=',
      play: async () => {
        await admin('POST', 'faults', { kind: 'error' });
        await admin('POST', 'subscribe', { product: PRODUCT });
        const asked = await calls();
        await eventually('AWS was asked twice', async () => (await calls()) >= asked + 2, { deadline: 90_000 });
        assert.equal(await machine.active('tollgate'), 'activating');
        assert.notEqual(await machine.active('acme'), 'active');
        assert.doesNotMatch(await journal('acme'), /PRODUCT RUNS/);
        await admin('DELETE', 'faults');
        await isActive('acme');
        const moments = [
          machine.property('tollgate', 'ActiveEnterTimestampMonotonic'),
          machine.property('acme', 'ActiveEnterTimestampMonotonic'),
        ];
        const [granted, started] = (await Promise.all(moments)).map(Number);
        assert.ok((granted ?? 0) <= (started ?? 0));
        await works(5);
      },
    },
    {
      name: 'AMI a user of its own, no capabilities, a filter of system calls, and a ledger that nobody else reads',
      play: async () => {
        const status = await machine.must('cat', `/proc/${await pid('tollgate')}/status`);
        const field = (name: string) => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status)?.[1];
        assert.notEqual(field('Uid'), '0');
        const none = '0000000000000000';
        assert.deepEqual(['CapEff', 'CapBnd', 'NoNewPrivs', 'Seccomp'].map(field), [none, none, '1', '2']);
        assert.equal(statSync(STATE(scratch)).mode & 0o777, 0o700);
        assert.match(await machine.must(TOLLGATE, 'ledger', 'check'), /^ok/);
        assert.match(await machine.must(TOLLGATE, 'status'), /granted/);
      },
    },
    {
      name: 'AMI the meter is killed: started again on its ledger, and the product runs on',
      play: async () => {
        const [meter, product] = [await pid('tollgate'), await pid('acme')];
        await machine.must('sh', '-c', `kill -KILL ${meter}`);
        await eventually('the meter is another process', async () => !['0', meter].includes(await pid('tollgate')));
        await isActive('tollgate');
        await works(5);
        assert.equal(await machine.property('tollgate', 'NRestarts'), '1');
        assert.equal(await pid('acme'), product);
      },
    },
    {
      name: 'AMI a reboot: the product stops first, all that it used is billed before the machine is down, both start again',
      play: async () => {
        await machine.reboot();
        await isActive('acme');
        const lives = await takenByLife();
        assert.equal((await journal('acme')).match(/PRODUCT ENDS/g)?.length, lives.length - 1);
        assert.equal(
          await billed(),
          lives.slice(0, -1).reduce((sum, one) => sum + one, 0),
        );
        await works(5);
      },
    },
    {
      name: 'AMI the package is installed over itself: the meter is started anew, and the product runs on',
      play: async () => {
        const [meter, product] = [await pid('tollgate'), await pid('acme')];
        await machine.must('dpkg', '--install', '/tollgate.deb');
        await isActive('tollgate');
        assert.notEqual(await pid('tollgate'), meter);
        assert.equal(await pid('acme'), product);
        await works(5);
      },
    },
    {
      name: 'AMI a stop: what was used is billed or in the ledger, to the unit',
      play: async () => {
        await machine.must('systemctl', 'stop', 'acme');
        await machine.run('systemctl', 'stop', 'tollgate');
        assert.match(await machine.must(TOLLGATE, 'ledger', 'check'), /^ok/);
        const exported = await machine.must(TOLLGATE, 'ledger', 'export', '--format', 'jsonl');
        const lines = exported
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Readonly<Record<string, string>>);
        const sum = (name: string, among: typeof lines) => among.reduce((all, line) => all + Number(line[name]), 0);
        assert.equal(sum('counted', lines), await taken());
        assert.equal(
          sum(
            'quantity',
            lines.filter(({ state }) => state === 'receipted'),
          ),
          await billed(),
        );
      },
    },
    {
      name: 'AMI removed: the ledger stays; purged: nothing does',
      play: async () => {
        await machine.must('dpkg', '--remove', 'tollgate');
        assert.equal(existsSync(join(scratch, 'machine/opt/tollgate/bin/node')), false);
        assert.equal(existsSync(STATE(scratch)), true);
        await machine.must('dpkg', '--purge', 'tollgate');
        assert.equal(existsSync(STATE(scratch)), false);
        const enabled = '/etc/systemd/system/multi-user.target.wants/tollgate.service';
        assert.equal((await machine.run('test', '-L', enabled)).code, 1);
      },
    },
  ];
  let isBroken = false;
  const inOrder = chapters.map(({ name, play }) => ({
    name,
    play: async () => {
      if (isBroken) throw new Error('not reached: a chapter before has failed');
      isBroken = true;
      await play();
      isBroken = false;
    },
  }));
  return {
    chapters: inOrder,
    [Symbol.asyncDispose]: async () => {
      await machine[Symbol.asyncDispose]();
      unforward();
      await emulator.stop();
    },
  };
};
