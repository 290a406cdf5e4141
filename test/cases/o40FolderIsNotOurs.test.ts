import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { startScriptedAws } from '../support/scriptedAws.ts';
import { ask, makeService, type Service } from '../wire/support/service.ts';

// A volume that turns read-only under load is a matter of mounts: checks/ledger-stress.

const canChangeUser = process.getuid?.() === 0 && spawnSync('setpriv', ['--version']).status === 0;
const [OWNER, US, GROUP] = [4_321, 123_456, 777];

/** As another user with a group beside its own. */
const AS_US = ['/usr/bin/setpriv', '--reuid', `${US}`, '--regid', `${US}`, '--groups', `${GROUP}`, '--no-new-privs'];

type Place = { readonly name: string; readonly make: (folder: string) => void; readonly says: RegExp };

const PLACES: readonly Place[] = [
  {
    name: 'a folder of mode 0555',
    make: (folder) => {
      chownSync(folder, US, US);
      chmodSync(folder, 0o555);
    },
    says: new RegExp(`owner ${US}:${US}, mode 0555`),
  },
  {
    name: 'a file that everybody may write in a folder of another user',
    make: (folder) => {
      writeFileSync(join(folder, 'ledger.db'), '');
      chmodSync(join(folder, 'ledger.db'), 0o666);
      chownSync(folder, OWNER, OWNER);
      chmodSync(folder, 0o755);
    },
    says: new RegExp(`owner ${OWNER}:${OWNER}, mode 0755`),
  },
  {
    name: "another user's file in a folder that everybody may write",
    make: (folder) => {
      writeFileSync(join(folder, 'ledger.db'), '');
      chownSync(join(folder, 'ledger.db'), OWNER, OWNER);
      chmodSync(join(folder, 'ledger.db'), 0o600);
      chmodSync(folder, 0o777);
    },
    says: new RegExp(`ledger\\.db .*owner ${OWNER}:${OWNER}, mode 0600`),
  },
  {
    name: "another user's file that we may only read",
    make: (folder) => {
      writeFileSync(join(folder, 'ledger.db'), '');
      chownSync(join(folder, 'ledger.db'), OWNER, OWNER);
      chmodSync(join(folder, 'ledger.db'), 0o644);
      chmodSync(folder, 0o777);
    },
    says: new RegExp(`ledger\\.db .*owner ${OWNER}:${OWNER}, mode 0644`),
  },
];

const isShut = async ({ door }: Service): Promise<boolean> => {
  try {
    await ask(`${door}/v1/usage`, { method: 'POST', body: '{}' });
    return false;
  } catch {
    return true;
  }
};

const each = canChangeUser ? test.concurrent.each(PLACES) : test.skip.each(PLACES);

each(
  'O40 $name: told at the start with owner, mode, ourselves and the fix, and no door is opened',
  async ({ make, says }) => {
    await using aws = await startScriptedAws();
    using service = await makeService(aws);
    const { folder, ledger } = service.stage;
    const dist = join(folder, 'dist');
    cpSync(process.env['TOLLGATE_DIST'] ?? '', dist, { recursive: true });
    chmodSync(folder, 0o755);
    make(ledger);
    const before = readdirSync(ledger);
    await using program = service.stage.start(['run'], { before: AS_US, dist });
    expect((await program.ended).code).toBe(73);
    const log = program.stderr();
    expect(log).toContain(ledger);
    expect(log).toMatch(says);
    expect(log).toMatch(new RegExp(`we are uid ${US}, gids ${US} ${GROUP}`));
    expect(log).toMatch(/securityContext\.fsGroup/);
    expect(await isShut(service)).toBe(true);
    expect(readdirSync(ledger)).toEqual(before);
    expect(aws.calls('MeterUsage')).toHaveLength(0);
  },
);
