import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Dimension } from '../../src/agent/core/configuration/config.ts';
import { reportsOf } from '../../src/agent/core/door/reports.ts';
import { TollgateError } from '../../src/agent/core/errors.ts';
import { HOUR, hourOf, MINUTE, SECOND } from '../../src/agent/core/time/hour.ts';
import * as quantity from '../../src/agent/core/usage/quantity.ts';
import type { Report } from '../../src/agent/core/usage/report.ts';
import { makeCloud } from './cloud.ts';
import { FIRST, isSame } from './configurations.ts';
import { makeDice } from './dice.ts';
import { checkEnd, type Lineage } from './oracle.ts';
import { DISK, type Process, type ProcessWorld, startProcess } from './process.ts';
import type { Event, Story, Usage } from './story.ts';
import { makeTime } from './time.ts';

export type Result = { readonly broken: readonly string[]; readonly trace: string };

const START = Date.parse('2026-03-01T00:00:00Z');

/** After the story everything heals, and the agent has at most this long to bring home what it holds. */
const AFTERMATH = 30 * HOUR;

/** A request that is repeated until it has a receipt, and the usage that it stands for. */
type Waiting = {
  readonly reports: readonly Report[];
  readonly key?: { readonly value: string; readonly digest: string };
  readonly usage: readonly { readonly id: string; readonly report: Report }[];
};

/** What the door knows of the dimensions. */
const METERS: ReadonlyMap<string, Dimension['meter']> = new Map(FIRST.map(({ name, meter }) => [name, meter]));

/** Tells a story to a simulated agent and holds what comes of it against three truths. */
export const simulate = async (story: Story): Promise<Result> => {
  const dice = makeDice(story.seed ^ 0x5eed);
  const time = makeTime(START, dice);
  const hash = createHash('sha256');
  const broken: string[] = [];
  const trace = (line: string): void => void hash.update(`${time.trueNow()} ${line}\n`);
  const cloud = makeCloud(time.awsNow, dice);
  const newFolder = (): string => mkdtempSync(join(DISK, 'tollgate-sim-'));
  const newLineage = (): Lineage => ({ acknowledged: new Map(), handed: new Map(), resources: new Set() });

  let disk: 'full' | 'flaky' | 'fine' = 'fine';
  let folder = newFolder();
  let pods = 1;
  let launchedAt = time.awsNow();
  let resource = 'task/1';
  let lineage = newLineage();
  const lineages = [lineage];
  let agent: Process | undefined;
  let upAt: number | undefined;
  /** When each resource began, by AWS's time. */
  const launches = new Map([[resource, launchedAt]]);
  const isWallWrong = story.events.some(({ kind }) => kind === 'wall');
  let variant = 0;
  const variants = new Set([0]);
  /** What producers have not had a receipt for: they come again until they have. */
  const outbox = new Map<string, Waiting>();

  const world: ProcessWorld = {
    time,
    cloud,
    dice,
    trace,
    broken: (line) => void broken.push(line),
    disk: () => disk,
    onDeath: (left) => {
      folder = left;
    },
  };

  const boot = async (): Promise<void> => {
    upAt = undefined;
    lineage.resources.add(resource);
    trace(`boot ${resource}`);
    agent = await startProcess(world, { folder, resource, launchedAt, variant });
  };

  const goDown = (length: number): void => {
    agent = undefined;
    upAt = time.trueNow() + length;
  };

  /** Notices a death that came in the middle of something. */
  const bury = (down: number): void => {
    if (agent?.isDead() === true) goDown(down);
  };

  const hand = async (
    to: Process,
    reports: readonly Report[],
    key?: Waiting['key'],
  ): Promise<Awaited<ReturnType<Process['take']>> | undefined> => {
    let receipt: Awaited<ReturnType<Process['take']>> | undefined;
    void to.take(reports, key).then((answer) => {
      receipt = answer;
    });
    await time.settle();
    return receipt;
  };

  /** Whoever reports readings lets no later one overtake: without a time of its own it would look like a counter's reset. */
  const isOvertaking = (name: string, { reports }: Waiting): boolean => {
    const names = [...outbox.keys()];
    return names
      .slice(0, names.indexOf(name))
      .flatMap((before) => outbox.get(before)?.reports ?? [])
      .some(({ dimension, source }) =>
        reports.some((one) => source !== undefined && one.source === source && one.dimension === dimension),
      );
  };

  const post = async (name: string): Promise<void> => {
    const waiting = outbox.get(name);
    const current = agent;
    if (waiting === undefined || current === undefined || current.isDead() || isOvertaking(name, waiting)) return;
    const { reports, key, usage } = waiting;
    // The door refuses a dimension that is not configured; its producer tries again after the next change.
    if (reports.some(({ dimension }) => !current.dimensions.has(dimension))) return;
    const to = lineage;
    for (const { id, report } of usage) to.handed.set(id, report);
    const receipt = await hand(current, reports, key);
    if (receipt === undefined || receipt.kind === 'unavailable') return;
    if (receipt.kind === 'conflict') {
      broken.push(`${name} was called a conflict`);
      return;
    }
    if (receipt.accepted + receipt.duplicates !== reports.length) broken.push(`${name} vanished between the counters`);
    outbox.delete(name);
    // A producer's repetition is acknowledged as well, but it is the same usage.
    for (const { id, report } of usage)
      to.acknowledged.set(id, { dimension: report.dimension, count: report.quantity });
  };

  /** Hands a request in as a producer would: under the same name and with the same content until it has a receipt. */
  const request = async (name: string, make: () => Waiting, times = 1): Promise<void> => {
    if (!outbox.has(name)) outbox.set(name, make());
    await Promise.all(Array.from({ length: times }, () => post(name)));
  };

  const reportOf = ({ id, dimension, quantity: count }: Usage, more: Partial<Report> = {}): Report => ({
    dimension,
    quantity: quantity.read(count),
    at: time.clock.wall(),
    dated: false,
    id,
    ...more,
  });

  /** A request of one report, under the report's own id. */
  const single = (usage: Usage, more: Partial<Report> = {}): Waiting => {
    const report = reportOf(usage, more);
    return { reports: [report], usage: [{ id: usage.id, report }] };
  };

  const resend = async (): Promise<void> => {
    for (const name of [...outbox.keys()]) await post(name);
  };

  const advanceTo = async (to: number): Promise<void> => {
    while (time.trueNow() < to) {
      const step = Math.min(to, upAt ?? to, time.trueNow() + 30 * MINUTE);
      await time.advanceTo(step);
      bury(MINUTE);
      if (agent === undefined && upAt !== undefined && time.trueNow() >= upAt) await boot();
      if (outbox.size > 0) await resend();
      bury(MINUTE);
    }
  };

  const happen = async (event: Event): Promise<void> => {
    trace(event.kind);
    switch (event.kind) {
      case 'report': {
        const more = (): Partial<Report> => ({
          at: time.clock.wall() - (event.ago ?? 0),
          ...(event.team === undefined ? {} : { tags: { team: event.team } }),
          ...(event.source === undefined ? {} : { source: event.source }),
          // What a wrong wall says of the past nobody can hold against the time of a life.
          ...(event.start === undefined || isWallWrong ? {} : { start: START + event.start }),
        });
        await request(event.id, () => single(event, more()), event.times);
        return;
      }
      case 'batch': {
        const make = (): Waiting => {
          const { name, keyed } = event;
          const usage = event.reports.map((one) => ({ id: one.id, report: reportOf(one) }));
          const reports = usage.map(({ report: { id, ...rest } }) =>
            keyed || id === undefined ? rest : { ...rest, id },
          );
          return { reports, usage, ...(keyed ? { key: { value: name, digest: name } } : {}) };
        };
        await request(event.name, make);
        return;
      }
      case 'malformed': {
        const rules = { now: time.clock.wall(), dimensions: METERS, window: 24 * HOUR };
        if (reportsOf(event.body, rules).ok) broken.push(`the door took ${event.body}`);
        return;
      }
      case 'otherContent': {
        if (agent === undefined || !lineage.acknowledged.has(event.id) || !agent.dimensions.has(event.dimension))
          return;
        const receipt = await hand(agent, [reportOf(event)]);
        if (receipt?.kind === 'accepted') broken.push(`${event.id} was taken a second time, with other content`);
        return;
      }
      case 'rival': {
        if (agent === undefined || agent.isDead()) return;
        const answer = await agent.rival(event.same);
        if (!(answer instanceof TollgateError) || answer.code !== 'ledger_in_use')
          broken.push(`a second process was told ${String(answer)} of a ledger that is in use`);
        return;
      }
      case 'configure':
        variants.add(event.variant);
        variant = event.variant;
        if (agent === undefined) return;
        if (event.clean) await agent.stop(25 * SECOND);
        else agent.kill();
        goDown(event.down);
        return;
      case 'weather':
        cloud.setWeather(event.weather);
        return;
      case 'crash':
        if (agent === undefined) return;
        agent.arm(event.point, event.effects);
        for (const one of event.burst) await request(one.id, () => single(one));
        await resend();
        for (const until = time.trueNow() + event.within; time.trueNow() < until && !agent.isDead(); )
          await time.advanceTo(Math.min(until, time.trueNow() + MINUTE));
        if (!agent.isDead()) agent.kill();
        goDown(event.down);
        return;
      case 'stop': {
        if (agent === undefined) return;
        await agent.stop(event.budget);
        goDown(event.down);
        return;
      }
      case 'replace':
        agent?.kill();
        goDown(event.down);
        if (event.back && event.keepsVolume) {
          const former = [...lineage.resources].filter((other) => other !== resource).at(-1);
          if (former !== undefined) {
            resource = former;
            launchedAt = launches.get(former) ?? launchedAt;
            return;
          }
        }
        pods += 1;
        resource = `task/${pods}`;
        if (!event.keepsVolume) {
          rmSync(folder, { recursive: true, force: true });
          folder = newFolder();
          lineage = newLineage();
          lineages.push(lineage);
        }
        launchedAt = time.awsNow() + event.down;
        launches.set(resource, launchedAt);
        return;
      case 'wall':
        time.setWall(event.by);
        return;
      case 'sleep':
        time.suspend(event.for);
        return;
      case 'disk':
        disk = event.state;
        return;
      default:
        event satisfies never;
    }
  };

  await boot();
  for (const event of story.events) {
    await advanceTo(event.at);
    bury(MINUTE);
    await happen(event);
    bury(MINUTE);
  }
  cloud.setWeather('fine');
  disk = 'fine';
  if (variant !== 0) {
    variant = 0;
    if (agent !== undefined) {
      agent.kill();
      goDown(0);
    }
  }
  const end = Math.max(time.trueNow(), story.hours * HOUR);
  const isHome = (): boolean => {
    if (agent === undefined || agent.isDead() || outbox.size > 0) return false;
    const { open, unsettled } = agent.opened.agenda();
    return unsettled.length === 0 && open.every(({ hour }) => hour >= hourOf(time.awsNow()));
  };
  await advanceTo(end + 2 * HOUR);
  while (time.trueNow() < end + AFTERMATH && !isHome()) await advanceTo(time.trueNow() + HOUR);
  if (agent === undefined) await boot();
  await resend();
  broken.push(
    ...cloud.broken,
    ...checkEnd({
      agent: agent as Process,
      lineages,
      live: lineage,
      cloud,
      unacknowledged: outbox.size,
      now: time.awsNow(),
      isTimeSure: !isWallWrong && !story.events.some(({ kind }) => kind === 'sleep'),
      steady: (dimension) => [...variants].every((one) => isSame(dimension, one)),
    }),
  );
  trace(`calls ${cloud.calls()}`);
  (agent as Process).kill();
  rmSync(folder, { recursive: true, force: true });
  return { broken, trace: hash.digest('hex') };
};
