import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';

const MAIN = join(import.meta.dirname, '../../src/demo/main.ts');
const LONG = 300_000;

type Show = { readonly child: ChildProcess; readonly text: () => string; readonly folder: string };

/** Every process of a show has its folder for temporary files in its environment, down to the sample app. */
const start = (): Show => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-show-'));
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (more: string) => {
      text += more;
    });
  }
  return { child, text: () => text, folder };
};

const environmentOf = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
};

const processesOf = ({ folder }: Show): readonly string[] =>
  readdirSync('/proc').filter((name) => /^\d+$/.test(name) && environmentOf(name).includes(folder));

const said = async ({ child, text }: Show, what: string): Promise<void> => {
  while (!text().includes(what)) {
    if (child.exitCode !== null) throw new Error(`the demo ended before it said "${what}":\n${text()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const shows: Show[] = [];
const show = (): Show => {
  const started = start();
  shows.push(started);
  return started;
};

afterAll(() => {
  for (const { child, folder } of shows) {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});

describe('npm run demo', () => {
  test(
    'shows refusals, mishaps and their healing, ends with a bill without difference, and leaves nothing behind',
    async () => {
      const whole = show();
      await said(whole, 'Usage, hour after hour');
      // Demo and emulator; for each of three homes the emulator's command, exec and the app.
      expect(processesOf(whole).length).toBeGreaterThanOrEqual(11);
      const [code] = await once(whole.child, 'close');
      const text = whole.text();
      expect({ code, text }).toMatchObject({ code: 0 });

      expect(text).toMatch(/EKS pod, .*: exit code 76; AWS was not asked\n/);
      expect(text).toContain('not supported in eu-south-2');
      expect(text).toMatch(/ECS task, .*: exit code 77\n/);
      expect(text).toContain('CustomerNotEntitledException');
      for (const way of ['task role', 'IRSA', 'IMDSv2'])
        expect(text).toMatch(new RegExp(`granted; AWS knows .*${way}`));

      expect(text).toMatch(/ECS task .* no answer, AWS may have it: the same bytes go again/);
      expect(text).toMatch(/ECS task .*\(sent twice\).*: healed, each receipted once/);
      expect(text).toContain('kill -9 of agent and app');
      expect(text).toMatch(/EKS pod .*granted as before, from its ledger/);
      expect(text).toMatch(/EKS pod .*healed: .* it counts once/);
      expect(text).toMatch(/EC2 GovCloud .*ThrottlingException, not stored/);
      expect(text.match(/tollgate ledger check: ok/g)).toHaveLength(3);

      const table = text.slice(text.indexOf('The bill'));
      const rows = table.split('\n').filter((line) => /^ {2}\S* +(ECS task|EKS pod|EC2 GovCloud|together) /.test(line));
      expect(rows).toHaveLength(12);
      for (const row of rows) expect(row).toMatch(/ 0$/);
      expect(table).toContain('Difference 0');
      expect(text).not.toContain('\u001b');

      expect(processesOf(whole)).toEqual([]);
      expect(readdirSync(whole.folder)).toEqual([]);
    },
    LONG,
  );

  test(
    'ends at once and leaves nothing behind when it is interrupted',
    async () => {
      const broken = show();
      await said(broken, 'Usage, hour after hour');
      broken.child.kill('SIGINT');
      const [code] = await once(broken.child, 'close');
      expect({ code, text: broken.text() }).toMatchObject({ code: 130 });
      expect(broken.text()).toContain('stopped by SIGINT');
      expect(processesOf(broken)).toEqual([]);
      expect(readdirSync(broken.folder)).toEqual([]);
    },
    LONG,
  );

  test(
    'fails when a part of it fails, and leaves nothing behind',
    async () => {
      const broken = show();
      await said(broken, 'Usage, hour after hour');
      const emulator = processesOf(broken).find((pid) =>
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('demo/emulator'),
      );
      process.kill(Number(emulator), 'SIGKILL');
      const [code] = await once(broken.child, 'close');
      expect({ code, text: broken.text() }).toMatchObject({ code: 1 });
      expect(broken.text()).toContain('emulator ended by itself');
      expect(processesOf(broken)).toEqual([]);
      expect(readdirSync(broken.folder)).toEqual([]);
    },
    LONG,
  );
});
