import assert from 'node:assert/strict';
import { type Reply, type ScriptedAws, startScriptedAws, type WireRequest } from '../../test/support/scriptedAws.ts';
import { type Books, bodiesByRecord, makeBooks, sent } from '../../test/wire/support/books.ts';
import { type Program, pause } from '../../test/wire/support/program.ts';
import { makeService, type Service } from '../../test/wire/support/service.ts';
import { type MovedClock, makeClock } from './clock.ts';
import { makeMover } from './mover.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** What AWS answers to MeterUsage at a moment; `store` is AWS as it should be. */
export type Weather = (request: WireRequest, books: Books) => Reply;

export type World = AsyncDisposable & {
  readonly aws: ScriptedAws;
  readonly books: Books;
  readonly service: Service;
  readonly clock: MovedClock;
  readonly weather: (weather: Weather) => void;
  /** Hands one report in; it is repeated under its id until an answer comes. Answers the door's receipt. */
  readonly report: (
    dimension: string,
    quantity: number,
    more?: { readonly id?: string; readonly timestamp?: string },
  ) => Promise<{ readonly accepted: number; readonly duplicates: number; readonly late: number }>;
  /** Moves the clock to `HH:MM` of the day it is, or `D+HH:MM` some days later, in steps, the service doing what is due in each. */
  readonly advanceTo: (time: string, step?: number) => Promise<void>;
  /** Moves the clock by so many milliseconds. */
  readonly pass: (milliseconds: number) => Promise<void>;
  /** Stops the process until an instant, as a machine does that is out of breath, and lets it go on. */
  readonly standStill: (until: number) => Promise<void>;
  /** Moves the clock minute by minute until something is seen. */
  readonly advanceUntil: (what: string, seen: () => boolean) => Promise<void>;
  /** Ends the service by a signal; answers its exit code. */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>;
  readonly begin: () => Promise<void>;
  /** What the service has logged in the life it is in. */
  readonly log: () => string;
  /** What the ledger holds and AWS has not acknowledged, as its export says it. */
  readonly unsettled: () => Promise<string>;
  readonly meterings: () => readonly WireRequest[];
};

let ids = 0;

/** A usage product in an ECS task, its AWS, and the clock of both. `start`: RFC 3339. */
export const startWorld = async (
  start: string,
  { zone, tree = {} }: { readonly zone?: string; readonly tree?: Readonly<Record<string, unknown>> } = {},
): Promise<World> => {
  const day = Date.parse(`${start.slice(0, 10)}T00:00:00Z`);
  const clock = makeClock(Date.parse(start));
  const aws = await startScriptedAws({ now: clock.now });
  const books = makeBooks(clock.now);
  const faults: string[] = [];
  const flushed = new Set<string>();
  let ending = false;
  let current: Weather = (request) => books.store(request);
  aws.script('MeterUsage', (request) => {
    const { Timestamp, UsageDimension, ClientToken } = sent(request);
    const hourEnds = (Math.floor((Timestamp * SECOND) / HOUR) + 1) * HOUR;
    // The open hour may go out in the last flush only, and again after it; no hour may go out behind its window.
    if (ending) flushed.add(ClientToken);
    if (hourEnds > clock.now() && !flushed.has(ClientToken))
      faults.push(`${UsageDimension}: sent before its hour was over`);
    if (clock.now() - Timestamp * SECOND > 6 * HOUR) faults.push(`${UsageDimension}: sent after its window`);
    return current(request, books);
  });
  const service = await makeService(aws, tree);
  const env = {
    ...service.stage.env,
    ...clock.environment,
    ...(zone === undefined ? {} : { TZ: zone }),
  };
  let program: Program | undefined;

  const { quiet, move } = makeMover({
    clock,
    service,
    traffic: () => ({ connections: aws.connections(), requests: aws.requests.length }),
    isOver: () => program?.isOver() !== false,
  });

  /** No call for longer than the pace keeps two of them apart: what is due at this moment has gone out. */
  const calm = async (): Promise<void> => {
    for (let before = -1; before !== aws.requests.length; ) {
      before = aws.requests.length;
      await pause(1_300);
      await quiet();
    }
  };

  const begin = async (): Promise<void> => {
    ending = false;
    program = await service.run({ env, lives: 15 * MINUTE });
    await service.granted(program);
    await quiet();
  };

  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    await quiet();
    ending = signal === 'SIGTERM';
    program?.child.kill(signal);
    const { code = null, signal: by = null } = (await program?.ended) ?? {};
    // Ended by another signal than ours: what the process said of it tells whether the clock's library broke it.
    if (by !== null && by !== signal) throw new Error(`ended by ${by} instead of ${signal}: ${program?.stderr()}`);
    return code;
  };

  const report: World['report'] = async (dimension, quantity, more = {}) => {
    ids += 1;
    const usage = { dimension, quantity, id: `report-${ids}`, ...more };
    for (let tries = 0; ; tries += 1) {
      // An idle connection is closed by a jump: only then nothing comes back.
      const answer = await service.report(usage).catch((error: unknown) => error);
      if (answer instanceof Response) {
        const receipt = (await answer.json()) as Awaited<ReturnType<World['report']>>;
        assert.equal(answer.status, 202, JSON.stringify(receipt));
        return receipt;
      }
      if (tries === 5) throw new Error(`no answer of the door: ${String(answer)}\n${program?.stderr()}`);
    }
  };

  await begin();
  return {
    aws,
    books,
    service,
    clock,
    weather: (weather) => {
      current = weather;
    },
    report,
    advanceTo: async (time, step = 5 * MINUTE) => {
      const [clockTime = '', days = '0'] = time.split('+').reverse();
      const [hours = 0, minutes = 0] = clockTime.split(':').map(Number);
      const target = day + Number(days) * 24 * HOUR + hours * HOUR + minutes * MINUTE;
      while (clock.now() < target) await move(Math.min(target, clock.now() + step));
      await calm();
    },
    pass: (milliseconds) => move(clock.now() + milliseconds),
    standStill: async (until) => {
      await quiet();
      program?.child.kill('SIGSTOP');
      clock.moveTo(until);
      program?.child.kill('SIGCONT');
    },
    advanceUntil: async (what, seen) => {
      for (let minutes = 0; !seen(); minutes += 1) {
        if (minutes > 60) throw new Error(`not within an hour: ${what}\n${program?.stderr()}`);
        await move(clock.now() + MINUTE);
      }
    },
    end,
    begin,
    log: () => program?.stderr() ?? '',
    unsettled: async () => {
      await using exported = service.stage.start(['ledger', 'export', '--format', 'jsonl'], { env });
      await exported.ended;
      const lines = exported.stdout().split('\n');
      return `${lines.filter((line) => !line.includes('"receipted"')).join('\n')}${exported.stderr()}`;
    },
    meterings: () => aws.calls('MeterUsage'),
    [Symbol.asyncDispose]: async () => {
      await program?.[Symbol.asyncDispose]();
      await aws[Symbol.asyncDispose]();
      service[Symbol.dispose]();
      clock[Symbol.dispose]();
      assert.deepEqual(faults, []);
      for (const [record, bodies] of bodiesByRecord(aws.calls('MeterUsage'))) {
        assert.equal(bodies.size, 1, `retries of ${record} differ: ${[...bodies].join(' | ')}`);
      }
    },
  };
};
