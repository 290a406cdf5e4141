import { expect, test } from '@jest/globals';
import { startScriptedAws } from '../support/scriptedAws.ts';
import { startWorld, sumOf } from '../support/tollWorld.ts';
import { ask, makeService } from '../wire/support/service.ts';
import { exported } from './support/exported.ts';

const MINUTE = 60_000;

test('O05 epoch numbers are refused in words, every one of a batch is named, and nothing counts', async () => {
  await using aws = await startScriptedAws();
  using service = await makeService(aws);
  await using program = await service.run();
  await service.granted(program);
  const post = (body: unknown): Promise<Response> =>
    ask(`${service.door}/v1/usage`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const report = (timestamp?: unknown) => ({ dimension: 'requests', quantity: 1, timestamp });
  const reason = 'must be a time by RFC 3339, such as "2026-03-01T10:15:00Z"; epoch numbers are not taken';
  const epochs = [1_767_225_600, 1_767_225_600_000, '1767225600000'];
  for (const timestamp of epochs) {
    const answer = await post(report(timestamp));
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ errors: [{ index: 0, field: 'timestamp', reason }] });
  }
  const mixed = await post([report(), ...epochs.map(report), report(new Date().toISOString())]);
  expect(mixed.status).toBe(422);
  expect(await mixed.json()).toMatchObject({
    errors: [1, 2, 3].map((index) => ({ index, field: 'timestamp', reason })),
  });
  expect(await exported(service)).toEqual([]);

  // A minute's room on either side of the five: nothing here takes so long.
  const ahead = (minutes: number) => post(report(new Date(Date.now() + minutes * MINUTE).toISOString()));
  expect((await ahead(4)).status).toBe(202);
  const tooFar = await ahead(6);
  expect(tooFar.status).toBe(422);
  expect(await tooFar.json()).toMatchObject({
    errors: [{ index: 0, reason: expect.stringMatching(/^is more than five minutes ahead of now, \d{4}-/) }],
  });

  // From before this task's first hour: it counts in the open hour, and is told late.
  const late = await post(report(new Date(Date.now() - 60 * MINUTE).toISOString()));
  expect(late.status).toBe(202);
  expect(await late.json()).toMatchObject({ accepted: 1, late: 1 });
  expect(await (await ask(`${service.health}/metrics`)).text()).toContain(
    'tollgate_reports_total{dimension="requests",result="late"} 1',
  );
});

test('O05 a time in a frozen hour counts in the open one, and is late', async () => {
  const world = await startWorld({ now: '2026-03-01T10:10:00Z', dimensions: [sumOf('requests')] });
  await world.report('requests', 1);
  await world.advanceTo('11:20');
  const at = Date.parse('2026-03-01T10:30:00Z');
  expect(await world.report('requests', 5, { at, dated: true })).toMatchObject({ accepted: 1, late: 1 });
  await world.advanceTo('12:20');
  expect(world.line('requests', 10)).toMatchObject({ quantity: '1', state: 'receipted' });
  expect(world.line('requests', 11)).toMatchObject({ quantity: '5', state: 'receipted' });
});
