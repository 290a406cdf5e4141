import { expect, test } from '@jest/globals';
import { makeService } from '../wire/support/service.ts';
import { startEmulatedAws } from './support/emulatedAws.ts';

/** A year's last hour with usage, by AWS's clock; every call of its process is throttled when `down`. */
const useLastHour = async ({ down }: { readonly down: boolean }) => {
  const aws = await startEmulatedAws();
  aws.setTo('2026-12-31T23:10:00Z');
  const service = await makeService({ origin: aws.origin }, { shutdown: { grace: '5s', drain: '3s' } });
  const env = aws.environmentOf(await aws.launch('ecs'));
  await using program = await service.run({ env });
  await service.granted(program);
  expect((await service.report({ dimension: 'requests', quantity: 9 })).status).toBe(202);
  if (down) {
    await aws.admin('POST', 'faults', { kind: 'throttle', operation: 'MeterUsage' });
    program.child.kill('SIGTERM');
    expect((await program.ended).code).toBe(75);
  } else program.child.kill('SIGKILL');
  await program.ended;
  const settledBy = async (time: string) => {
    await aws.admin('DELETE', 'faults');
    aws.setTo(time);
    await using next = await service.run({ env });
    await service.granted(next);
    await next.until('the hour is settled', async () => {
      const { hours } = await service.status();
      return hours.every(({ hour, state }) => hour !== '2026-12-31T23Z' || (state !== 'open' && state !== 'waiting'));
    });
    const { hours } = await service.status();
    next.child.kill('SIGTERM');
    expect((await next.ended).code).toBe(0);
    return { records: await aws.records(), log: next.stderr(), hours };
  };
  return {
    settledBy,
    [Symbol.asyncDispose]: async () => {
      service[Symbol.dispose]();
      await aws[Symbol.asyncDispose]();
    },
  };
};

const OF_DECEMBER = {
  hour: '2026-12-31T23:00:00Z',
  quantity: '9',
  timestamp: expect.stringMatching(/^2026-12-31T23:/),
};

test.concurrent('O07 the last hour of a month goes out within ten minutes of its end, with a Timestamp inside it', async () => {
  await using month = await useLastHour({ down: false });
  expect((await month.settledBy('2027-01-01T00:10:00Z')).records).toMatchObject([OF_DECEMBER]);
});

test.concurrent('O07 after an outage until 04:00 it is still billed in its own month', async () => {
  await using month = await useLastHour({ down: true });
  const { records, log } = await month.settledBy('2027-01-01T04:00:00Z');
  expect(records).toMatchObject([OF_DECEMBER]);
  expect(log).not.toContain('movedTo');
});

test.concurrent('O07 after an outage until 07:00 it rolls into the next month by a line that names both hours', async () => {
  await using month = await useLastHour({ down: true });
  const { records, log, hours } = await month.settledBy('2027-01-01T07:00:00Z');
  expect(hours).toMatchObject([{ hour: '2027-01-01T07Z', state: 'open', quantity: '0', moved: '9' }]);
  expect(records).toMatchObject([{ hour: '2027-01-01T07:00:00Z', quantity: '9' }]);
  const lines = log.split('\n').filter((line) => line.includes('movedTo'));
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    {
      level: 'warn',
      event: 'record',
      hour: '2026-12-31T23Z',
      movedTo: '2027-01-01T07Z',
      dimension: 'requests',
      quantity: '9',
      state: 'moved',
      record: expect.stringMatching(/^[0-9a-f]{12}$/),
      reason: expect.stringContaining('2026-12-31T23Z'),
    },
  ]);
});
