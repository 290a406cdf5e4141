import { expect, test } from '@jest/globals';
import { type ScriptedAws, startScriptedAws } from '../support/scriptedAws.ts';
import { bodiesByRecord, makeBooks } from './support/books.ts';
import { eventually, pause } from './support/program.ts';
import { makeRandom, newSeed } from './support/random.ts';
import { makeService, type Service } from './support/service.ts';

const KILLS = Number(process.env['TOLLGATE_KILLS'] ?? 9);
const CLIENTS = 4;

/**
 * Clients that report without end. A report whose answer was lost is sent again under its id until somebody answers it;
 * what counts as acknowledged is a 2xx that the client has seen.
 */
const startClients = (service: Service, random: () => number, name: string) => {
  const acknowledged = new Map<string, number>();
  let stopping = false;
  const client = async (number: number): Promise<void> => {
    for (let count = 0; !stopping; count += 1) {
      const quantity = 1 + Math.floor(random() * 9);
      const dimension = random() < 0.5 ? 'requests' : 'users';
      const id = `${name}-${number}-${count}`;
      for (let answered = false; !answered; ) {
        try {
          const { status } = await service.report({ dimension, quantity, id });
          answered = status === 202;
          if (answered) acknowledged.set(dimension, (acknowledged.get(dimension) ?? 0) + quantity);
          else if (status !== 503) throw new Error(`the door answered ${status}`);
        } catch (error) {
          if (error instanceof Error && error.message.startsWith('the door')) throw error;
        }
        if (!answered) await pause(10);
      }
    }
  };
  const running = Array.from({ length: CLIENTS }, (_, number) => client(number));
  return {
    acknowledged: (dimension: string) => acknowledged.get(dimension) ?? 0,
    /** Ends once every report has its answer. */
    stop: async () => {
      stopping = true;
      await Promise.all(running);
    },
  };
};

/** One life after the other, each killed at a random moment, the last one ended in order. */
const killOverAndOver = async (aws: ScriptedAws, seed: number): Promise<void> => {
  const random = makeRandom(seed);
  const books = makeBooks();
  aws.script('MeterUsage', (request) => books.wild(request, random()));
  using service = await makeService(aws, { shutdown: { grace: '10s', drain: '8s' }, log: { level: 'error' } });
  let program = await service.run();
  const clients = startClients(service, random, `seed-${seed}`);
  for (let kill = 0; kill < KILLS; kill += 1) {
    await service.granted(program);
    const before = clients.acknowledged('requests');
    await eventually('reports are taken', () => clients.acknowledged('requests') > before, { given: program.stderr });
    await pause(Math.floor(random() * 60));
    // Some die within their last flush, while records are on their way.
    if (random() < 0.3) {
      const calls = aws.calls('MeterUsage').length;
      program.child.kill('SIGTERM');
      await eventually('a record is on its way', () => program.isOver() || aws.calls('MeterUsage').length > calls);
    }
    program.child.kill('SIGKILL');
    await program.ended;
    program = await service.run();
  }
  await service.granted(program);
  await clients.stop();
  aws.script('MeterUsage', books.store);
  program.child.kill('SIGTERM');
  const { code } = await program.ended;
  // After a flush in mid-life the hour's slot is used up and later usage waits in the ledger for the next hour.
  const waiting = await openUnits(service);
  expect({ seed, code, waiting: [...waiting] }).toEqual({
    seed,
    code: waiting.size === 0 ? 0 : 75,
    waiting: [...waiting],
  });
  for (const dimension of ['requests', 'users']) {
    const billed = books.total(dimension) + (waiting.get(dimension) ?? 0);
    expect({ seed, dimension, billed }).toEqual({ seed, dimension, billed: clients.acknowledged(dimension) });
  }
  for (const [record, bodies] of bodiesByRecord(aws.calls('MeterUsage')))
    expect({ record, sizes: bodies.size }).toEqual({ record, sizes: 1 });
};

/** Units that the dead ledger still has to bring to AWS, by dimension. */
const openUnits = async (service: Service): Promise<ReadonlyMap<string, number>> => {
  await using check = service.stage.start(['ledger', 'export', '--format', 'jsonl']);
  expect((await check.ended).code).toBe(0);
  const units = new Map<string, number>();
  for (const line of check.stdout().split('\n').filter(Boolean)) {
    const row = JSON.parse(line) as Readonly<
      Record<'kind' | 'dimension' | 'state' | 'quantity' | 'counted' | 'moved_in', string>
    >;
    const isUnsettled = row.kind === 'record' && ['sending', 'waiting'].includes(row.state);
    const left =
      (row.kind === 'open' ? Number(row.counted) + Number(row.moved_in ?? 0) : 0) +
      (isUnsettled ? Number(row.quantity) : 0);
    if (left > 0) units.set(row.dimension, (units.get(row.dimension) ?? 0) + left);
  }
  return units;
};

const SEEDS = [newSeed(), newSeed(), newSeed()];

test.concurrent.each(SEEDS)(
  'killed over and over under load, with answers lost: billed is what was acknowledged (TOLLGATE_SEED=%i)',
  async (seed) => {
    await using aws = await startScriptedAws();
    await killOverAndOver(aws, seed);
  },
  120_000,
);
