import { expect } from '@jest/globals';
import type { Reply } from '../../support/scriptedAws.ts';
import { bodiesByRecord } from '../support/books.ts';
import type { Situation } from './cells.ts';
import { reckon } from './judge.ts';
import type { Row } from './rows.ts';
import { HOUR, hourText, MINUTE, makeWorld, type Place, type Surroundings } from './world.ts';

/** Something on the way to AWS, or to the credentials, that goes wrong and is mended. */
export type Trouble = {
  readonly name: string;
  readonly means: 'asItWas' | 'doubt';
  /** What status and log say while it lasts. */
  readonly says: RegExp;
  /** Whether requests get through to AWS all the same. */
  readonly reaches: boolean;
  /** What AWS does with a request while it lasts; it loses the answer when nothing is said. */
  readonly reply?: () => Reply;
  readonly place: (place: Place) => Surroundings | Promise<Surroundings>;
  readonly begin: (place: Pick<Place, 'aws'>) => void;
  readonly mend: (place: Pick<Place, 'aws'>) => void;
};

/** What stands in the environment and must stand nowhere else. */
const SECRET = /scripted-secret|scripted-session|pass-word/;

/**
 * A first attempt and one after doubt in the midst of trouble, then mended within the same life: what is said while it lasts,
 * what went over the wire, and the bill.
 */
export const playTrouble = async (trouble: Trouble): Promise<void> => {
  const { name, means, says, reaches } = trouble;
  const row: Row = { name, reply: trouble.reply ?? { do: 'reset' }, means, says };
  const cells = (['first', 'stored', 'unstored'] as const).map((situation: Situation, index) => ({
    row,
    situation,
    dimension: `cell_${index}`,
    quantity: 7 + index,
  }));
  await using world = await makeWorld(cells, trouble.place);
  const { aws, hour, service } = world;
  await world.seed(
    cells,
    cells.filter(({ situation }) => situation === 'first'),
  );

  world.moveTo((hour + 1) * HOUR + 20 * MINUTE);
  world.turn(cells, 'now');
  const from = aws.requests.length;
  trouble.begin({ aws });
  await using program = await world.begin();
  const status = await program.until('the first attempt is written down', async () => {
    const look = await service.status();
    const first = look.hours.find(({ dimension }) => dimension === 'cell_0');
    return first?.state === 'waiting' && says.test(first.lastAnswer ?? '') && look;
  });
  await program.until('the log says it', () => says.test(program.stderr()));
  expect(JSON.stringify(status)).not.toMatch(SECRET);
  for (const { dimension, situation } of cells) {
    const seen = status.hours.find((record) => record.dimension === dimension && record.hour === hourText(hour));
    const doubt = situation !== 'first' || means === 'doubt';
    expect({ name, dimension, doubt: seen?.doubt }).toEqual({ name, dimension, doubt });
  }
  const arrived = cells.flatMap((cell) => world.callsOf(cell, from));
  expect({ name, arrived: arrived.length > 0 }).toEqual({ name, arrived: reaches });

  trouble.mend({ aws });
  world.turn(cells, 'well');
  program.child.kill('SIGTERM');
  expect({ code: (await program.ended).code, log: program.stderr() }).toEqual({ code: 0, log: expect.anything() });
  expect(program.stderr()).not.toMatch(SECRET);
  await reckon(world, cells);
  for (const [record, bodies] of bodiesByRecord(aws.calls('MeterUsage')))
    expect({ record, bodies: bodies.size }).toEqual({ record, bodies: 1 });
};
