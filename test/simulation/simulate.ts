import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { HOUR, MINUTE } from '../../src/agent/core/time/hour.ts';
import * as quantity from '../../src/agent/core/usage/quantity.ts';
import type { Report } from '../../src/agent/core/usage/report.ts';
import { makeCloud } from './cloud.ts';
import { makeDice } from './dice.ts';
import { checkEnd, type Lineage } from './oracle.ts';
import { DISK, type Process, type ProcessWorld, startProcess } from './process.ts';
import type { Event, Story } from './story.ts';
import { makeTime } from './time.ts';

export type Result = { readonly broken: readonly string[]; readonly trace: string };

const START = Date.parse('2026-03-01T00:00:00Z');

/** After the story everything heals, and the agent has this long to bring home what it holds. */
const AFTERMATH = 30 * HOUR;

type Waiting = { readonly report: Report; readonly lineage: Lineage | undefined };

/** Tells a story to a simulated agent and holds what comes of it against three truths. */
export const simulate = async (story: Story): Promise<Result> => {
  const dice = makeDice(story.seed ^ 0x5eed);
  const time = makeTime(START, dice);
  const hash = createHash('sha256');
  const broken: string[] = [];
  const trace = (line: string): void => void hash.update(`${time.trueNow()} ${line}\n`);
  const cloud = makeCloud(time.awsNow, dice);
  const newFolder = (): string => mkdtempSync(join(DISK, 'tollgate-sim-'));
  const newLineage = (): Lineage => ({ acknowledged: new Map(), resources: new Set() });

  let disk: 'full' | 'flaky' | 'fine' = 'fine';
  let folder = newFolder();
  let pods = 1;
  let launchedAt = time.awsNow();
  let resource = 'task/1';
  let lineage = newLineage();
  const lineages = [lineage];
  let agent: Process | undefined;
  let upAt: number | undefined;
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
    agent = await startProcess(world, folder, resource, launchedAt);
  };

  const goDown = (length: number): void => {
    agent = undefined;
    upAt = time.trueNow() + length;
  };

  /** Notices a death that came in the middle of something. */
  const bury = (down: number): void => {
    if (agent?.isDead() === true) goDown(down);
  };

  const post = async (id: string): Promise<void> => {
    const waiting = outbox.get(id);
    const current = agent;
    if (waiting === undefined || current === undefined || current.isDead()) return;
    const to = lineage;
    let receipt: Awaited<ReturnType<Process['take']>> | undefined;
    void current.take([waiting.report]).then((answer) => {
      receipt = answer;
    });
    await time.settle();
    if (receipt === undefined || receipt.kind === 'unavailable') return;
    if (receipt.kind === 'conflict') {
      broken.push(`${id} was called a conflict`);
      return;
    }
    if (receipt.accepted === 0 && receipt.duplicates === 0) broken.push(`${id} vanished between the counters`);
    outbox.delete(id);
    const { dimension, quantity: count } = waiting.report;
    // A producer's repetition is acknowledged as well, but it is the same usage.
    to.acknowledged.set(id, { dimension, count });
  };

  const resend = async (): Promise<void> => {
    for (const id of [...outbox.keys()]) await post(id);
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
        const wall = time.clock.wall();
        const known = outbox.get(event.id)?.report;
        const first = known ?? {
          dimension: event.dimension,
          quantity: quantity.read(event.quantity),
          at: wall - (event.ago ?? 0),
          dated: false,
          id: event.id,
          ...(event.team === undefined ? {} : { tags: { team: event.team } }),
        };
        outbox.set(event.id, { report: first, lineage });
        await Promise.all(Array.from({ length: event.times }, () => post(event.id)));
        return;
      }
      case 'weather':
        cloud.setWeather(event.weather);
        return;
      case 'crash':
        if (agent === undefined) return;
        agent.arm(event.point, event.effects);
        await resend();
        await time.advanceTo(time.trueNow() + MINUTE);
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
        pods += 1;
        resource = `task/${pods}`;
        if (!event.keepsVolume) {
          rmSync(folder, { recursive: true, force: true });
          folder = newFolder();
          lineage = newLineage();
          lineages.push(lineage);
        }
        goDown(event.down);
        launchedAt = time.awsNow() + event.down;
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
  await advanceTo(Math.max(time.trueNow(), story.hours * HOUR) + AFTERMATH);
  if (agent === undefined) await boot();
  await resend();
  broken.push(
    ...cloud.broken,
    ...checkEnd({ agent: agent as Process, lineages, live: lineage, cloud, unacknowledged: outbox.size }),
  );
  trace(`calls ${cloud.calls()}`);
  (agent as Process).kill();
  rmSync(folder, { recursive: true, force: true });
  return { broken, trace: hash.digest('hex') };
};
