import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { VERSION } from '../../src/agent/core/version.ts';
import { makeService } from '../wire/support/service.ts';
import { startEmulatedAws } from './support/emulatedAws.ts';

const NEXT_VERSION = '9.8.7';

/** The built program as another version of itself. */
const nextVersion = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-next-'));
  cpSync(process.env['TOLLGATE_DIST'] ?? '', folder, { recursive: true });
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((one) => one.endsWith('.mjs'))) {
    const file = join(folder, name);
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(`"${VERSION}"`, `"${NEXT_VERSION}"`));
  }
  return folder;
};

const tagged = (quantity: number, team: string) => ({ dimension: 'requests', quantity, tags: { team } });

test('O48 killed as AWS accepts, back five hours later as another version: the same bytes, billed once', async () => {
  await using aws = await startEmulatedAws();
  aws.setTo('2027-03-01T10:10:00Z');
  using service = await makeService({ origin: aws.origin });
  const env = aws.environmentOf(await aws.launch('ecs'));
  await using old = await service.run({ env });
  await service.granted(old);
  expect((await service.report([tagged(3, 'blue'), tagged(4, 'red')])).status).toBe(202);
  await aws.admin('POST', 'faults', { kind: 'hang-after', operation: 'MeterUsage' });
  old.child.kill('SIGTERM');
  await old.until('AWS has accepted it', async () => (await aws.records()).length === 1);
  old.child.kill('SIGKILL');
  await old.ended;
  await aws.admin('DELETE', 'faults');

  aws.setTo('2027-03-01T15:10:00Z');
  const upgraded = { env: { ...env, HOSTNAME: 'another-host' }, dist: nextVersion() };
  await using next = await service.run(upgraded);
  await service.granted(next);
  expect(await service.status()).toMatchObject({ version: NEXT_VERSION });
  await next.until('AWS has said it again', async () => (await aws.meterings()).length === 2);
  expect((await service.report(tagged(20, 'blue'))).status).toBe(202);
  next.child.kill('SIGTERM');
  expect((await next.ended).code).toBe(0);

  const [accepted, again, after, ...more] = await aws.meterings();
  expect(more).toEqual([]);
  expect(again?.body).toBe(accepted?.body);
  expect(JSON.parse(again?.body ?? '')).toMatchObject({
    UsageQuantity: 7,
    UsageAllocations: [{ AllocatedUsageQuantity: 3 }, { AllocatedUsageQuantity: 4 }],
    ClientToken: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(after?.error).toBeNull();
  expect(await aws.records()).toMatchObject([
    { hour: '2027-03-01T10:00:00Z', quantity: '7' },
    { hour: '2027-03-01T15:00:00Z', quantity: '20' },
  ]);
});
