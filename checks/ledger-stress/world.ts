import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Emulated } from '../../test/support/emulated.ts';
import type { Program, Start } from '../../test/wire/support/program.ts';
import { makeRandom, newSeed } from '../../test/wire/support/random.ts';
import { ask, makeService, type Service, type Usage } from '../../test/wire/support/service.ts';
import { PRODUCT } from '../../test/wire/support/stage.ts';
import { startClients } from '../kills/clients.ts';
import { millionths } from '../kills/decimals.ts';
import { reckon } from '../kills/reckon.ts';
import { type Disk, makeFaults } from './disks.ts';

const DIMENSIONS = { requests: { meter: 'sum' }, data_gb: { meter: 'sum', decimals: 3 } } as const;

const makeUsage = (random: () => number, id: string): Usage =>
  random() < 0.6
    ? { dimension: 'requests', quantity: 1 + Math.floor(random() * 9), id }
    : { dimension: 'data_gb', quantity: (random() * 3).toFixed(3), id };

export type Setting = {
  /** The disk that the ledger's folder is made on; without one the machine's own. */
  readonly disk?: () => Disk;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** False: the disk stays as it is, so that what is not taken at the end is given up. */
  readonly patient?: boolean;
  /** Without a load everything is reported by hand. */
  readonly load?: boolean;
};

/** One check on the ledger of one task. */
export type Play = Setting & { readonly name: string; readonly play: (world: World) => Promise<void> };

export type World = AsyncDisposable & {
  readonly service: Service;
  readonly ledger: string;
  readonly disk: Disk;
  readonly faults: ReturnType<typeof makeFaults>;
  /** Starts the program and waits until the gate is open. */
  readonly begin: (options?: Partial<Start>) => Promise<Program>;
  readonly start: (options?: Partial<Start>) => Program;
  readonly program: () => Program;
  readonly kill: () => Promise<void>;
  /** Resolves when so many more reports were acknowledged. */
  readonly goesOn: (reports?: number) => Promise<void>;
  /** Resolves when the door has said 503 with Retry-After, and with what it said. */
  readonly isShut: () => Promise<string>;
  /** One request of so many reports that count nothing and leave their ids; answers its status. */
  readonly leaveIds: (count: number) => Promise<number>;
  readonly metric: (name: string) => Promise<number>;
  readonly tollgate: (...words: readonly string[]) => Promise<{ readonly code: number | null; readonly text: string }>;
  /** How many reports were acknowledged. */
  readonly acknowledged: () => number;
  /** Ends everything in order: what was acknowledged is what is billed. Answers the sums in words. */
  readonly reckon: () => Promise<string>;
};

/** In ms, on a slow machine. */
const LONGEST_ANSWER = 30_000;

let tasks = 0;

type Recorded = Readonly<Record<'dimension' | 'resource' | 'quantity' | 'clientToken', string>>;

const homeOf = (emulator: Emulated, name: string): Readonly<Record<string, string>> => {
  const [file = '', ...args] = emulator.task(name, PRODUCT);
  const lines = execFileSync(file, [...args, 'env'], { encoding: 'utf8' }).split('\n');
  return Object.fromEntries(
    lines.filter((line) => /^(AWS|ECS)_|^PATH=/.test(line)).map((line) => line.split(/=(.*)/s) as [string, string]),
  );
};

export const startWorld = async (
  emulator: Emulated,
  { disk, settings = {}, load = true, patient = true }: Setting,
): Promise<World> => {
  tasks += 1;
  const name = `stress-${process.pid}-${tasks}`;
  const env = homeOf(emulator, name);
  const { TaskARN: resource } = (await (await ask(`${env['ECS_CONTAINER_METADATA_URI_V4']}/task`)).json()) as {
    readonly TaskARN: string;
  };
  const seed = newSeed();
  const mounted = disk?.();
  const { ledger: ledgerSettings = {}, ...others } = settings;
  const made = mounted === undefined ? undefined : join(mounted.folder, 'ledger');
  const service = await makeService(
    { origin: 'http://127.0.0.1:9' },
    {
      dimensions: DIMENSIONS,
      ledger: { wait: '5s', ...(made === undefined ? {} : { directory: made }), ...(ledgerSettings as object) },
      metering: { settle: '0s' },
      log: { level: 'info' },
      ...others,
    },
  );
  const ledger = made ?? service.stage.ledger;
  const faults = makeFaults();
  const clients = load ? startClients(service.door, makeRandom(seed), makeUsage) : undefined;
  let requests = 0;
  let program: Program | undefined;
  const current = (): Program => program ?? assert.fail('nothing was started');

  const start = (options: Partial<Start> = {}): Program => {
    program = service.stage.start(['run'], { env, ...options });
    return program;
  };

  const begin = async (options: Partial<Start> = {}): Promise<Program> => {
    const started = start(options);
    await service.granted(started);
    return started;
  };

  const tollgate: World['tollgate'] = async (...words) => {
    await using command = service.stage.start(words, { env });
    const { code } = await command.ended;
    return { code, text: command.stdout() + command.stderr() };
  };

  const stored = () => {
    const { records } = JSON.parse(emulator.ask('records', '--json')) as { readonly records: readonly Recorded[] };
    return records
      .filter((record) => record.resource === resource)
      .map(({ dimension, quantity, clientToken }) => ({
        dimension,
        quantity: millionths(quantity),
        token: clientToken,
      }));
  };

  return {
    service,
    ledger,
    get disk() {
      return mounted ?? assert.fail('this check has no disk of its own');
    },
    faults,
    start,
    begin,
    program: current,
    tollgate,
    kill: async () => {
      current().child.kill('SIGKILL');
      assert.equal((await current().ended).signal, 'SIGKILL');
    },
    acknowledged: () => clients?.reports() ?? 0,
    goesOn: async (reports = 20) => {
      const wanted = (clients?.reports() ?? 0) + reports;
      await current().until(`${reports} more reports are taken`, () => (clients?.reports() ?? 0) >= wanted);
    },
    isShut: () =>
      current().until('the door is shut', async () => {
        const answer = await service.report({ dimension: 'requests', quantity: 0, id: `shut-${newSeed()}` });
        const text = await answer.text();
        if (answer.status !== 503) return undefined;
        assert.match(answer.headers.get('retry-after') ?? '', /^\d+$/);
        return text;
      }),
    leaveIds: async (count) => {
      requests += 1;
      const usages = Array.from({ length: count }, (_, n) => ({
        dimension: 'users',
        quantity: 0,
        id: `${requests} ${n}`,
      }));
      const answer = await service.report(usages);
      await answer.arrayBuffer();
      return answer.status;
    },
    metric: async (metric) => {
      const text = await (await ask(`${service.health}/metrics`)).text();
      return Number(new RegExp(`^tollgate_${metric} (.*)$`, 'm').exec(text)?.[1]);
    },
    reckon: async () => {
      const stopped = patient ? clients?.stop() : clients?.giveUp();
      await Promise.race([
        stopped,
        current().ended.then(() => assert.fail(`ended by itself: ${current().stderr()}`)),
        pause(LONGEST_ANSWER, undefined, { ref: false }).then(() =>
          assert.fail(`some report is not answered: ${current().stderr()}`),
        ),
      ]);
      current().child.kill('SIGTERM');
      const { code } = await current().ended;
      assert.ok(code === 0, `ended with ${code}: ${current().stderr()}`);
      assert.doesNotMatch(current().stderr(), /TypeError|"unexpected"/);
      return reckon(
        service,
        { stored, faults: () => [] },
        Object.keys(DIMENSIONS).map((dimension) => ({
          name: dimension,
          per: 1n,
          acknowledged: clients?.acknowledged(dimension) ?? 0n,
          carry: 0n,
        })),
      );
    },
    [Symbol.asyncDispose]: async () => {
      clients?.[Symbol.dispose]();
      await program?.[Symbol.asyncDispose]();
      service[Symbol.dispose]();
      faults[Symbol.dispose]();
      mounted?.[Symbol.dispose]();
    },
  };
};
