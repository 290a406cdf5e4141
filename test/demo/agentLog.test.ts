import { expect, test } from '@jest/globals';
import { parse } from '../../src/agent/core/time/hour.ts';
import { eventOf } from '../../src/demo/agentLog.ts';

test('a verdict and a record are read from the log, everything else is passed over', () => {
  expect(eventOf('{"event":"verdict","value":"granted","reason":"why","remembered":true,"confirmed":false}')).toEqual({
    kind: 'verdict',
    value: 'granted',
    reason: 'why',
    remembered: true,
    confirmed: false,
  });
  const record = { event: 'record', hour: '2026-03-01T10Z', dimension: 'users', quantity: '7', state: 'waiting' };
  expect(eventOf(JSON.stringify({ ...record, doubt: true, answer: 'the answer was lost: x' }))).toEqual({
    kind: 'record',
    hour: parse('2026-03-01T10Z'),
    dimension: 'users',
    quantity: '7',
    state: 'waiting',
    doubt: true,
    answer: 'the answer was lost: x',
  });
  for (const line of ['', 'tollgate: no JSON', '7', 'null', '{"event":"stopping"}', '{"event":"record"}']) {
    expect(eventOf(line)).toBeUndefined();
  }
});
