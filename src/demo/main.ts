import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HOUR, MINUTE, SECOND } from '../agent/core/time/hour.ts';
import { makeChildren } from './children.ts';
import { beginAt, makeFastClock } from './fastTime.ts';
import { Interruption, onInterruption } from './interruption.ts';
import { play } from './play.ts';
import { environmentOf, makeStage } from './stage.ts';
import { makeStory, screenOf } from './story.ts';

/** When the story begins, and how much faster than on the wall its time goes. */
const BEGIN = Date.parse('2026-12-03T09:30:00Z');
const RATE = 480;

/** A demo that has not come to its end by then never will. */
const LONGEST = 5 * MINUTE;

/** Real milliseconds in which the end of a process is known for what it is, and not only by a call to it that failed. */
const LATE_NEWS = 2_000;
const LOOK = 25;

const folder = mkdtempSync(join(tmpdir(), 'tollgate-demo-'));
const time = beginAt(BEGIN, RATE);
const clock = makeFastClock(time);
const story = makeStory(screenOf(process.stdout, process.env), clock.wall);
const ending = new AbortController();
const children = makeChildren(({ name }, { code, lastWords }) =>
  ending.abort(new Error(`${name} ended by itself with ${code}:\n${lastWords.join('\n')}`)),
);

onInterruption(
  (why) => ending.abort(why),
  () => process.exit(1),
);
process.on('exit', () => {
  children.killAll();
  rmSync(folder, { recursive: true, force: true });
});
const tooLong = setTimeout(
  () => ending.abort(new Error(`the demo is not at its end after ${LONGEST / MINUTE} minutes`)),
  LONGEST,
);

const stage = makeStage({
  folder,
  clock,
  story,
  children,
  env: environmentOf(process.env, folder, time),
  stop: ending.signal,
});

/** Why the demo ends when this was thrown: what made it stop, if that is known or soon will be, else what was thrown. */
const reasonOf = async (thrown: unknown): Promise<unknown> => {
  const { signal } = ending;
  for (let waited = 0; waited < LATE_NEWS && !signal.aborted; waited += LOOK) await sleep(LOOK);
  return signal.aborted ? signal.reason : thrown;
};

/** Answers the exit code: 0 when the bill is right, 1 when it is not or when the demo failed, 128 + n after a signal. */
const perform = async (): Promise<number> => {
  const began = performance.now();
  try {
    story.part(`Tollgate: the life of a paid container. One hour passes in ${HOUR / RATE / SECOND} seconds.`);
    const isRight = await play(stage);
    await children.endAll();
    story.line(`  It took ${Math.round((performance.now() - began) / SECOND)} s, and nothing is left running.`);
    story.line('');
    story.line(
      '  Next: README.md; docs/demo.md tells what you have seen, docs/emulator.md how to run your own product so.',
    );
    return isRight ? 0 : 1;
  } catch (thrown) {
    const reason = await reasonOf(thrown);
    story.line('');
    story.line(`The demo stops: ${reason instanceof Error ? reason.message : String(reason)}`);
    await children.endAll();
    story.line('Nothing is left running.');
    return reason instanceof Interruption ? reason.exitCode : 1;
  } finally {
    clearTimeout(tooLong);
  }
};

process.exitCode = await perform();
