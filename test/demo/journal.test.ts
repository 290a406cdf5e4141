import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type Entry, read, unacknowledged, write } from '../../src/demo/journal.ts';

const report = (id: string) => ({ id, dimension: 'requests', quantity: '1', timestamp: '2026-03-01T10:00:00Z' });

test('after a crash the app finds the reports that nobody acknowledged', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-journal-'));
  const file = join(folder, 'app.jsonl');
  expect(read(file)).toEqual([]);
  const entries: readonly Entry[] = [
    { kind: 'started', pid: 7 },
    { kind: 'report', ...report('a') },
    { kind: 'acknowledged', id: 'a', late: false, at: 1 },
    { kind: 'report', ...report('b') },
    { kind: 'repeated', id: 'b' },
  ];
  for (const entry of entries) write(file, entry);
  expect(read(file)).toEqual(entries);
  expect(unacknowledged(read(file))).toEqual([report('b')]);
  rmSync(folder, { recursive: true });
});
