import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { TollgateError } from '../../../src/agent/core/errors.ts';
import { formatLine, isWritten } from '../../../src/agent/io/log/line.ts';

const AT = Date.parse('2026-03-01T10:00:00.123Z');
const entry = (event: string, fields: Readonly<Record<string, unknown>> = {}) =>
  ({ at: AT, level: 'warn', event, fields }) as const;

test('JSON: one object a line, time, level and event first and not to be overwritten', () => {
  const line = formatLine(
    entry('sender', { event: 'x', dimension: 'requests', quantity: 12n, left: undefined }),
    'json',
  );
  expect(line).toBe(
    '{"time":"2026-03-01T10:00:00.123Z","level":"warn","event":"sender","dimension":"requests","quantity":"12"}\n',
  );
});

test('text: for eyes, values quoted where they need it', () => {
  const line = formatLine(
    entry('sender', { dimension: 'requests', reason: 'AWS said "no"\nand more', tries: 3 }),
    'text',
  );
  expect(line).toBe(
    '2026-03-01T10:00:00.123Z WARN  sender dimension=requests reason="AWS said \\"no\\"\\nand more" tries=3\n',
  );
});

test('an error is told with its cause; a stack only where nobody knows better', () => {
  const known = new TollgateError('x', 'no role', { exitCode: 76, cause: new Error('ECONNREFUSED') });
  const said = JSON.parse(formatLine(entry('gate', { error: known }), 'json'));
  expect(said.error).toMatchObject({ code: 'x', message: 'no role', cause: { message: 'ECONNREFUSED' } });
  expect(said.error.stack).toBeUndefined();
  expect(said.error.cause.stack).toContain('line.test.ts');
});

test('secrets are cut out of any depth, by name and by look', () => {
  const fields = { credentials: { a: 1 }, deep: { list: [{ sessionToken: 'abc', url: 'http://u:pw@h/' }] } };
  const line = formatLine(entry('x', fields), 'json');
  expect(JSON.parse(line)).toMatchObject({
    credentials: '[cut]',
    deep: { list: [{ sessionToken: '[cut]', url: 'http://[cut]@h/' }] },
  });
});

test('whatever is logged makes exactly one line of bounded length, and nothing throws', () => {
  fc.assert(
    fc.property(fc.string(), fc.dictionary(fc.string(), fc.anything()), (event, fields) => {
      for (const format of ['json', 'text'] as const) {
        const line = formatLine(entry(event, fields), format);
        expect(line.endsWith('\n')).toBe(true);
        expect(line.slice(0, -1)).not.toMatch(/[\n\r]/);
      }
    }),
  );
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  expect(
    formatLine(entry('x', { circle, long: 'y'.repeat(1e6), many: Array(1e5).fill(1) }), 'json').length,
  ).toBeLessThan(12_000);
});

test('levels', () => {
  expect(isWritten('error', 'error')).toBe(true);
  expect(isWritten('warn', 'error')).toBe(false);
  expect(isWritten('info', 'debug')).toBe(true);
  expect(isWritten('debug', 'info')).toBe(false);
});
