import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Judged, outcomeOf, type Policies } from '../../../src/agent/core/record/outcome.ts';
import type { Answer } from '../../../src/agent/core/sending/answer.ts';
import { meaningOf } from '../../../src/agent/core/sending/meterAnswers.ts';
import { edgeOf, HOUR, type Hour, hourOf, startOf } from '../../../src/agent/core/time/hour.ts';

const TEN = hourOf(Date.parse('2026-03-01T10:00Z'));
const CAREFUL: Policies = { onDoubt: 'quarantine', onConflict: 'move', moveAtMost: 24 * HOUR };
const judged = (more: Partial<Judged> = {}): Judged => ({
  hour: TEN,
  origin: TEN,
  doubt: false,
  conflictsBefore: 0,
  ...more,
});
const before = startOf(TEN) + 2 * HOUR;
const after = edgeOf(TEN) + 1;

type MeterAnswer = Answer<{ readonly recordId: string | undefined }>;
const refusal = (name: string, status = 400): MeterAnswer => ({
  kind: 'refusal',
  name,
  message: 'm',
  status,
  requestId: 'r',
  date: undefined,
});
const ok = (recordId: string | undefined): MeterAnswer => ({
  kind: 'ok',
  body: { recordId },
  requestId: 'r',
  date: undefined,
});
const trouble = (sent: boolean): MeterAnswer => ({ kind: 'trouble', message: 'm', sent });
const foreign: MeterAnswer = { kind: 'foreign', message: 'html', status: 502 };

const judge = (answer: MeterAnswer, more: Partial<Judged> = {}, now = before, policies = CAREFUL) =>
  outcomeOf(judged(more), meaningOf(answer), policies, now);

// The table of the design, row by row: answer, then state and doubt as a first attempt, then after doubt.
test.each<[string, MeterAnswer, [string, boolean], [string, boolean]]>([
  ['200 with a record id', ok('id'), ['receipted', false], ['receipted', false]],
  ['200 without a record id', ok(undefined), ['waiting', true], ['waiting', true]],
  ['Duplicate', refusal('DuplicateRequestException'), ['conflict', false], ['conflict', false]],
  ['nothing was sent', trouble(false), ['waiting', false], ['waiting', true]],
  ['throttled', refusal('ThrottlingException'), ['waiting', false], ['waiting', true]],
  ['wrong signature', refusal('InvalidSignatureException', 403), ['waiting', false], ['waiting', true]],
  ['skewed', refusal('RequestTimeTooSkewed', 403), ['waiting', false], ['waiting', true]],
  ['expired credentials', refusal('ExpiredTokenException', 403), ['waiting', false], ['waiting', true]],
  ['invalid tag', refusal('InvalidTagException'), ['waiting', false], ['waiting', true]],
  ['not entitled', refusal('CustomerNotEntitledException'), ['waiting', false], ['waiting', true]],
  ['access denied', refusal('AccessDeniedException', 403), ['waiting', false], ['waiting', true]],
  ['wrong dimension', refusal('InvalidUsageDimensionException'), ['waiting', false], ['waiting', true]],
  ['another 4xx', refusal('SomethingNewException'), ['waiting', false], ['waiting', true]],
  ['a name from Object.prototype', refusal('constructor'), ['waiting', false], ['waiting', true]],
  ['token clash', refusal('IdempotencyConflictException'), ['held', true], ['held', true]],
  ['out of bounds', refusal('TimestampOutOfBoundsException'), ['moved', false], ['quarantined', true]],
  ['408', refusal('RequestTimeoutException', 408), ['waiting', true], ['waiting', true]],
  ['500', refusal('InternalServiceErrorException', 500), ['waiting', true], ['waiting', true]],
  ['503 by an unknown name', refusal('SlowDown', 503), ['waiting', true], ['waiting', true]],
  ['a throttle that comes as 503', refusal('ThrottlingException', 503), ['waiting', true], ['waiting', true]],
  ['cut after the first byte', trouble(true), ['waiting', true], ['waiting', true]],
  ['not from AWS', foreign, ['waiting', true], ['waiting', true]],
])('%s', (_, answer, [state, doubt], [stateAfter, doubtAfter]) => {
  expect(judge(answer)).toMatchObject({ state, doubt });
  expect(judge(answer, { doubt: true })).toMatchObject({ state: stateAfter, doubt: doubtAfter });
});

test('at the edge: without doubt it moves, with doubt it waits for a person', () => {
  expect(judge(trouble(false), {}, after)).toMatchObject({
    state: 'moved',
    units: { to: 'move', hour: hourOf(after) },
  });
  expect(judge(trouble(false), { doubt: true }, after)).toMatchObject({ state: 'quarantined', units: { to: 'stay' } });
  expect(judge(trouble(true), {}, after)).toMatchObject({ state: 'quarantined', doubt: true });
  expect(judge(trouble(true), {}, after, { ...CAREFUL, onDoubt: 'move' })).toMatchObject({
    state: 'moved',
    doubt: true,
  });
});

test.each(['CustomerNotEntitledException', 'InvalidUsageDimensionException'])(
  '%s at the edge is never moved',
  (name) => {
    expect(judge(refusal(name), {}, after)).toMatchObject({ state: 'quarantined', doubt: false });
  },
);

test('usage older than moveAtMost waits for a person', () => {
  const origin = (TEN - 30) as Hour;
  expect(judge(trouble(false), { origin }, after)).toMatchObject({ state: 'quarantined' });
});

test('conflicts: two move, the third is held; the vendor may choose otherwise', () => {
  const duplicate = refusal('DuplicateRequestException');
  expect(judge(duplicate, { conflictsBefore: 1 }).units).toEqual({ to: 'move', hour: hourOf(before) });
  expect(judge(duplicate, { conflictsBefore: 2 }).units).toEqual({ to: 'hold' });
  expect(judge(duplicate, {}, before, { ...CAREFUL, onConflict: 'hold' }).units).toEqual({ to: 'hold' });
  expect(judge(duplicate, {}, before, { ...CAREFUL, onConflict: 'quarantine' })).toMatchObject({
    state: 'quarantined',
  });
});

test('doubt is cleared by a receipt or a duplicate alone, over any story of answers', () => {
  const answers = [
    ok('id'),
    ok(undefined),
    refusal('DuplicateRequestException'),
    refusal('ThrottlingException'),
    trouble(true),
    trouble(false),
    foreign,
    refusal('AccessDeniedException', 403),
    refusal('InternalServiceErrorException', 500),
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...answers)), (story) => {
      let doubt = false;
      for (const answer of story) {
        const next = judge(answer, { doubt });
        const clears =
          answer.kind === 'ok'
            ? answer.body.recordId !== undefined
            : answer.kind === 'refusal' && answer.name === 'DuplicateRequestException';
        if (doubt && !clears) expect(next.doubt).toBe(true);
        if (clears) expect(next.doubt).toBe(false);
        doubt = next.doubt;
      }
    }),
  );
});
