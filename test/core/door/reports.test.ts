import { expect, test } from '@jest/globals';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { type ReportRules, reportsOf } from '../../../src/agent/core/door/reports.ts';
import { HOUR, MINUTE } from '../../../src/agent/core/time/hour.ts';
import * as quantity from '../../../src/agent/core/usage/quantity.ts';
import type { Report } from '../../../src/agent/core/usage/report.ts';
import { NOW, RULES } from './rules.ts';

const read = (body: unknown) => reportsOf(typeof body === 'string' ? body : JSON.stringify(body), RULES);

const reportsIn = (body: unknown): readonly Report[] => {
  const reading = read(body);
  if (!reading.ok) throw new Error(JSON.stringify(reading));
  return reading.reports;
};

/** `index field: reason` of every problem. */
const problemsIn = (body: unknown): readonly string[] => {
  const reading = read(body);
  if (reading.ok) throw new Error('was taken');
  expect(reading.status).toBe(422);
  return reading.problems.map(({ index, field, reason }) => `${index} ${field}: ${reason}`);
};

const GOOD = { dimension: 'requests', quantity: 1 };

test('a report with everything in it', () => {
  const at = '2026-03-01T10:15:00+00:00';
  expect(reportsIn({ ...GOOD, quantity: '2.50', timestamp: at, id: 'a-1', tags: { team: 'x' } })).toEqual([
    {
      dimension: 'requests',
      quantity: quantity.read('2.5'),
      at: Date.UTC(2026, 2, 1, 10, 15),
      dated: true,
      id: 'a-1',
      tags: { team: 'x' },
    },
  ]);
});

test('a report without a time is of now, and does not say so itself', () => {
  expect(reportsIn(GOOD)).toEqual([{ dimension: 'requests', quantity: quantity.of(1), at: NOW, dated: false }]);
});

test('one report is no batch, an array is one, an empty one of nothing', () => {
  expect(read(GOOD)).toMatchObject({ ok: true, batch: false });
  expect(read([GOOD, GOOD])).toMatchObject({ ok: true, batch: true });
  expect(read([])).toEqual({ ok: true, batch: true, reports: [] });
});

test('a quantity is exact, as number and as text', () => {
  const number = (source: string): quantity.Quantity | undefined =>
    reportsIn(`{"dimension":"requests","quantity":${source}}`)[0]?.quantity;
  expect(quantity.format(number('0.1234567890123456789') as quantity.Quantity)).toBe('0.1234567890123456789');
  expect(quantity.format(number('9007199254740993') as quantity.Quantity)).toBe('9007199254740993');
  expect(quantity.format(number('1.5e3') as quantity.Quantity)).toBe('1500');
  expect(number('-0')).toEqual(quantity.ZERO);
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 50n - 1n }), fc.nat(20), (digits, scale) => {
      const text = new Decimal(digits.toString()).div(new Decimal(10).pow(0)).toFixed();
      const padded = text.padStart(scale + 1, '0');
      const written = scale === 0 ? padded : `${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
      fc.pre(padded.length - scale <= 30);
      const asText = reportsIn({ ...GOOD, quantity: written })[0]?.quantity;
      expect(asText).toEqual(number(written));
      expect(new Decimal(quantity.format(asText as quantity.Quantity)).eq(written)).toBe(true);
    }),
  );
});

test.each([
  ['-1', 'must not be negative'],
  ['"-0.5"', 'must not be negative'],
  ['1e30', 'more than 30 digits before or 20 behind'],
  ['0.123456789012345678901', 'more than 30 digits before or 20 behind'],
  ['1e-21', 'more than 30 digits before or 20 behind'],
  ['1e999999999', 'more than 30 digits before or 20 behind'],
  [`1${'0'.repeat(900_000)}`, 'more than 30 digits before or 20 behind'],
  ['"1e3"', 'plain decimal'],
  ['"+1"', 'plain decimal'],
  ['" 1"', 'plain decimal'],
  ['"1\\n"', 'plain decimal'],
  ['"01"', 'plain decimal'],
  ['".5"', 'plain decimal'],
  ['"0x10"', 'plain decimal'],
  ['"1,5"', 'plain decimal'],
  ['"NaN"', 'plain decimal'],
  ['"Infinity"', 'plain decimal'],
  ['"١"', 'plain decimal'],
  ['""', 'plain decimal'],
  ['null', 'must be a number'],
  ['true', 'must be a number'],
  ['[1]', 'must be a number'],
  ['{"source":"1"}', 'must be a number'],
])('quantity %s is refused', (source, reason) => {
  const [problem, ...more] = problemsIn(`{"dimension":"requests","quantity":${source}}`);
  expect(problem?.startsWith('0 quantity: ') && problem.includes(reason)).toBe(true);
  expect(more).toEqual([]);
});

test('NaN and numbers that JSON does not know make the body unreadable', () => {
  for (const source of ['NaN', 'Infinity', '-Infinity', '+1', '01', '.5', '1.', '0x10', 'undefined', '']) {
    expect(read(`{"dimension":"requests","quantity":${source}}`)).toMatchObject({ ok: false, status: 400 });
  }
});

test('every bad report of a batch is named, and none counts', () => {
  const bodies = [GOOD, { ...GOOD, quantity: -1 }, GOOD, { dimension: 'request', quantity: 1 }, 7, { quantity: 'x' }];
  expect(problemsIn(bodies)).toEqual([
    '1 quantity: must not be negative: a correction cannot be billed',
    '3 dimension: "request" is not configured; is it "requests"?',
    '4 report: must be an object with dimension and quantity',
    '5 dimension: is missing',
    '5 quantity: must be a plain decimal such as "12.5": no exponent, sign or space',
  ]);
  expect(read(bodies)).toMatchObject({ detail: '4 of 6 reports are refused; nothing of this request counts.' });
});

test('a mistyped member is refused with what it was meant to be: an id that is not seen counts twice', () => {
  expect(problemsIn({ ...GOOD, Id: 'a', quantitiy: 2, timestmp: 'x', source: 's', start: 't', zzzzzzzzz: 1 })).toEqual([
    '0 Id: is unknown; is it id?',
    '0 quantitiy: is unknown; is it quantity?',
    '0 timestmp: is unknown; is it timestamp?',
    '0 zzzzzzzzz: is unknown; known are dimension, quantity, timestamp, id, tags, source, start',
    '0 source: belongs to the meters counter and unique, and this one is sum',
    '0 start: belongs to the meter counter, and this one is sum',
    '0 start: must be a time by RFC 3339, such as "2026-03-01T10:15:00Z"; epoch numbers are not taken',
  ]);
});

test('an unknown dimension is told what is configured', () => {
  expect(problemsIn({ ...GOOD, dimension: 'Data_GB' })).toEqual([
    '0 dimension: "Data_GB" is not configured; is it "data_gb"?',
  ]);
  expect(problemsIn({ ...GOOD, dimension: 'something else' })).toEqual([
    '0 dimension: "something else" is not configured; configured are requests, data_gb',
  ]);
  for (const dimension of [null, 1, ['requests'], '__proto__', 'constructor', 'x'.repeat(100_000)]) {
    expect(problemsIn({ ...GOOD, dimension })).toHaveLength(1);
  }
});

test('a time more than five minutes ahead or older than ids are kept is refused', () => {
  const at = (instant: number): object => ({ ...GOOD, timestamp: new Date(instant).toISOString() });
  expect(reportsIn(at(NOW + 5 * MINUTE))).toHaveLength(1);
  expect(problemsIn(at(NOW + 5 * MINUTE + 1))[0]).toContain('ahead of now, 2026-03-01T10:30:00.000Z');
  expect(reportsIn(at(NOW - 24 * HOUR))).toHaveLength(1);
  expect(problemsIn(at(NOW - 24 * HOUR - 1))[0]).toContain('older than ids are kept (1440 minutes)');
});

test('epoch numbers are told of RFC 3339, every one of a batch', () => {
  const bodies = [1767225600, 1767225600000, '1767225600000', null].map((timestamp) => ({ ...GOOD, timestamp }));
  const problems = problemsIn([GOOD, ...bodies]);
  expect(problems.map((problem) => problem.slice(0, 12))).toEqual([
    '1 timestamp:',
    '2 timestamp:',
    '3 timestamp:',
    '4 timestamp:',
  ]);
  for (const problem of problems) expect(problem).toMatch(/RFC 3339, such as "2026-03-01T10:15:00Z"/);
});

test('an id has 1 to 256 bytes and nothing that cannot be seen', () => {
  expect(reportsIn({ ...GOOD, id: 'x'.repeat(256) })).toHaveLength(1);
  expect(reportsIn({ ...GOOD, id: 'ä'.repeat(128) })).toHaveLength(1);
  expect(reportsIn({ ...GOOD, id: '🙂 a\u00a0b' })).toHaveLength(1);
  const refused = ['', 'x'.repeat(257), `${'ä'.repeat(128)}x`, 'a\nb', 'a\u0000', 'a\u007f', 'a\u0085', 7, null];
  for (const id of refused) expect(problemsIn({ ...GOOD, id })[0]).toMatch(/^0 id: /);
  // Half a pair becomes U+FFFD in UTF-8: two different ids would be one.
  expect(problemsIn('{"dimension":"requests","quantity":1,"id":"\\ud83d"}')[0]).toContain('surrogate');
});

test('tags are texts by name; one named __proto__ is a tag', () => {
  for (const tags of [null, [], 'a', 1, { a: 1 }, { a: null }, { a: { b: 'c' } }]) {
    expect(problemsIn({ ...GOOD, tags })[0]).toMatch(/^0 tags/);
  }
  const [report] = reportsIn('{"dimension":"requests","quantity":1,"tags":{"__proto__":"x","a":"b"}}');
  expect(Object.entries(report?.tags ?? {})).toEqual([
    ['__proto__', 'x'],
    ['a', 'b'],
  ]);
  expect(problemsIn('{"dimension":"requests","quantity":1,"__proto__":{"id":"x"}}')[0]).toMatch(/^0 __proto__: /);
});

test('at most 1,000 reports', () => {
  expect(reportsIn(Array.from({ length: 1_000 }, () => GOOD))).toHaveLength(1_000);
  expect(read(Array.from({ length: 1_001 }, () => GOOD))).toMatchObject({
    status: 422,
    problems: [],
    detail: 'A request takes at most 1000 reports, this one has 1001.',
  });
});

test('a report with very many faults is told a few of them', () => {
  const body = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`member${index}`, 1]));
  expect(problemsIn(body)).toHaveLength(8);
});

test('no text throws, and what counts is complete', () => {
  const member = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('requests', '2026-03-01T10:15:00Z', 1, '2'));
  const report = fc.record(
    { dimension: member, quantity: member, timestamp: member, id: member, tags: member },
    { requiredKeys: ['dimension', 'quantity'] },
  );
  const text = fc.oneof(
    fc.json(),
    fc.string(),
    fc.oneof(report, fc.array(report)).map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(text, (body) => {
      const reading = reportsOf(body, RULES);
      if (!reading.ok) return;
      for (const { dimension, quantity: amount, at } of reading.reports) {
        expect(RULES.dimensions.has(dimension) && amount.digits >= 0n && Number.isSafeInteger(at)).toBe(true);
      }
    }),
    { numRuns: 2_000 },
  );
});

const METERS: ReportRules['dimensions'] = new Map([
  ['requests', 'sum'],
  ['growth', 'counter'],
  ['level', 'average'],
  ['seen', 'unique'],
]);

const problemsFor = (body: object): readonly string[] => {
  const reading = reportsOf(JSON.stringify(body), { ...RULES, dimensions: METERS });
  return reading.ok ? [] : reading.problems.map(({ field, reason }) => `${field} ${reason}`);
};

test('a counter needs a source and may have a start, a unique needs a source, the others have neither', () => {
  const [growth, seen] = [
    { dimension: 'growth', quantity: 5 },
    { dimension: 'seen', quantity: 1 },
  ];
  const old = '2020-01-01T00:00:00Z';
  expect(problemsFor({ ...growth, source: 'a' })).toEqual([]);
  expect(problemsFor({ ...growth, source: 'a', start: old })).toEqual([]);
  expect(problemsFor({ ...seen, source: 'a' })).toEqual([]);
  expect(problemsFor(growth)).toEqual(['source is missing: a counter must say whose counter it is']);
  expect(problemsFor({ ...growth, source: '', start: 5 })).toMatchObject([
    'source must not be empty',
    expect.stringContaining('start must be a time'),
  ]);
  expect(problemsFor({ ...growth, source: 'x'.repeat(257) })).toEqual(['source is longer than 256 bytes']);
  expect(problemsFor({ ...growth, source: 'a', start: new Date(NOW + 6 * 60_000).toISOString() })).toEqual([
    'start is after the reading itself',
  ]);
  expect(problemsFor(seen)).toEqual(['source is missing: a unique must say what was seen']);
  expect(problemsFor({ ...seen, source: 'a', start: old })).toEqual([
    'start belongs to the meter counter, and this one is unique',
  ]);
  expect(problemsFor({ ...seen, source: 'a', quantity: 2 })).toEqual([
    'quantity must be 1: a unique counts what is seen, once',
  ]);
  expect(problemsFor({ dimension: 'level', quantity: 2, source: 'a' })).toEqual([
    'source belongs to the meters counter and unique, and this one is average',
  ]);
});

test('source and start reach the report', () => {
  const body = { dimension: 'growth', quantity: 5, source: 'a', start: '2026-03-01T10:00:00Z' };
  expect(reportsOf(JSON.stringify(body), { ...RULES, dimensions: METERS })).toMatchObject({
    reports: [{ source: 'a', start: Date.parse(body.start) }],
  });
});
