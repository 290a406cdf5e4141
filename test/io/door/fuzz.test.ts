import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rawConnection } from '../../support/rawHttp.ts';
import { post, REPORT, startDoor } from '../../support/startDoor.ts';

const at = fc.integer({ min: 0, max: 999 });
/** Another letter in place of a byte: still HTTP, mostly. */
const letter = fc.record({
  at,
  cut: fc.constant(1),
  put: fc.constantFrom(...'aZ09"{}:,.-').map((text) => Buffer.from(text)),
});
const anything = fc.record({ at, cut: fc.nat(3), put: fc.uint8Array({ maxLength: 3 }) });

/** One or two good requests with bytes put in, taken out or changed anywhere. */
const damaged = fc
  .record({
    twice: fc.boolean(),
    chunked: fc.boolean(),
    changes: fc.array(fc.oneof({ weight: 3, arbitrary: letter }, anything), { maxLength: 3 }),
  })
  .map(({ twice, chunked, changes }) => {
    const size = REPORT.length.toString(16);
    const one = chunked
      ? Buffer.from(
          `POST /v1/usage HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${size}\r\n${REPORT}\r\n0\r\n\r\n`,
        )
      : post(REPORT);
    const whole = twice ? Buffer.concat([one, one]) : one;
    return changes.reduce<Buffer>((bytes, { at: place, cut, put }) => {
      const start = Math.floor((place / 1_000) * bytes.length);
      return Buffer.concat([bytes.subarray(0, start), put, bytes.subarray(start + cut)]);
    }, whole);
  });

test('whatever arrives, exactly what was answered 202 has been handed over, and the door lives on', async () => {
  await using world = await startDoor({ connections: 1_000 });
  const requests = fc.sample(damaged, 400);
  const answers = await Promise.all(
    requests.map(async (bytes) => {
      const connection = await rawConnection(world.port);
      connection.write(bytes);
      connection.socket.end();
      return (await connection.closed()).rest;
    }),
  );
  const statuses = answers.flatMap((text) => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status));
  expect(statuses.filter((status) => status === '202')).toHaveLength(world.counted());
  expect(world.counted()).toBeGreaterThan(0);
  expect(new Set(statuses).size).toBeGreaterThan(2);
  expect(statuses).not.toContain('500');
  expect((await fetch(`${world.url}/v1/status`)).status).toBe(200);
});
