import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { configured, startEmulator } from '../support/emulated.ts';
import { no, startScriptedAws, type WireRequest } from '../support/scriptedAws.ts';
import { startWrapped } from '../support/wrapped.ts';
import { makeBooks, sent } from './support/books.ts';
import { makeService } from './support/service.ts';

const DIST = process.env['TOLLGATE_DIST'] ?? '';
const USAGE = '4w1vgsrkqdkypbz43g7qkk4uz';

const ledger = (folder: string, ...words: readonly string[]) =>
  spawnSync(process.execPath, [join(DIST, 'tollgate.mjs'), 'ledger', ...words, '--ledger', folder], {
    encoding: 'utf8',
  }).stdout;

type TaggedRecord = {
  readonly quantity: string;
  readonly allocations: readonly {
    readonly quantity: string;
    readonly tags: readonly { readonly key: string; readonly value: string }[];
  }[];
};

test.concurrent('from the command to the bill: what was reported by tag set is billed by tag set', async () => {
  const aws = await startEmulator();
  try {
    const { file, folder } = configured(
      `{ code: ${USAGE}, pricing: usage }`,
      'dimensions: { requests: { meter: sum }, data_gb: { meter: sum, decimals: 2, per: 3 } }',
    );
    const report = `"${process.execPath}" "${join(DIST, 'tollgate.mjs')}" report`;
    const product = [
      `${report} requests 5 --tag team=blue --tag env=prod`,
      `${report} requests 7 --tag env=prod --tag=team=blue`,
      `${report} requests 2 --tag __proto__=x --tag constructor=y`,
      `${report} requests 3 --tag team=não`,
      `${report} data_gb 1 --tag team=blue`,
      `${report} data_gb 1`,
    ].join(' && ');
    const wrapped = startWrapped(DIST, ['exec', '--config', file, '--', 'sh', '-c', product], {
      before: aws.task('tagged', USAGE),
    });
    expect((await wrapped.ended).code).toBe(0);
    expect(wrapped.stdout().trim().split('\n')).toEqual([
      'requests 5: accepted',
      'requests 7: accepted',
      'requests 2: accepted',
      'requests 3: accepted; without its tags',
      'data_gb 1: accepted',
      'data_gb 1: accepted',
    ]);
    expect(aws.bill(USAGE)).toEqual({ requests: '17', data_gb: '0.66' });
    const { records } = JSON.parse(aws.ask('records', '--json')) as {
      records: readonly (TaggedRecord & { dimension: string })[];
    };
    const billed = records.flatMap(({ dimension, allocations }) =>
      allocations.map(
        ({ quantity, tags }) => `${dimension} ${tags.map(({ key, value }) => `${key}=${value}`).join()}: ${quantity}`,
      ),
    );
    expect(billed.toSorted()).toEqual([
      'data_gb : 0.33',
      'data_gb team=blue: 0.33',
      'requests : 3',
      'requests __proto__=x,constructor=y: 2',
      'requests env=prod,team=blue: 12',
    ]);
    expect(ledger(join(folder, 'ledger'), 'check')).toContain('ok');
    const line = ledger(join(folder, 'ledger'), 'export', '--format', 'jsonl')
      .split('\n')
      .find((text) => text.includes('"requests"') && text.includes('"record"'));
    expect(line).toContain('{"quantity":"2","tags":{"__proto__":"x","constructor":"y"}}');
    const csv = ledger(join(folder, 'ledger'), 'export');
    expect(csv).toContain('"[{""quantity"":""3"",""tags"":{}},{""quantity"":""2"",""tags"":{""__proto__"":""x""');
  } finally {
    aws.stop();
  }
});

const terms = { shutdown: { grace: '6s', drain: '4s' } };
const tagged = (request: WireRequest): boolean => 'UsageAllocations' in sent(request);

test.concurrent('InvalidTagException once: the hour goes again without tags, and is billed once', async () => {
  await using aws = await startScriptedAws();
  const books = makeBooks();
  aws.script('MeterUsage', (request) => (tagged(request) ? no('InvalidTagException') : books.store(request)));
  using service = await makeService(aws, terms);
  await using program = await service.run();
  await service.granted(program);
  const usage = { dimension: 'requests', quantity: 8, tags: { team: 'blue' } };
  expect(await (await service.report(usage)).json()).toMatchObject({ accepted: 1, untagged: 0 });
  await service.report({ dimension: 'users', quantity: 1 });
  program.child.kill('SIGTERM');
  expect((await program.ended).code).toBe(0);
  expect([books.total('requests'), books.total('users')]).toEqual([8, 1]);
  const [first, second, ...more] = aws
    .calls('MeterUsage')
    .map((request) => JSON.parse(request.body))
    .filter(({ UsageDimension }) => UsageDimension === 'requests');
  expect(more).toEqual([]);
  expect(first.UsageAllocations).toEqual([{ AllocatedUsageQuantity: 8, Tags: [{ Key: 'team', Value: 'blue' }] }]);
  expect(second).toEqual({ ...first, UsageAllocations: undefined, ClientToken: second.ClientToken });
  expect(second.ClientToken).not.toBe(first.ClientToken);
  expect(ledger(service.stage.ledger, 'check')).toContain('ok');
});

test.concurrent('InvalidTagException always: two bodies and no third, and the restart delivers the second', async () => {
  await using aws = await startScriptedAws();
  const books = makeBooks();
  aws.script('MeterUsage', no('InvalidUsageAllocationsException'));
  using service = await makeService(aws, terms);
  await using first = await service.run();
  await service.granted(first);
  await service.report({ dimension: 'requests', quantity: 8, tags: { team: 'blue' } });
  first.child.kill('SIGTERM');
  expect((await first.ended).code).toBe(75);
  const bodies = (): ReadonlySet<string> => new Set(aws.calls('MeterUsage').map(({ body }) => body));
  expect(bodies().size).toBe(2);
  expect(aws.calls('MeterUsage').filter(tagged)).toHaveLength(1);

  aws.script('MeterUsage', books.store);
  await using second = await service.run();
  await service.granted(second);
  second.child.kill('SIGTERM');
  expect((await second.ended).code).toBe(0);
  expect(bodies().size).toBe(2);
  expect(books.total('requests')).toBe(8);
  expect(ledger(service.stage.ledger, 'check')).toContain('ok');
});
