import { startScriptedAws } from '../../support/scriptedAws.ts';
import { bodiesByRecord, makeBooks } from '../../wire/support/books.ts';
import { type Program, pause } from '../../wire/support/program.ts';
import { makeRandom } from '../../wire/support/random.ts';
import { makeStage, type Stage } from '../../wire/support/stage.ts';

const CLIENTS = 4;
const BATCH = 5;

/**
 * A product under load: each client hands in one batch after the other under ids of its own, says `ack CLIENT NUMBER` for
 * each 202, and begins where a killed one before it had its last 202. TERM lets the batches under way end.
 */
const PRODUCT = `
  const { readFileSync, writeSync } = require('node:fs');
  const say = (text) => writeSync(1, text + '\\n');
  say('pid ' + process.pid);
  let stopping = false;
  process.on('SIGTERM', () => { stopping = true; });
  const authorization = 'Bearer ' + readFileSync(process.env.TOLLGATE_TOKEN_FILE, 'utf8').trim();
  const hand = async (client, from) => {
    for (let number = from; !stopping; number += 1) {
      const body = JSON.stringify(Array.from({ length: ${BATCH} }, (_, index) =>
        ({ dimension: 'requests', quantity: 1, id: [client, number, index].join('-') })));
      for (let done = false; !done;) {
        try {
          const answer = await fetch(process.env.TOLLGATE_URL + '/v1/usage',
            { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body });
          done = answer.status === 202;
          if (done) say('ack ' + client + ' ' + number);
          else if (answer.status !== 503) process.exit(99);
        } catch {}
      }
    }
  };
  Promise.all(JSON.parse(process.argv[1]).map((from, client) => hand(client, from))).then(() => process.exit(0));
`;

const startOn = (stage: Stage, froms: readonly number[]): Program =>
  stage.exec([process.execPath, '-e', PRODUCT, JSON.stringify(froms)]);

const acksOf = (text: string): readonly (readonly [client: number, number: number])[] =>
  [...text.matchAll(/^ack (\d+) (\d+)$/gm)].map(([, client, number]) => [Number(client), Number(number)]);

/** Both are there no more before anything else runs: the kernel gives neither a moment. */
const killTogether = (wrapper: number, product: number): void => {
  for (const pid of [wrapper, product]) process.kill(pid, 'SIGSTOP');
  for (const pid of [product, wrapper]) process.kill(pid, 'SIGKILL');
};

export type KilledTogether = {
  readonly acknowledged: number;
  readonly billed: number;
  /** MeterUsage calls before the last, orderly end. */
  readonly sentBeforeTheEnd: number;
  /** How many bodies the record with the most of them had. */
  readonly bodies: number;
  /** Restarts, and how many of them said that the run before ended without a drain. */
  readonly restarts: number;
  readonly told: number;
  readonly code: number | null;
};

/** Kills wrapper and product as one, again and again at random moments under load; then ends them in order. */
export const killTogetherOverAndOver = async (kills: number, seed: number): Promise<KilledTogether> => {
  const random = makeRandom(seed);
  await using aws = await startScriptedAws();
  const books = makeBooks();
  aws.script('MeterUsage', books.store);
  using stage = makeStage(aws);
  const next = Array.from({ length: CLIENTS }, () => 0);
  const hear = (program: Program): void => {
    for (const [client, number] of acksOf(program.stdout())) next[client] = Math.max(next[client] ?? 0, number + 1);
  };
  let told = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    await using program = startOn(stage, next);
    const product = await program.until('the product runs', () => /^pid (\d+)$/m.exec(program.stdout())?.[1]);
    // Now and then it dies before anything was acknowledged.
    if (random() < 0.8) await program.until('reports are taken', () => acksOf(program.stdout()).length > 0);
    await pause(Math.floor(random() * 80));
    killTogether(program.child.pid ?? 0, Number(product));
    await program.ended;
    hear(program);
    if (kill > 0 && program.stderr().includes('the last run ended without a drain')) told += 1;
  }
  await using program = startOn(stage, next);
  await program.until('reports are taken', () => acksOf(program.stdout()).length > 0);
  const sentBeforeTheEnd = aws.calls('MeterUsage').length;
  program.child.kill('SIGTERM');
  const { code } = await program.ended;
  hear(program);
  if (program.stderr().includes('the last run ended without a drain')) told += 1;
  return {
    acknowledged: next.reduce((sum, count) => sum + count, 0) * BATCH,
    billed: books.total('requests'),
    sentBeforeTheEnd,
    bodies: Math.max(...[...bodiesByRecord(aws.calls('MeterUsage')).values()].map(({ size }) => size)),
    restarts: kills,
    told,
    code,
  };
};
