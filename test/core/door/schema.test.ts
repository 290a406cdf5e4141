import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openApi } from '../../../src/agent/core/door/openApi.ts';
import { reportsOf } from '../../../src/agent/core/door/reports.ts';
import { usageSchema } from '../../../src/agent/core/door/schema.ts';
import { RULES } from './rules.ts';

/** Known names, times near now, ids and numbers within bounds: what only the rules beside the schema would refuse is left out. */
const any = fc.constantFrom(null, true, 0, -1, '', [], {}, ['a']);
const often = <T>(good: fc.Arbitrary<T>) => fc.oneof({ weight: 6, arbitrary: good }, { weight: 1, arbitrary: any });
const report = fc.record(
  {
    dimension: fc.oneof({ weight: 6, arbitrary: fc.constantFrom('requests', 'data_gb') }, fc.constantFrom(null, 1, [])),
    quantity: often(
      fc.oneof(
        fc.nat(),
        fc.constantFrom(
          0.5,
          1.25,
          '1',
          '0.25',
          '1e3',
          '+1',
          '01',
          '1.',
          ' 1',
          '-',
          'x',
          '1_000',
          '12345678901234567890',
        ),
      ),
    ),
    timestamp: often(
      fc.constantFrom(
        ...['2026-03-01T10:15:00Z', '2026-03-01t10:15:00z', '2026-03-01T15:45:00.123+05:30', '2026-03-01 10:15:00Z'],
        ...['2026-03-01T10:15:00', '2026-03-01T10:15Z', '1767225600', '2026-03-01T10:15:00.Z'],
      ),
    ),
    id: often(fc.oneof(fc.string({ maxLength: 5 }), fc.constantFrom('x'.repeat(256), 'x'.repeat(257)))),
    tags: often(fc.dictionary(fc.string({ maxLength: 3 }), often(fc.string({ maxLength: 3 })), { maxKeys: 2 })),
    [`more`]: any,
  },
  { requiredKeys: ['dimension'] },
);

const bodies = fc.oneof(report, fc.array(report, { maxLength: 3 }), any);

test('the hand-written check and the published schema say the same', () => {
  let taken = 0;
  fc.assert(
    fc.property(bodies, (body) => {
      const text = JSON.stringify(body);
      const byHand = reportsOf(text, RULES).ok;
      expect(byHand).toBe(usageSchema.safeParse(JSON.parse(text)).success);
      if (byHand) taken += 1;
    }),
    { numRuns: 3_000 },
  );
  expect(taken).toBeGreaterThan(200);
});

test('the OpenAPI document names every route and schema it refers to', () => {
  const document = openApi() as { paths: object; components: { schemas: object } };
  expect(Object.keys(document.paths)).toEqual(['/v1/usage', '/v1/entitlement', '/v1/status']);
  const referred = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
  expect(new Set(referred)).toEqual(new Set(Object.keys(document.components.schemas)));
  expect(JSON.stringify(document.components.schemas)).toContain('"additionalProperties":false');
});
