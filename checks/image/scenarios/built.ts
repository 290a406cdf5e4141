import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scenario } from '../../moved-clock/scenario.ts';
import { docker, dockerSays, IMAGE } from '../support/docker.ts';

const ROOT = join(import.meta.dirname, '../../..');
const PACKAGE = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** A program of the check's virtual environment; what it prints, and a failure, are this check's. */
const judge = (program: string, ...words: readonly string[]): void => {
  execFileSync(join(process.env['TOLLGATE_VENV'] ?? '', 'bin', program), words, {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
};

/** Runs JavaScript in the image and reads what it prints as JSON. */
const inImage = async (script: string): Promise<unknown> =>
  JSON.parse(await docker('run', '--rm', '--pull=never', '--entrypoint=/opt/tollgate/bin/node', IMAGE, '-e', script));

/** Path, owner, group and mode of everything on the image's own disk. */
const FILES = `
const walk = (folder) => fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
  const path = folder + entry.name;
  return ['/proc', '/sys', '/dev'].includes(path) ? [] : entry.isDirectory() ? [path, ...walk(path + '/')] : [path];
});
console.log(JSON.stringify(walk('/').map((path) => {
  const found = fs.lstatSync(path);
  return { path, uid: found.uid, gid: found.gid, mode: found.mode & 0o7777, link: found.isSymbolicLink() };
})));
`;

type File = {
  readonly path: string;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly link: boolean;
};

export const BUILT: readonly Scenario[] = [
  {
    name: 'hadolint finds nothing in any Dockerfile',
    play: async () => {
      const files = ['Dockerfile', ...globSync('examples/**/Dockerfile', { cwd: ROOT })];
      assert.ok(files.length >= 3);
      judge('hadolint', ...files.map((file) => join(ROOT, file)));
    },
  },
  {
    name: 'the image for beside the product: its configuration is sealed and sound',
    play: async () => {
      const [tag, folder] = ['sidecar:local', join(ROOT, 'examples/sidecar')];
      await docker('build', '--build-arg', `TOLLGATE=${IMAGE}`, '--tag', tag, folder);
      const said = await dockerSays('run', '--rm', '--pull=never', '--read-only', tag, 'config', 'check');
      assert.match(said, /^ok: \/etc\/tollgate\/tollgate.yaml, sealed, 0 warnings$/m);
    },
  },
  {
    name: 'the image says who it runs as, what it starts, how it is checked, and what it is',
    play: async () => {
      const config = JSON.parse(await docker('inspect', '--format', '{{json .Config}}', IMAGE));
      assert.equal(config.User, '65532:65532');
      assert.deepEqual(config.Entrypoint, ['/opt/tollgate/bin/tini', '--', '/opt/tollgate/bin/tollgate']);
      assert.deepEqual(config.Cmd, ['run']);
      assert.deepEqual(config.Volumes, { '/var/lib/tollgate': {} });
      const [second, minute] = [1e9, 60e9];
      assert.deepEqual(config.Healthcheck, {
        Test: ['CMD', '/opt/tollgate/bin/tollgate', 'gate', 'check'],
        Interval: 5 * second,
        Timeout: 5 * second,
        StartPeriod: 30 * minute,
        Retries: 10,
      });
      const label = (name: string): string => config.Labels[`org.opencontainers.image.${name}`];
      assert.equal(label('version'), PACKAGE.version);
      assert.equal(label('licenses'), PACKAGE.license);
      for (const name of ['title', 'description', 'vendor', 'base.name']) assert.ok(label(name), name);
      const printed = await docker('run', '--rm', '--pull=never', IMAGE, 'version', '--json');
      assert.equal(JSON.parse(printed).version, PACKAGE.version);
    },
  },
  {
    name: "the image has no shell, nothing set-uid, and nothing to write but the ledger's folder and /tmp",
    play: async () => {
      const files = (await inImage(FILES)) as readonly File[];
      const named = (found: readonly File[]): readonly string[] => found.map(({ path }) => path);
      assert.deepEqual(named(files.filter(({ path }) => /[/](sh|bash|dash|busybox|env)$/.test(path))), []);
      assert.deepEqual(named(files.filter(({ mode }) => (mode & 0o6000) !== 0)), []);
      const writable = files.filter(({ uid, mode, link }) => !link && ((mode & 0o002) !== 0 || uid === 65532));
      assert.deepEqual(
        named(writable).filter((path) => !path.startsWith('/home')),
        ['/tmp', '/var/lib/tollgate'],
      );
      assert.deepEqual(
        files.filter(({ path }) => path === '/var/lib/tollgate'),
        [{ path: '/var/lib/tollgate', uid: 65532, gid: 0, mode: 0o770, link: false }],
      );
      const program = files.filter(({ path }) => path.startsWith('/opt/tollgate/'));
      assert.deepEqual(
        named(program.filter(({ uid, gid, mode }) => uid !== 0 || gid !== 0 || (mode & 0o004) === 0)),
        [],
      );
    },
  },
  {
    name: 'everything in the folder is on the bill of materials, with its licence beside it',
    play: async () => {
      const { components, licenses, libraries } = (await inImage(`
        const { components } = JSON.parse(fs.readFileSync('/opt/tollgate/sbom.cdx.json', 'utf8'));
        const licenses = fs.readdirSync('/opt/tollgate/licenses', { recursive: true });
        console.log(JSON.stringify({ components, licenses, libraries: fs.readdirSync('/opt/tollgate/lib') }));
      `)) as {
        readonly components: readonly { readonly name: string; readonly version: string; readonly purl: string }[];
        readonly licenses: readonly string[];
        readonly libraries: readonly string[];
      };
      assert.ok(components.length > 20);
      for (const { name, version, purl } of components) {
        assert.ok(version, name);
        const folder = purl.startsWith('pkg:npm/') ? `npm/${name}@${version}/` : `${name}/`;
        assert.ok(
          licenses.some((path) => path.startsWith(folder)),
          `no licence of ${name}`,
        );
      }
      const created = await docker('create', '--pull=never', IMAGE);
      const folder = mkdtempSync(join(tmpdir(), 'tollgate-bill-'));
      await docker('cp', `${created}:/opt/tollgate/sbom.cdx.json`, folder);
      await docker('rm', '--volumes', created);
      judge('python', join(import.meta.dirname, '../judge.py'), join(folder, 'sbom.cdx.json'));
      rmSync(folder, { recursive: true });
      const names = new Set(components.map(({ name }) => name));
      for (const name of ['node', 'tini', 'libc6', 'libstdc++6', 'libgcc-s1', 'zod', 'winston'])
        assert.ok(names.has(name), name);
      assert.ok(libraries.includes('libc.so.6') && libraries.some((name) => name.startsWith('ld-linux')));
    },
  },
  {
    name: 'the compile cache serves the user of the image, and another one does without',
    play: async () => {
      const trace = (...words: readonly string[]): Promise<string> => {
        const traced = ['--read-only', '--env=NODE_DEBUG_NATIVE=COMPILE_CACHE', ...words, IMAGE, 'gate', '--help'];
        return dockerSays('run', '--rm', '--pull=never', ...traced);
      };
      const own = await trace();
      assert.match(own, /reading cache from .*opt.tollgate.app.*success/);
      assert.doesNotMatch(own, /no such file/);
      assert.doesNotMatch(await trace('--user=1000:1000'), /compile cache/);
    },
  },
];
