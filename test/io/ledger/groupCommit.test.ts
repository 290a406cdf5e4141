import { expect, test } from '@jest/globals';
import type { Arrived } from '../../../src/agent/io/ledger/append.ts';
import { makeGroupCommit } from '../../../src/agent/io/ledger/groupCommit.ts';
import { NOW, reportOf } from '../../support/ledgerOnDisk.ts';

const accepted = ({ batch: { reports } }: Arrived) =>
  ({ kind: 'accepted', accepted: reports.length, duplicates: 0, late: 0, untagged: 0 }) as const;

test('what comes in one turn is written in parts of some thousand reports; a request is whole, and each has its own answer', async () => {
  const sizes: number[] = [];
  const turns: (() => void)[] = [];
  const append = makeGroupCommit({ afterTurn: (task) => void turns.push(task) }, (group) => {
    sizes.push(group.reduce((sum, { batch }) => sum + batch.reports.length, 0));
    if (sizes.length === 2) throw new Error('this part only');
    return group.map(accepted);
  });
  const answers = [1_500, 2_500, 1, 9_000, 10, 20].map((count) =>
    append({ reports: Array.from({ length: count }, () => reportOf(1)), arrival: NOW }, (hour) => ({
      hour,
      late: false,
    })),
  );
  expect(turns).toHaveLength(1);
  turns[0]?.();
  expect(sizes).toEqual([4_000, 1, 9_000, 30]);
  expect(await Promise.all(answers)).toMatchObject([
    { accepted: 1_500 },
    { accepted: 2_500 },
    { kind: 'unavailable', reason: 'this part only' },
    { accepted: 9_000 },
    { accepted: 10 },
    { accepted: 20 },
  ]);
});
