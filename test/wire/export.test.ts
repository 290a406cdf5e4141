import { expect, test } from '@jest/globals';
import { no, startScriptedAws, type WireRequest } from '../support/scriptedAws.ts';
import { makeBooks } from './support/books.ts';
import { makeService } from './support/service.ts';

type Row = Readonly<Record<string, string | number | boolean | null>>;

const EVIL = '-1.refused';

const parsed = ({ body }: WireRequest) =>
  JSON.parse(body) as { UsageDimension: string; UsageQuantity: number; ClientToken: string; Timestamp: number };

test('both exports join one to one on the ClientToken with what went over the wire, live and dead', async () => {
  await using aws = await startScriptedAws();
  const books = makeBooks();
  // AWS refuses one of them in words that a spreadsheet would run.
  aws.script('MeterUsage', (request) =>
    parsed(request).UsageDimension === EVIL
      ? no('InvalidUsageDimensionException', 400, '=1+1\n@x')
      : books.store(request),
  );
  using service = await makeService(aws, {
    shutdown: { grace: '3s', drain: '2s' },
    dimensions: { [EVIL]: { meter: 'sum' }, requests: { meter: 'sum' } },
  });
  await using program = await service.run();
  await service.granted(program);
  const reports = [
    { dimension: EVIL, quantity: 3 },
    { dimension: 'requests', quantity: '40' },
  ];
  expect((await service.report(reports)).status).toBe(202);

  const ask = async (...words: readonly string[]) => {
    const command = service.stage.start(['ledger', ...words]);
    return { ...(await command.ended), stdout: command.stdout() };
  };
  const open = await ask('export', '--format', 'jsonl');
  expect(
    open.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as Row)['kind']),
  ).toEqual(['open', 'open']);
  expect(await ask('check')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ok/) });
  program.child.kill('SIGTERM');
  await program.ended;

  const wire = new Map(aws.calls('MeterUsage').map((request) => [parsed(request).ClientToken, parsed(request)]));
  const rows = (await ask('export', '--format', 'jsonl')).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
  const records = rows.filter(({ kind }) => kind === 'record');
  expect(records.map((row) => row['client_token']).toSorted()).toEqual([...wire.keys()].toSorted());
  for (const row of records) {
    const sent = wire.get(String(row['client_token']));
    expect([row['dimension'], row['quantity'], Math.floor(Date.parse(String(row['timestamp'])) / 1000)]).toEqual([
      sent?.UsageDimension,
      String(sent?.UsageQuantity),
      sent?.Timestamp,
    ]);
  }
  const csv = (await ask('export')).stdout.trim().split('\r\n');
  expect(csv).toHaveLength(1 + rows.length);
  for (const token of wire.keys()) expect(csv.filter((line) => line.includes(token))).toHaveLength(1);
  for (const line of csv) expect(line).not.toMatch(/(^|[,;|]"?)\s*[=+@]/);
});
