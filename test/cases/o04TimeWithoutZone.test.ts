import { expect, test } from '@jest/globals';
import { startScriptedAws } from '../support/scriptedAws.ts';
import { makeService } from '../wire/support/service.ts';
import { exported } from './support/exported.ts';

/** This very moment as a clock in India writes it. */
const inIndia = (instant: number): string => new Date(instant + 5.5 * 3_600_000).toISOString().replace('Z', '+05:30');

const withoutZone = (instant: number): string => new Date(instant).toISOString().replace('Z', '');

/** Everything that an agent with this TZ answers, and what is in its ledger afterwards. */
const answersWith = async (zone: Readonly<Record<string, string>>, now: number) => {
  await using aws = await startScriptedAws();
  using service = await makeService(aws);
  await using program = await service.run({ env: { ...service.stage.env, ...zone } });
  await service.granted(program);
  const report = async (timestamp: string) => {
    const answer = await service.report([
      { dimension: 'requests', quantity: 1, timestamp: new Date(now).toISOString() },
      { dimension: 'requests', quantity: 2, timestamp },
    ]);
    const { accepted, late, errors } = (await answer.json()) as Readonly<Record<string, unknown>>;
    return { status: answer.status, type: answer.headers.get('content-type'), accepted, late, errors };
  };
  const naive = [await report('2026-01-01T00:30:00'), await report(withoutZone(now))];
  const zoned = await report(inIndia(now));
  const lines = (await exported(service)).map(({ kind, hour, counted }) => ({ kind, hour, counted }));
  return { naive, zoned, lines };
};

test('O04 a time needs its zone, and the zone of the machine changes nothing', async () => {
  const now = Date.now();
  const [here, there] = await Promise.all([answersWith({}, now), answersWith({ TZ: 'America/St_Johns' }, now)]);
  expect(here.naive).toEqual(
    Array.from({ length: 2 }, () => ({
      status: 422,
      type: 'application/problem+json',
      errors: [
        {
          index: 1,
          field: 'timestamp',
          reason: 'needs a zone: Z or an offset such as +05:30, as in "2026-03-01T10:15:00Z"',
        },
      ],
    })),
  );
  expect(here.zoned).toMatchObject({ status: 202, accepted: 2 });
  const hour = `${new Date(now).toISOString().slice(0, 13)}Z`;
  // Started over an hour's edge the first hour is the next one: then both are late in it.
  if (here.zoned.late === 0) expect(here.lines).toEqual([{ kind: 'open', hour, counted: '3' }]);
  expect(there).toEqual(here);
});
