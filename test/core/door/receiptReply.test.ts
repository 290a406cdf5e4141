import { expect, test } from '@jest/globals';
import { receiptReply } from '../../../src/agent/core/door/receiptReply.ts';

test('what counts is told in numbers alone', () => {
  const reply = receiptReply({ kind: 'accepted', accepted: 3, duplicates: 2, late: 1, untagged: 0 }, true);
  expect(reply).toEqual({
    status: 202,
    type: 'application/json',
    body: '{"accepted":3,"duplicates":2,"late":1,"untagged":0}',
  });
});

test('what is accepted and counts nothing is told with its reason', () => {
  const uncounted = (['first', 'held'] as const).map((why, index) => ({ index, why }));
  const reply = receiptReply({ kind: 'accepted', accepted: 2, duplicates: 0, late: 0, untagged: 0, uncounted }, true);
  expect(JSON.parse(reply.body)).toEqual({
    accepted: 2,
    duplicates: 0,
    late: 0,
    untagged: 0,
    uncounted: [
      { index: 0, why: 'first', reason: expect.stringContaining('first reading') },
      { index: 1, why: 'held', reason: expect.stringContaining('ledger release') },
    ],
  });
});

test('an id taken before with other content: 409 alone, within a batch 422 that names each', () => {
  const single = receiptReply({ kind: 'conflict', indices: [0] }, false);
  expect([single.status, JSON.parse(single.body)]).toMatchObject([
    409,
    { status: 409, errors: [{ index: 0, field: 'id' }] },
  ]);
  const batch = receiptReply({ kind: 'conflict', indices: [1, 4] }, true);
  const reason = expect.stringMatching(/^id_conflict: /);
  expect([batch.status, JSON.parse(batch.body)]).toMatchObject([
    422,
    {
      errors: [
        { index: 1, field: 'id', reason },
        { index: 4, field: 'id', reason },
      ],
    },
  ]);
});

test('an Idempotency-Key taken before with another body: 409, also for a batch', () => {
  expect(receiptReply({ kind: 'conflict', indices: [] }, true)).toMatchObject({ status: 409 });
});

test('a ledger that takes nothing: 503, and when to come again in whole seconds', () => {
  const reply = receiptReply({ kind: 'unavailable', reason: 'the disk is full', retryAfter: 4.2 }, false);
  expect(reply).toMatchObject({ status: 503, headers: { 'Retry-After': '5' } });
  expect(reply.body).toContain('the disk is full');
  expect(receiptReply({ kind: 'unavailable', reason: '', retryAfter: 0 }, false).headers).toEqual({
    'Retry-After': '1',
  });
});
