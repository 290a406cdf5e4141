import { expect, test } from '@jest/globals';
import { type RawConnection, rawConnection } from '../support/rawHttp.ts';
import { startScriptedAws } from '../support/scriptedAws.ts';
import { post } from '../support/startDoor.ts';
import { makeBooks } from '../wire/support/books.ts';
import { pause } from '../wire/support/program.ts';
import { makeRandom, newSeed } from '../wire/support/random.ts';
import { makeService } from '../wire/support/service.ts';

const SECOND = 1_000;
const REPORT = post('{"dimension":"requests","quantity":1}');

/** checks/moved-clock waits for 30 and for 60 s. */
const CLIENTS = 500;
const TRIES = 2;

/** Reports on a connection that is open already; answers the status, or undefined when the connection was reset or closed. */
const reportOn = async (connection: RawConnection): Promise<number | undefined> => {
  connection.write(REPORT);
  return (await connection.answer())?.status;
};

const TERMS = { shutdown: { grace: '6s', drain: '4s' } };

test.concurrent(`O08 ${CLIENTS * TRIES} tries on connections that were idle for 4.5 to 5.5 s: none is reset`, async () => {
  await using aws = await startScriptedAws();
  const books = makeBooks();
  aws.script('MeterUsage', books.store);
  using service = await makeService(aws, { ...TERMS, door: { connections: CLIENTS } });
  await using program = await service.run();
  await service.granted(program);
  const seed = newSeed();
  const random = makeRandom(seed);
  const client = async (idles: readonly number[]): Promise<readonly (number | undefined)[]> => {
    const connection = await rawConnection(service.doorPort);
    const statuses = [await reportOn(connection)];
    for (const idle of idles) {
      await pause(idle);
      statuses.push(await reportOn(connection));
    }
    connection.end();
    return statuses;
  };
  const waits = Array.from({ length: CLIENTS }, () =>
    Array.from({ length: TRIES }, () => 4_500 + Math.floor(1_000 * random())),
  );
  const statuses = (await Promise.all(waits.map(client))).flat();
  expect({ seed, others: statuses.filter((status) => status !== 202) }).toEqual({ seed, others: [] });
  program.child.kill('SIGTERM');
  expect((await program.ended).code).toBe(0);
  expect(books.total('requests')).toBe(CLIENTS * (1 + TRIES));
});

test.concurrent('O08 from TERM on every answer says that its connection closes, and the door goes on taking reports', async () => {
  await using aws = await startScriptedAws();
  const books = makeBooks();
  aws.script('MeterUsage', books.store);
  using service = await makeService(aws, { shutdown: { grace: '24s', drain: '8s' } });
  await using program = await service.run();
  await service.granted(program);
  const kept = await Promise.all(Array.from({ length: 3 }, () => rawConnection(service.doorPort)));
  for (const connection of kept) {
    connection.write(REPORT);
    expect(await connection.answer()).toMatchObject({ status: 202, headers: { connection: 'keep-alive' } });
  }
  program.child.kill('SIGTERM');
  // The signal is on its way: the first connection asks until it is told.
  const [asking, ...others] = kept;
  let taken = kept.length;
  for (let told = false; !told; ) {
    asking?.write(REPORT);
    const answer = await asking?.answer();
    expect(answer?.status).toBe(202);
    taken += 1;
    told = answer?.headers['connection'] === 'close';
  }
  expect(await asking?.closed()).toEqual({ rest: '', reset: false });
  for (const connection of others) {
    connection.write(REPORT);
    expect(await connection.answer()).toMatchObject({ status: 202, headers: { connection: 'close' } });
    expect(await connection.closed()).toEqual({ rest: '', reset: false });
    taken += 1;
  }
  // Nobody is connected now, but whoever was may come again: longer than a door waits that nobody kept a connection to.
  await pause(2.5 * SECOND);
  const again = await rawConnection(service.doorPort);
  again.write(REPORT);
  expect(await again.answer()).toMatchObject({ status: 202, headers: { connection: 'close' } });
  taken += 1;
  expect((await program.ended).code).toBe(0);
  expect(books.total('requests')).toBe(taken);
});
