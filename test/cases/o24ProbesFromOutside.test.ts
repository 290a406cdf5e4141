import { expect, test } from '@jest/globals';
import { rawConnection } from '../support/rawHttp.ts';
import { no, startScriptedAws, yes } from '../support/scriptedAws.ts';
import { startTollgate } from '../wire/support/program.ts';
import { ask, makeService, type Service } from '../wire/support/service.ts';

/** A second address of this machine, where a listener on 127.0.0.1 does not answer. */
const ELSEWHERE = '127.0.0.2';

const portOf = (url: string): string => new URL(url).port;

/** A service whose health listener is on every address, as by default. */
const makeOutside = async (aws: Awaited<ReturnType<typeof startScriptedAws>>, tree = {}): Promise<Service> => {
  const service = await makeService(aws, { gate: { patience: '60s' }, ...tree });
  service.stage.configure({
    door: { listen: `127.0.0.1:${service.doorPort}` },
    health: { listen: `0.0.0.0:${portOf(service.health)}` },
    gate: { patience: '60s' },
  });
  return service;
};

const withHost = async (port: number, line: string, host: string): Promise<number | undefined> => {
  const connection = await rawConnection(port);
  connection.write(`${line} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  const answer = await connection.answer();
  connection.end();
  return answer?.status;
};

test('O24 probes and metrics answer on every address, by any Host, without a token and with nothing to write; the door stays on loopback', async () => {
  await using aws = await startScriptedAws();
  using service = await makeOutside(aws);
  await using program = await service.run();
  await service.granted(program);
  const port = portOf(service.health);
  for (const path of ['/healthz', '/readyz', '/startz', '/metrics']) {
    expect({ path, status: (await ask(`http://${ELSEWHERE}:${port}${path}`)).status }).toEqual({ path, status: 200 });
    for (const host of [`10.1.2.3:${port}`, `[fd00::7]:${port}`, 'parser.shop.svc'])
      expect({ host, status: await withHost(Number(port), `GET ${path}`, host) }).toEqual({ host, status: 200 });
  }
  for (const path of ['/v1/usage', '/v1/status', '/v1/entitlement', '/openapi.json'])
    expect((await ask(`http://${ELSEWHERE}:${port}${path}`)).status).toBe(404);
  expect((await ask(`http://${ELSEWHERE}:${port}/healthz`, { method: 'POST', body: 'x' })).status).toBe(405);

  // The usage door: not on the other address, and not under a name that somebody else gave this machine.
  await expect(ask(`http://${ELSEWHERE}:${service.doorPort}/v1/status`)).rejects.toThrow();
  for (const host of ['evil.example', `evil.example:${service.doorPort}`, '10.1.2.3', '127.0.0.1.evil.example'])
    expect({ host, status: await withHost(service.doorPort, 'GET /v1/status', host) }).toEqual({ host, status: 403 });
  expect(await withHost(service.doorPort, 'GET /v1/status', `localhost:${service.doorPort}`)).toBe(200);
  program.child.kill('SIGTERM');
  expect((await program.ended).code).toBe(0);
});

test('O24 the health check of a task is the program itself, without shell or curl', async () => {
  await using aws = await startScriptedAws();
  aws.script('DryRun', no('AccessDeniedException', 403));
  using service = await makeOutside(aws);
  await using program = await service.run();
  await program.until('it is pending', async () => (await service.startz()) === 503);
  const check = () =>
    startTollgate(['gate', 'check', '--config', service.stage.configFile], {
      // No PATH and no credentials: nothing else is needed.
      env: {},
    });
  await using before = check();
  expect((await before.ended).code).toBe(69);
  aws.script('DryRun', yes({ MeteringRecordId: 'dry' }));
  await service.granted(program);
  await using after = check();
  expect((await after.ended).code).toBe(0);
  program.child.kill('SIGTERM');
  expect((await program.ended).code).toBe(0);
});
