import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { listenTcp } from '../../../src/agent/io/door/listenTcp.ts';
import { collectingLog, REPORT, startDoor } from '../../support/startDoor.ts';

const folder = (): string => mkdtempSync(join(tmpdir(), 'tollgate-door-'));

const postUnix = (path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', Host: 'anything' };
    const sent = request({ socketPath: path, path: '/v1/usage', method: 'POST', headers, agent: false }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
    });
    sent.on('error', reject);
    sent.end(REPORT);
  });

/** A socket whose process was killed: nobody answers on it, the file stays. */
const deadSocket = (path: string): void => {
  const program = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', program]);
  expect(statSync(path).isSocket()).toBe(true);
};

test.each(['127.0.0.1', 'localhost', '::1'])('%s is both loopback addresses on one port', async (host) => {
  await using world = await startDoor({ listen: { kind: 'tcp', host, port: 0 } });
  expect(new Set(world.all)).toEqual(new Set([`http://127.0.0.1:${world.port}`, `http://[::1]:${world.port}`]));
  for (const url of world.all) expect((await fetch(`${url}/v1/status`)).status).toBe(200);
  expect(world.lines).toEqual([]);
});

test('one family on which somebody else listens is a warning; the other one works', async () => {
  await using other = createServer((_request, response) => response.end('stranger'));
  await new Promise<void>((resolve) => other.listen({ host: '::1', port: 0 }, resolve));
  const { port } = other.address() as AddressInfo;
  await using world = await startDoor({ listen: { kind: 'tcp', host: 'localhost', port } });
  expect(world.all).toEqual([`http://127.0.0.1:${port}`]);
  expect(world.lines).toMatchObject([{ level: 'warn', event: 'door_half', fields: { code: 'EADDRINUSE' } }]);
});

/** Listens on a machine that has no IPv6, as the kernel says it. */
const listenWithoutIpv6 = async (host: string) => {
  const { log, lines } = collectingLog();
  const servers: Server[] = [];
  const makeServer = () => {
    const server = createServer();
    const listen = server.listen.bind(server);
    servers.push(server);
    return Object.assign(server, {
      listen: (where: { host: string }) => {
        if (where.host.includes(':')) throw Object.assign(new Error('no IPv6'), { code: 'EADDRNOTAVAIL' });
        return listen(where);
      },
    });
  };
  const { all } = await listenTcp('door', { host, port: 0 }, makeServer, log);
  for (const server of servers) server.close();
  return { all, lines };
};

test('a family that is not there is told at info and does no harm', async () => {
  const { all, lines } = await listenWithoutIpv6('localhost');
  expect(all).toHaveLength(1);
  expect(lines).toMatchObject([{ level: 'info', event: 'door_half', fields: { code: 'EADDRNOTAVAIL' } }]);
});

test('0.0.0.0 is every address of both families, as the pods of an IPv6 cluster need it', async () => {
  await using world = await startDoor({ listen: { kind: 'tcp', host: '0.0.0.0', port: 0 }, token: 't' });
  for (const host of ['127.0.0.1', '[::1]']) {
    const answer = await fetch(`http://${host}:${world.port}/v1/status`, { headers: { Authorization: 'Bearer t' } });
    expect(answer.status).toBe(200);
  }
  expect(world.lines).toEqual([]);
});

test('0.0.0.0 on a machine without IPv6 is its IPv4 addresses, and no news', async () => {
  const { all, lines } = await listenWithoutIpv6('0.0.0.0');
  expect(all).toHaveLength(1);
  expect(lines).toEqual([]);
});

test('an address that is taken, or not of this machine, stops with 78 and says which', async () => {
  await using world = await startDoor();
  await expect(startDoor({ listen: { kind: 'tcp', host: '127.0.0.1', port: world.port } })).rejects.toMatchObject({
    exitCode: 78,
    message: expect.stringContaining(`127.0.0.1:${world.port} (EADDRINUSE)`),
  });
  await expect(startDoor({ listen: { kind: 'tcp', host: '192.0.2.7', port: 0 }, token: 't' })).rejects.toMatchObject({
    exitCode: 78,
    message: expect.stringContaining('EADDRNOTAVAIL'),
  });
});

test('a unix socket takes reports from its owner and group, whatever the Host', async () => {
  const path = join(folder(), 'door.sock');
  await using world = await startDoor({ listen: { kind: 'unix', path } });
  expect(world.url).toBe(`unix:${path}`);
  expect(statSync(path).mode & 0o777).toBe(0o660);
  expect(await postUnix(path)).toBe(202);
  expect(world.counted()).toBe(1);
});

test('a dead socket is replaced, a living one is left alone', async () => {
  const path = join(folder(), 'door.sock');
  deadSocket(path);
  await using _world = await startDoor({ listen: { kind: 'unix', path } });
  expect(await postUnix(path)).toBe(202);

  await expect(startDoor({ listen: { kind: 'unix', path } })).rejects.toMatchObject({
    exitCode: 78,
    message: expect.stringContaining(`another program answers on ${path}`),
  });
  expect(await postUnix(path)).toBe(202);
});

test('a file, a link and a folder at the path of the socket are named and stay', async () => {
  const place = folder();
  const file = join(place, 'file');
  writeFileSync(file, 'precious');
  const link = join(place, 'link');
  symlinkSync(file, link);
  const dangling = join(place, 'dangling');
  symlinkSync(join(place, 'nothing'), dangling);
  for (const [path, what] of [
    [file, 'a file'],
    [link, 'a link'],
    [dangling, 'a link'],
    [place, 'a folder'],
  ] as const) {
    await expect(startDoor({ listen: { kind: 'unix', path } })).rejects.toMatchObject({
      exitCode: 78,
      message: `door.listen: ${path} is ${what}, not a socket`,
    });
  }
  expect(readFileSync(file, 'utf8')).toBe('precious');
});

test('a socket in no folder, or with too long a path, stops with 78 and the remedy', async () => {
  const missing = join(folder(), 'none', 'door.sock');
  await expect(startDoor({ listen: { kind: 'unix', path: missing } })).rejects.toMatchObject({
    exitCode: 78,
    remedy: expect.stringContaining('the folder must be there'),
  });
  await expect(startDoor({ listen: { kind: 'unix', path: `/tmp/${'x'.repeat(107)}` } })).rejects.toMatchObject({
    exitCode: 78,
    message: expect.stringContaining('longer than 107 bytes'),
  });
});
