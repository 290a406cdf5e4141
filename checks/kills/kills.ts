import assert from 'node:assert/strict';
import { newTaskArn, startScriptedAws, yes } from '../../test/support/scriptedAws.ts';
import { eventually, type Program, pause } from '../../test/wire/support/program.ts';
import { makeRandom } from '../../test/wire/support/random.ts';
import { makeService } from '../../test/wire/support/service.ts';
import { startClients } from './clients.ts';
import { millionths } from './decimals.ts';
import { reckon } from './reckon.ts';
import { makeTill } from './till.ts';

const MINUTE = 60_000;
const DIMENSIONS = {
  requests: { meter: 'sum' },
  data_gb: { meter: 'sum', decimals: 3 },
  packs: { meter: 'sum', per: 7, decimals: 1 },
} as const;

/** Where in a life the end is looked for; the moment itself is random. */
type Aim = 'start' | 'load' | 'call' | 'stop';
const aimAt = (fraction: number): Aim => {
  if (fraction < 0.35) return 'start';
  if (fraction < 0.5) return 'load';
  return fraction < 0.8 ? 'call' : 'stop';
};

/** A life that has no more to send is not waited for any longer, in ms. */
const LONGEST_WAIT = 2_600;

/** The last lives in a row that may be needed to deliver everything once AWS is well. */
const MOST_LAST_LIVES = 8;

/**
 * One ledger through many lives, each ended by SIGKILL. Between two of them AWS's time goes on by minutes, so that hours
 * close; now and then the task is another one, which adopts the ledger. At the end AWS is well, and everything is counted.
 */
export const killOverAndOver = async (kills: number, seed: number): Promise<string> => {
  const random = makeRandom(seed);
  // Where and when is drawn apart from the weather: the order of requests must not change the plan.
  const plan = makeRandom(seed + 1);
  let ahead = 0;
  let task = newTaskArn();
  const now = (): number => Date.now() + ahead;
  await using aws = await startScriptedAws({ now });
  const till = makeTill(now, () => task);
  let isWell = false;
  aws.script('GET /v4/task', () => yes({ Cluster: 'shop', TaskARN: task, Family: 'shop', Revision: '7' }));
  aws.script('MeterUsage', (request) => (isWell ? till.store(request) : till.wild(request, random())));
  using service = await makeService(aws, {
    dimensions: {
      requests: DIMENSIONS.requests,
      users: { meter: 'sum' },
      data_gb: DIMENSIONS.data_gb,
      packs: DIMENSIONS.packs,
    },
    metering: { settle: '0s', moveAtMost: '744h' },
    shutdown: { grace: '3s', drain: '1500ms' },
    log: { level: 'error' },
  });
  using clients = startClients(service.door, makeRandom(seed + 2));
  const seen = { start: 0, load: 0, call: 0, stop: 0 };
  let underWay = 0;

  /** So many requests of MeterUsage beyond those so far, or the end of the wait for them. */
  const nextCalls = (program: Program, count: number): Promise<unknown> => {
    const wanted = aws.calls('MeterUsage').length + count;
    const over = performance.now() + LONGEST_WAIT;
    return eventually(
      'records on their way',
      () => aws.calls('MeterUsage').length >= wanted || program.isOver() || performance.now() > over,
    );
  };

  const spawn = (): Program => service.stage.start(['run']);

  const live = async (program: Program, aim: Aim): Promise<void> => {
    if (aim === 'start') return pause(plan() * 450);
    await service.granted(program);
    const before = clients.reports();
    await program.until('reports are taken', () => clients.reports() > before);
    if (aim === 'load') return pause(plan() * 150);
    if (aim === 'stop') program.child.kill('SIGTERM');
    await nextCalls(program, 1 + Math.floor(plan() * 3));
    return pause(plan() * plan() * 40);
  };

  for (let kill = 0; kill < kills; kill += 1) {
    ahead += (3 + plan() * 42) * MINUTE;
    if (plan() < 0.12) task = newTaskArn();
    const aim = aimAt(plan());
    await using program = spawn();
    await live(program, aim);
    if (aws.connections() > 0) underWay += 1;
    const wasOver = program.isOver();
    program.child.kill('SIGKILL');
    const { code, signal } = await program.ended;
    // A stop may come to its end before the kill; nothing else may end by itself.
    assert.ok(
      signal === 'SIGKILL' || (aim === 'stop' && [0, 75].includes(code ?? -1)),
      `ended by itself, ${code}: ${program.stderr()}`,
    );
    if (!wasOver) seen[aim] += 1;
    assert.doesNotMatch(program.stderr(), /TypeError|"unexpected"|scripted-secret/);
  }

  await using last = spawn();
  await service.granted(last);
  await clients.stop();
  isWell = true;
  last.child.kill('SIGTERM');
  let { code } = await last.ended;
  for (let lives = 0; code !== 0; lives += 1) {
    assert.ok(lives < MOST_LAST_LIVES, `still ${code}: ${last.stderr()}`);
    ahead += 61 * MINUTE;
    await using again = spawn();
    await service.granted(again);
    again.child.kill('SIGTERM');
    code = (await again.ended).code;
  }
  await using reader = spawn();
  await service.granted(reader);
  const { dimensions } = await service.status();
  reader.child.kill('SIGKILL');
  await reader.ended;
  const story = await reckon(
    service,
    till,
    Object.entries(DIMENSIONS).map(([name, definition]) => ({
      name,
      per: 'per' in definition ? BigInt(definition.per) : 1n,
      acknowledged: clients.acknowledged(name),
      carry: millionths(dimensions.find((one) => one.name === name)?.carry ?? '0'),
    })),
  );
  const killed = Object.entries(seen)
    .map(([aim, count]) => `${aim} ${count}`)
    .join(', ');
  return `${clients.reports()} reports, ${aws.calls('MeterUsage').length} calls; killed in: ${killed}; with a connection to AWS: ${underWay}; ${story}`;
};
