import assert from 'node:assert/strict';
import { startScriptedAws } from '../../test/support/scriptedAws.ts';
import { bodiesByRecord } from '../../test/wire/support/books.ts';
import { type Program, pause } from '../../test/wire/support/program.ts';
import { keepBooks, makeReplica, type Replica, signerOf } from '../../test/wire/support/replicas.ts';
import { makeClock } from '../moved-clock/clock.ts';
import { makeMover } from '../moved-clock/mover.ts';
import type { Namespace, RunningApiServer } from './apiServer.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** Steps of the clock are shorter than this: a standby must not take a jump of ours for the death of the leader. */
const DURATION = 10 * MINUTE;
const STEP = 3 * MINUTE;

/** One pod of the world, and the process in its container. */
export type Pod = Replica & {
  readonly program: () => Program;
  readonly begin: () => Promise<void>;
  readonly kill: (signal: NodeJS.Signals) => Promise<void>;
  readonly end: () => Promise<void>;
  /** The clock moves without it: it was stopped, or its send hangs. */
  setStuck: (stuck: boolean) => void;
};

export type World = Awaited<ReturnType<typeof startWorld>>;

/** Two pods of one product, their API server and their AWS, on one clock that is moved by hand. */
export const startWorld = async (api: RunningApiServer, name: string) => {
  const namespace: Namespace = await api.namespace(name);
  // Certificates and tokens are of today.
  const first = Math.ceil(Date.now() / HOUR) * HOUR;
  const clock = makeClock(first + 5 * MINUTE);
  const aws = await startScriptedAws({ now: clock.now });
  const books = keepBooks(aws, clock.now);
  const pods: Pod[] = [];
  const stuck = new Set<Pod>();
  let held = 0;
  let ids = 0;

  const addPod = async (): Promise<Pod> => {
    const replica = await makeReplica(aws, namespace, {
      env: clock.environment,
      duration: `${DURATION / SECOND}s`,
    });
    let program: Program | undefined;
    const running = (): Program => {
      if (program === undefined) throw new Error('the pod has not begun');
      return program;
    };
    const pod: Pod = {
      ...replica,
      program: running,
      begin: async () => {
        program = await replica.run({ lives: 15 * MINUTE });
        assert.equal(program.isOver(), false, program.stderr());
      },
      kill: async (signal) => {
        running().child.kill(signal);
        if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await running().ended;
      },
      end: async () => program?.[Symbol.asyncDispose](),
      setStuck: (now) => void (now ? stuck.add(pod) : stuck.delete(pod)),
    };
    pods.push(pod);
    return pod;
  };

  /** Everything that can be poked: a jump is seen when a loop wakes. */
  const poke = async (): Promise<number | undefined> => {
    const awake = pods.filter((pod) => !stuck.has(pod) && !pod.program().isOver());
    const heard = await Promise.all(awake.map(({ service }) => service.startz()));
    return heard.includes(undefined) ? undefined : 200;
  };

  const { move, quiet } = makeMover({
    clock,
    service: { startz: poke },
    traffic: () => ({
      connections: Math.max(0, aws.connections() - held),
      requests: aws.requests.length + namespace.sent(),
    }),
    isOver: () => pods.some((pod) => !stuck.has(pod) && pod.program().isOver()),
  });

  const world = {
    api,
    namespace,
    aws,
    books,
    clock,
    addPod,
    quiet,
    /** A moment of the n-th hour. */
    at: (hour: number, minute: number, second = 0) => first + hour * HOUR + minute * MINUTE + second * SECOND,
    /** `2026-03-01T10Z hosts`. */
    key: (hour: number, dimension: string) =>
      `${new Date(first + hour * HOUR).toISOString().slice(0, 13)}Z ${dimension}`,
    /** Connections to AWS that hang on purpose. */
    hold: (count: number) => {
      held = count;
    },
    advanceTo: async (moment: number, step = STEP): Promise<void> => {
      while (clock.now() < moment) await move(Math.min(moment, clock.now() + step));
      await quiet();
    },
    /** Moves on until something is seen; answers how long it took. */
    advanceUntil: async (what: string, seen: () => Promise<boolean> | boolean, { step = STEP, most = HOUR } = {}) => {
      const began = clock.now();
      while (!(await seen())) {
        assert.ok(clock.now() - began < most, `not within ${most / MINUTE} min: ${what}`);
        await move(clock.now() + step);
        await pause(20);
      }
      return clock.now() - began;
    },
    /** Hands a report to one pod, once; answers the status. */
    report: async (pod: Pod, dimension: string, quantity: number, more: { id?: string; timestamp?: string } = {}) => {
      ids += 1;
      const answer = await pod.report({ dimension, quantity, id: `report-${ids}`, ...more });
      await answer.arrayBuffer();
      return answer.status;
    },
    leaders: async () => {
      const roles = await Promise.all(pods.filter((pod) => !stuck.has(pod)).map((pod) => pod.role()));
      return roles.filter((role) => role === 'leader').length;
    },
    [Symbol.asyncDispose]: async () => {
      for (const pod of pods) {
        await pod.end();
        pod[Symbol.dispose]();
      }
      await aws[Symbol.asyncDispose]();
      await namespace[Symbol.asyncDispose]();
      clock[Symbol.dispose]();
      const ofPods = Map.groupBy(aws.calls('MeterUsage'), signerOf);
      for (const [pod, requests] of ofPods)
        for (const [record, bodies] of bodiesByRecord(requests))
          assert.equal(bodies.size, 1, `retries of ${record} by ${pod} differ: ${[...bodies].join(' | ')}`);
    },
  };
  return world;
};
