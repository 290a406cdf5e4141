import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from '@jest/globals';
import { judge, typeUnder } from '../../../src/agent/io/ledger/disk/fileSystem.ts';
import { newFolder, openIn, reportOf, take } from '../../support/ledgerOnDisk.ts';

test('a second process is told who holds the ledger, and exits 73', async () => {
  const folder = newFolder();
  const holder = await openIn(folder);
  await expect(openIn(folder)).rejects.toMatchObject({
    code: 'ledger_in_use',
    exitCode: 73,
    message: expect.stringContaining(`process ${process.pid}`),
  });
  holder.close();
  (await openIn(folder)).close();
});

test('a folder that is a file is told by name, with the fix', async () => {
  const folder = join(newFolder(), 'taken');
  writeFileSync(folder, 'mine');
  await expect(openIn(folder)).rejects.toMatchObject({ exitCode: 73, message: expect.stringContaining(folder) });
});

const asRoot = process.getuid?.() === 0;

test(`a folder that cannot be written is told with owner, mode and ourselves${asRoot ? ' (root may write anywhere: only the happy way is seen)' : ''}`, async () => {
  const folder = join(newFolder(), 'closed');
  mkdirSync(folder);
  chmodSync(folder, 0o555);
  const opening = openIn(folder);
  if (asRoot) (await opening).close();
  else await expect(opening).rejects.toMatchObject({ exitCode: 73, message: expect.stringContaining('mode 0555') });
});

test('a file that is no database is set aside under a name with the time, never deleted', async () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'ledger.db'), 'this was never a database, but somebody may want it back'.repeat(100));
  const ledger = await openIn(folder);
  expect(await take(ledger, [reportOf(1)])).toMatchObject({ accepted: 1 });
  expect(readdirSync(folder).some((name) => name.startsWith('ledger.db.broken-2026-03-01T1010'))).toBe(true);
  ledger.close();
});

test('a ledger of a newer version is refused untouched', async () => {
  const folder = newFolder();
  (await openIn(folder)).close();
  const db = new DatabaseSync(join(folder, 'ledger.db'));
  db.exec('PRAGMA user_version = 999');
  db.close();
  await expect(openIn(folder)).rejects.toMatchObject({ code: 'ledger_newer', exitCode: 73 });
  const again = new DatabaseSync(join(folder, 'ledger.db'));
  expect(again.prepare('PRAGMA user_version').get()?.['user_version']).toBe(999);
  again.close();
});

test('a full ledger takes no reports and loses none; outcomes still have room', async () => {
  const ledger = await openIn(newFolder(), {}, { maxBytes: 300_000 });
  let accepted = 0;
  let refused = 0;
  for (let batch = 0; batch < 100 && refused === 0; batch += 1) {
    const receipt = await take(
      ledger,
      Array.from({ length: 100 }, (_, n) => reportOf(1, { id: `${batch}-${n}` })),
    );
    if (receipt.kind === 'accepted') accepted += receipt.accepted;
    else refused += 1;
  }
  expect(refused).toBe(1);
  expect(ledger.reading().trouble).toContain('full');
  expect(ledger.books.accounts()[0]?.acknowledged.digits).toBe(BigInt(accepted));
  ledger.setGrant({ resource: 'r', product: 'p', pricing: 'usage', at: 0 });
  expect(ledger.grant()).toMatchObject({ resource: 'r' });
  ledger.close();
});

test('ballast takes room while there is some', async () => {
  const folder = newFolder();
  const ledger = await openIn(folder);
  expect(existsSync(join(folder, 'ballast'))).toBe(true);
  ledger.close();
});

const TABLE = `22 1 254:0 / / rw,relatime - ext4 /dev/root rw
30 22 0:25 / /var/lib/tollgate rw - nfs4 fs-1.efs.us-east-1.amazonaws.com:/ rw,vers=4.1
31 22 0:26 / /data\\040here rw shared:7 - tmpfs tmpfs rw
32 22 0:27 / /over rw - overlay overlay rw
33 30 0:28 / /var/lib/tollgate/deep rw - xfs /dev/vdb rw`;

test.each([
  ['/var/lib/tollgate', 'nfs4', 'unfit'],
  ['/var/lib/tollgate/x', 'nfs4', 'unfit'],
  ['/var/lib/tollgate/deep/x', 'xfs', 'fit'],
  ['/var/lib/tollgateway', 'ext4', 'fit'],
  ['/data here/x', 'tmpfs', 'fleeting'],
  ['/over', 'overlay', 'fleeting'],
])('%s lies on %s, which is %s', (path, type, verdict) => {
  expect(typeUnder(TABLE, path)).toBe(type);
  expect(judge(typeUnder(TABLE, path)).kind).toBe(verdict);
});

test.each(['nfs', 'nfs4', 'cifs', 'smb3', '9p', 'fuse', 'fuse.s3fs', 'fuseblk', 'virtiofs'])('%s is unfit', (type) => {
  expect(judge(type).kind).toBe('unfit');
});
