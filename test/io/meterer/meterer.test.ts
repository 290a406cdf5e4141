import { expect, test } from '@jest/globals';
import { becomeMeterer } from '../../../src/agent/io/meterer/meterer.ts';
import { SILENT } from '../../support/tollWorld.ts';

const deps = {
  clock: { wall: () => 0, monotonic: () => performance.now() },
  scheduler: { sleep: () => new Promise<void>((resolve) => setImmediate(resolve)) },
  log: SILENT,
};

const holding = (resource: string, product = 'p', wait = 0) => ({
  resource: `${resource}-${process.pid}`,
  product,
  wait,
});

test('one meterer for a resource and product; the second is told who it is', async () => {
  const first = await becomeMeterer(holding('task'), deps);
  await expect(becomeMeterer(holding('task'), deps)).rejects.toMatchObject({
    exitCode: 73,
    message: expect.stringContaining(`process ${process.pid}`),
  });
  const others = await Promise.all([becomeMeterer(holding('task', 'q'), deps), becomeMeterer(holding('other'), deps)]);
  for (const meterer of [first, ...others]) meterer.release();
});

test('one that is just stopping is waited for', async () => {
  const first = await becomeMeterer(holding('rolling'), deps);
  const second = becomeMeterer(holding('rolling', 'p', 60_000), deps);
  setImmediate(() => first.release());
  (await second).release();
});
