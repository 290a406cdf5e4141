import { describe, expect, test } from '@jest/globals';
import { html, no, type Script, startScriptedAws, yes } from '../support/scriptedAws.ts';
import { hourlyProduct, makeStage, RUNS } from './support/stage.ts';
import { FOREIGN, LOST } from './support/strangeAnswers.ts';
import { makeKeys, trulySigned } from './support/tokens.ts';

/** Lists of the gate's table in the design: what AWS answers, and how the wrapper ends. */
type Row = {
  readonly name: string;
  readonly answers: readonly Script[];
  /** The wrapper's exit code; 0 means that the product ran. */
  readonly exit: number;
  /** How often AWS is asked, where that is fixed. */
  readonly calls?: number;
  /** What the log must name. */
  readonly says?: RegExp;
};

const error = (name: string, exit: number, more: Partial<Row> = {}): Row => ({
  name,
  answers: [no(name)],
  exit,
  says: new RegExp(name),
  ...more,
});

const TROUBLE: readonly Row[] = [
  { name: '500', answers: [no('InternalServiceErrorException', 500)], exit: 69 },
  { name: '503', answers: [no('ServiceUnavailable', 503)], exit: 69 },
  { name: '408', answers: [no('RequestTimeoutException', 408)], exit: 69 },
  { name: 'connection reset', answers: [{ do: 'reset' }], exit: 69 },
  { name: 'half an answer', answers: [{ do: 'half' }], exit: 69 },
  { name: 'a page with 200', answers: [html()], exit: 69 },
  { name: 'a page with 403', answers: [html(403)], exit: 69 },
  {
    name: "a yes without AWS's request id",
    answers: [
      {
        do: 'answer',
        status: 200,
        type: 'application/x-amz-json-1.1',
        body: '{"MeteringRecordId":"x","Signature":"x.y.z"}',
      },
    ],
    exit: 69,
  },
  {
    name: "a no without AWS's request id",
    answers: [
      {
        do: 'answer',
        status: 400,
        type: 'application/x-amz-json-1.1',
        body: '{"__type":"CustomerNotEntitledException"}',
      },
    ],
    exit: 69,
  },
];

const SAME_FOR_ALL: readonly Row[] = [
  error('CustomerNotEntitledException', 77, { calls: 1 }),
  error('InvalidProductCodeException', 78, { calls: 1 }),
  error('ValidationException', 78, { calls: 1 }),
  error('DisabledApiException', 76),
  error('PlatformNotSupportedException', 76),
  error('AccessDeniedException', 78, { answers: [no('AccessDeniedException', 403)] }),
  error('UnauthorizedException', 78),
  error('UnrecognizedClientException', 78, { answers: [no('UnrecognizedClientException', 403)] }),
  error('OptInRequired', 78, { answers: [no('OptInRequired', 403)] }),
  ...TROUBLE,
];

const USAGE: readonly Row[] = [
  { name: '200', answers: [yes({ MeteringRecordId: 'dry' })], exit: 0, calls: 1 },
  { name: '200 without a record id', answers: [yes({})], exit: 0, calls: 1 },
  error('DryRunOperation', 0, { calls: 1, says: /granted/ }),
  error('DuplicateRequestException', 0, { calls: 1, says: /granted/ }),
  error('InvalidUsageDimensionException', 78, { calls: 1 }),
  error('InvalidEndpointRegionException', 76),
  error('ThrottlingException', 0, { says: /granted/ }),
  ...SAME_FOR_ALL,
];

const SIGNED: readonly Row[] = [
  error('InvalidRegionException', 76),
  error('ThrottlingException', 69),
  error('InvalidPublicKeyVersionException', 78, { calls: 1 }),
  ...SAME_FOR_ALL,
];

const keys = makeKeys();

/** Waits for the client's own time-out: no answer is no refusal. */
const HANG: Row = { name: 'an answer that never comes', answers: [{ do: 'hang' }], exit: 69 };

/** Runs the wrapper around a product that ends at once, with one answer of AWS. */
const outcomeOf = async (operation: string, row: Row, tree: object) => {
  await using own = await startScriptedAws();
  own.script(operation, ...row.answers);
  using stage = makeStage(own, { gate: { patience: '1s' }, ...tree });
  await using program = stage.exec();
  const { code } = await program.ended;
  return { code, ran: program.stdout().includes(RUNS), log: program.stderr(), calls: own.calls(operation).length };
};

const judge = async (operation: string, row: Row, tree: object): Promise<void> => {
  const { code, ran, log, calls } = await outcomeOf(operation, row, tree);
  expect({ code, ran, log }).toEqual({ code: row.exit, ran: row.exit === 0, log: expect.anything() });
  if (row.calls !== undefined) expect(calls).toBe(row.calls);
  if (row.says !== undefined) expect(log).toMatch(row.says);
};

describe('the gate of a usage product', () => {
  test.concurrent.each([HANG, ...USAGE])('$name: $exit', (row) => judge('DryRun', row, {}), 30_000);
});

/** The answer before was lost: nobody knows what AWS made of the question, and the gate asks again. */
const afterLost = (row: Row): Row => ({
  ...row,
  answers: [{ do: 'reset' }, ...row.answers],
  ...(row.calls === undefined ? {} : { calls: row.calls + 1 }),
});

const definite = (rows: readonly Row[]): readonly Row[] =>
  rows.filter(({ calls }) => calls !== undefined).map(afterLost);

const HOURLY = { ...hourlyProduct([{ version: 1, pem: keys.pem }]) };

describe('after an answer that was lost, the next one counts as it would have', () => {
  test.concurrent.each(definite(USAGE))('usage, $name: $exit', (row) =>
    judge('DryRun', row, { gate: { patience: '20s' } }),
  );
  test.concurrent.each(definite(SIGNED))('hourly, $name: $exit', (row) =>
    judge('RegisterUsage', row, { ...HOURLY, gate: { patience: '20s' } }),
  );
});

/** A DryRun has nothing to return: a yes of AWS is one, whatever is in it. */
const isYesToDryRun = (name: string): boolean => /^200 with(out)? an? .*record id/.test(name);

describe('what is no answer of AWS opens no gate', () => {
  const strange = [...LOST, ...FOREIGN].map(({ name, reply }) => ({ name, answers: [reply], exit: 69 }));
  test.concurrent.each(strange.filter((_, turn) => turn % 2 === 0))('hourly, $name', (row) =>
    judge('RegisterUsage', row, { ...HOURLY, gate: { patience: '0s' } }),
  );
  test.concurrent.each(strange.filter(({ name }, turn) => turn % 2 === 1 && !isYesToDryRun(name)))(
    'usage, $name',
    (row) => judge('DryRun', row, { gate: { patience: '0s' } }),
  );
});

describe.each(['hourly', 'monthly'])('the gate of a product sold %s', (pricing) => {
  const rows = pricing === 'hourly' ? SIGNED : SIGNED.slice(0, 3);
  test.concurrent.each(rows)('$name: $exit', (row) =>
    judge('RegisterUsage', row, {
      ...hourlyProduct([{ version: 1, pem: keys.pem }], pricing),
      gate: { patience: '0s' },
    }),
  );
  test.concurrent('a true signed answer: 0', async () => {
    const row = { name: '', answers: [trulySigned(keys)], exit: 0, calls: 1 };
    await judge('RegisterUsage', row, hourlyProduct([{ version: 1, pem: keys.pem }], pricing));
  });
});
