import { expect, test } from '@jest/globals';
import type { Answer } from '../../src/agent/core/sending/answer.ts';
import { HOUR, MINUTE, SECOND } from '../../src/agent/core/time/hour.ts';
import { makeTimekeeping } from '../../src/agent/services/timekeeping.ts';
import { SILENT } from '../support/tollWorld.ts';

const START = Date.parse('2026-03-01T10:00:00Z');

const ok = (date: number | undefined): Answer<unknown> => ({ kind: 'ok', body: null, requestId: 'q', date });
const no = (date: number | undefined): Answer<unknown> => ({
  kind: 'refusal',
  name: 'RequestTimeTooSkewed',
  message: 'no',
  status: 403,
  requestId: 'q',
  date,
});

/** One process: true time goes on with the monotonic clock; HEAD answers what the test says. */
const start = ({ wallAhead = 0 }: { readonly wallAhead?: number } = {}) => {
  let [passed, slept, wallOffset, heads] = [0, 0, wallAhead, 0];
  let head: (() => number | undefined) | undefined;
  const truth = (): number => START + passed + slept;
  const clock = { wall: () => truth() + wallOffset, monotonic: () => passed };
  const timekeeping = makeTimekeeping({
    clock,
    ask: async () => {
      heads += 1;
      return (head ?? truth)();
    },
    log: SILENT,
  });
  return {
    ...timekeeping,
    truth,
    heads: () => heads,
    pass: (by: number) => {
      passed += by;
    },
    suspend: (by: number) => {
      slept += by;
    },
    jumpWall: (by: number) => {
      wallOffset += by;
    },
    answerHead: (answer: typeof head) => {
      head = answer;
    },
  };
};

test('an answer without a Date changes nothing that is known', () => {
  const one = start();
  one.hear(ok(one.truth()));
  one.pass(10 * SECOND);
  one.jumpWall(50 * SECOND);
  one.hear(ok(undefined));
  one.hear(no(undefined));
  expect(one.now()).toBe(one.truth());
});

test('without any Date, a taken signature says what the wall is worth: never ahead of AWS; a refusal says nothing', () => {
  const wrong = start({ wallAhead: 3 * HOUR });
  wrong.hear(no(undefined));
  expect(wrong.now()).toBeUndefined();
  // AWS takes no signature that is further off.
  const ahead = start({ wallAhead: 5 * MINUTE });
  ahead.hear(ok(undefined));
  expect(ahead.now()).toBe(ahead.truth());
});

test('a Date that leaps voids the time, and one HEAD says who was right', async () => {
  const one = start();
  one.hear(ok(one.truth()));
  one.pass(MINUTE);
  for (const wrong of [2 * HOUR, -2 * HOUR]) {
    one.hear(ok(one.truth() + wrong));
    expect(one.now()).toBeUndefined();
    // Usage counts where it belongs meanwhile.
    expect(one.guess()).toBe(one.truth());
    expect(await one.find()).toBe(one.truth());
  }
  expect(one.heads()).toBe(2);
});

test("a first answer that was wrong by hours is overruled by AWS's next two", async () => {
  const one = start();
  one.hear(ok(one.truth() + 5 * HOUR));
  one.pass(MINUTE);
  one.hear(ok(one.truth()));
  expect(await one.find()).toBe(one.truth());
});

test('a Date that stands still is not believed: time goes on from when it was fresh', async () => {
  const one = start();
  const kept = one.truth();
  one.hear(ok(kept));
  for (let n = 0; n < 300; n += 1) {
    one.pass(30 * SECOND);
    one.hear(n % 2 === 0 ? ok(kept) : no(kept));
    expect(one.now()).toBe(one.truth());
  }
  one.suspend(HOUR);
  one.answerHead(() => kept);
  expect(await one.find()).toBeUndefined();
  one.pass(20 * SECOND);
  one.answerHead(undefined);
  expect(await one.find()).toBe(one.truth());
});

test('a machine that sleeps between a question and its answer does not take the old Date for now', async () => {
  const one = start();
  one.hear(ok(one.truth()));
  one.pass(MINUTE);
  one.now();
  const old = one.truth();
  one.suspend(2 * HOUR);
  one.hear(ok(old));
  expect(one.now()).toBeUndefined();
  one.answerHead(() => {
    const date = one.truth();
    one.suspend(HOUR);
    return date;
  });
  expect(await one.find()).toBeUndefined();
  one.answerHead(undefined);
  one.pass(20 * SECOND);
  expect(await one.find()).toBe(one.truth());
});
