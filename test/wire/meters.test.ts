import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { configured, startEmulator } from '../support/emulated.ts';
import { startScriptedAws } from '../support/scriptedAws.ts';
import { startWrapped } from '../support/wrapped.ts';
import { makeBooks } from './support/books.ts';
import { makeService } from './support/service.ts';

const DIST = process.env['TOLLGATE_DIST'] ?? '';
const USAGE = '4w1vgsrkqdkypbz43g7qkk4uz';
const PRODUCT = fileURLToPath(new URL('../support/programs/allMeters.mjs', import.meta.url));

test.concurrent('all six meters, from the door over the ledger to the bill', async () => {
  const world = mkdtempSync(join(tmpdir(), 'tollgate-world-'));
  writeFileSync(join(world, 'world.yaml'), `products: { ${USAGE}: { dimensions: any } }\n`);
  const aws = await startEmulator(['--world', join(world, 'world.yaml')]);
  const { file, folder } = configured(
    `{ code: ${USAGE}, pricing: usage }`,
    `dimensions:
  amounts: { meter: sum, per: 1e24, decimals: 6 }
  growth: { meter: counter, per: 2, decimals: 2 }
  highest: { meter: max, scope: pod, per: 2, rounding: up }
  level: { meter: average, scope: pod, decimals: 3 }
  newest: { meter: last, scope: product, decimals: 1 }
  seen: { meter: unique, scope: product, within: day }
`,
  );
  try {
    const wrapped = startWrapped(DIST, ['exec', '--config', file, '--', process.execPath, PRODUCT], {
      before: aws.task('meters', USAGE),
    });
    expect((await wrapped.ended).code).toBe(0);
    const said = wrapped.stdout().trim().split('\n');
    const answer = (line: number) => JSON.parse(said[line]?.slice(4) ?? '') as Readonly<Record<string, unknown>>;
    expect(said.map((line) => line.slice(0, 4))).toEqual(['202 ', '202 ', '422 ', '422 ', '202 ', 'held']);
    expect(answer(0)).toEqual({ accepted: 1, duplicates: 0, late: 0, untagged: 0 });
    expect(answer(1)).toEqual({
      accepted: 13,
      duplicates: 0,
      late: 0,
      untagged: 0,
      uncounted: [{ index: 2, why: 'first', reason: expect.stringContaining('from here on') }],
    });
    expect(answer(2)).toMatchObject({ errors: [{ field: 'quantity' }] });
    expect(answer(3)).toMatchObject({ errors: [{ field: 'source' }] });
    const { level, ...bill } = aws.bill(USAGE);
    expect(bill).toEqual({ amounts: '123456.789012', growth: '5.25', highest: '5', newest: '2.4', seen: '2' });
    // 3,600,000 held for a second are a thousand.
    expect(Number(level)).toBeGreaterThan(0);
    expect(Number(level)).toBeLessThanOrEqual(Number(said[5]?.slice(5)) + 1000);
    const check = spawnSync(
      process.execPath,
      [join(DIST, 'tollgate.mjs'), 'ledger', 'check', '--ledger', join(folder, 'ledger')],
      { encoding: 'utf8' },
    );
    expect(check.stdout).toContain('ok');
  } finally {
    aws.stop();
    rmSync(world, { recursive: true });
    rmSync(folder, { recursive: true });
  }
});

const DECIMALS = [0, 1, 2, 3, 4, 5, 6] as const;

test.concurrent('decimals 0 go out as a whole number, 1 to 6 as a decimal text, exact from the source text on', async () => {
  await using aws = await startScriptedAws();
  aws.script('MeterUsage', makeBooks().store);
  const dimensions = {
    ...Object.fromEntries(DECIMALS.map((decimals) => [`d${decimals}`, { meter: 'sum', decimals, per: '7e20' }])),
  };
  using service = await makeService(aws, { dimensions });
  await using program = await service.run();
  await service.granted(program);
  const body = DECIMALS.map((n) => `{"dimension":"d${n}","quantity":123456789012345678901234567890.123456789}`);
  const answer = await fetch(`${service.door}/v1/usage`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: `[${body.join()}]`,
  });
  expect(answer.status).toBe(202);
  program.child.kill('SIGTERM');
  expect((await program.ended).code).toBe(0);
  const sent = Object.fromEntries(
    aws.calls('MeterUsage').map((request) => {
      const { UsageDimension, UsageQuantity, UsageQuantityAsDecimal } = JSON.parse(request.body);
      return [UsageDimension, { UsageQuantity, UsageQuantityAsDecimal }];
    }),
  );
  const of = (text: string) => ({ UsageQuantity: undefined, UsageQuantityAsDecimal: text });
  // 123456789012345678901234567890 / 7e20 = 176366841.446208...
  expect(sent).toEqual({
    d0: { UsageQuantity: 176366841, UsageQuantityAsDecimal: undefined },
    d1: of('176366841.4'),
    d2: of('176366841.44'),
    d3: of('176366841.446'),
    d4: of('176366841.4462'),
    d5: of('176366841.4462'),
    d6: of('176366841.446208'),
  });
});

test.concurrent('a series with too many resets is named by answer, log and status, and freed by a command', async () => {
  await using aws = await startScriptedAws();
  const books = makeBooks();
  aws.script('MeterUsage', books.store);
  using service = await makeService(aws, { dimensions: { growth: { meter: 'counter' } } });
  await using program = await service.run();
  await service.granted(program);
  const read = async (quantity: number) =>
    (await service.report({ dimension: 'growth', quantity, source: 'pod-1' })).json() as Promise<object>;
  expect(await read(100)).toMatchObject({ accepted: 1, uncounted: [{ why: 'first' }] });
  for (let value = 6; value > 0; value -= 1) expect(await read(value)).not.toHaveProperty('uncounted');
  expect(await read(0)).toMatchObject({ uncounted: [{ why: 'brake' }] });
  expect(await read(5000)).toMatchObject({ uncounted: [{ why: 'held' }] });
  const { warnings } = (await service.status()) as unknown as { readonly warnings: readonly string[] };
  const fix = /"tollgate (ledger release (\S+) growth)"/.exec(warnings.join());
  expect(warnings.join()).toContain('the counter "pod-1" of growth is held');
  expect(program.stderr()).toContain('counter series held');
  const released = spawnSync(
    process.execPath,
    [join(DIST, 'tollgate.mjs'), ...(fix?.[1]?.split(' ') ?? []), '--ledger', service.stage.ledger],
    { encoding: 'utf8' },
  );
  expect(released.stdout).toBe('1 counter series of growth count again, each from its next reading on\n');
  expect(await read(6000)).toMatchObject({ uncounted: [{ why: 'first' }] });
  expect(await read(6004)).not.toHaveProperty('uncounted');
  program.child.kill('SIGTERM');
  expect((await program.ended).code).toBe(0);
  expect(books.total('growth')).toBe(21 + 4);
});
