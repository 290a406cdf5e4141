import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openControl } from '../../src/agent/io/ledger/books/control.ts';
import { NOW, newFolder, openIn, reportOf, TEN, take } from '../support/ledgerOnDisk.ts';
import { SILENT } from '../support/tollWorld.ts';

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** Runs the bundled `tollgate config check --ledger` with a configuration beside the ledger. */
const check = (folder: string, settings: string, more: readonly string[] = []): Promise<Ended> =>
  new Promise((resolve) => {
    writeFileSync(join(folder, 'new.yaml'), `${settings}\nplatform: local\nledger: { directory: ${folder} }\n`);
    const program = join(process.env['TOLLGATE_DIST'] ?? '', 'tollgate.mjs');
    const args = [program, 'config', 'check', '--ledger', '--config', join(folder, 'new.yaml'), ...more];
    const child = execFile(process.execPath, args, { env: {} }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });

const SAME = 'product: { code: p }\ndimensions: { requests: { meter: sum }, peak: { meter: max, scope: pod } }';
const OTHER = 'product: { code: q }\ndimensions: { requests: { meter: sum, per: 10 } }';

test('config check --ledger says the same of a live ledger as of a dead one, and leaves both as they are', async () => {
  const folder = newFolder();
  const ledger = await openIn(folder);
  const control = openControl(folder, ledger.books, { openHour: () => TEN, now: () => NOW, log: SILENT });
  await take(ledger, [reportOf(7)]);
  const before = [...ledger.books.lines()];
  const live = [await check(folder, SAME), await check(folder, OTHER, ['--json'])];
  expect([...ledger.books.lines()]).toEqual(before);
  control.close();
  ledger.close();
  const dead = [await check(folder, SAME), await check(folder, OTHER, ['--json'])];
  expect(live.map(({ code }) => code)).toEqual([0, 1]);
  expect(live[0]?.stdout).toContain(`ledger ${folder} (an agent holds it): nothing changes`);
  const { ledger: said } = JSON.parse(live[1]?.stdout ?? '');
  expect(said).toMatchObject({
    folder,
    live: true,
    changes: [{ effect: 'costs', dimension: 'requests', hour: '2026-03-01T10Z' }],
  });
  expect(JSON.parse(dead[1]?.stdout ?? '').ledger).toEqual({ ...said, live: false });
  expect(dead[1]?.code).toBe(1);
});

test('without a ledger, or with a configuration that is wrong, it says so', async () => {
  const folder = newFolder();
  expect(await check(folder, SAME)).toMatchObject({ code: 73, stderr: expect.stringContaining('there is no ledger') });
  expect(await check(folder, 'product: { code: p }')).toMatchObject({ code: 78 });
});
