import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { billOf } from '../../../src/emulator/rules/bill.ts';
import { at, callerIn, POD, seconds, stage, TASK } from './stage.ts';

const START = seconds('2026-03-01T09:00:00Z');
const NOW = '2026-03-01T13:00:00Z';

const attempts = fc.array(
  fc.record({
    second: fc.integer({ min: 0, max: 4 * 3600 - 1 }),
    quantity: fc.integer({ min: 0, max: 3 }),
    pod: fc.boolean(),
    dimension: fc.constantFrom('requests', 'users'),
  }),
  { maxLength: 60 },
);

test('whatever is sent in whatever order, each hour keeps what came first, and the bill is the sum of that', () => {
  fc.assert(
    fc.property(attempts, (sent) => {
      const { meter, state, world } = stage();
      const first = new Map<string, number>();
      for (const { second, quantity, pod, dimension } of sent) {
        const key = `${Math.floor(second / 3600)} ${pod} ${dimension}`;
        const kept = first.get(key);
        const { error } = meter(
          { Timestamp: START + second, UsageQuantity: quantity, UsageDimension: dimension },
          NOW,
          callerIn(pod ? POD : TASK),
        );
        expect(error).toBe(kept === undefined || kept === quantity ? undefined : 'DuplicateRequestException');
        if (kept === undefined) first.set(key, quantity);
      }
      const { usage } = billOf(world, state, at(NOW));
      const billed = usage.reduce((total, { quantity }) => total + Number(quantity), 0);
      expect(billed).toBe([...first.values()].reduce((total, one) => total + one, 0));
      expect(usage.reduce((total, { records }) => total + records, 0)).toBe(first.size);
    }),
  );
});
