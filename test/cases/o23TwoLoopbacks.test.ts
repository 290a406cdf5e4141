import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { startScriptedAws } from '../support/scriptedAws.ts';
import { ask, makeService } from '../wire/support/service.ts';
import { eksEnvironment, freePort, makeStage } from '../wire/support/stage.ts';
import { startRecordingProxy } from './support/recordingProxy.ts';

/** Machines with one family only are made by checks/containers. */
test.concurrent('O23 the door answers on 127.0.0.1 and on ::1', async () => {
  await using aws = await startScriptedAws();
  using service = await makeService(aws);
  await using program = await service.run();
  await service.granted(program);
  for (const host of ['127.0.0.1', '[::1]', 'localhost']) {
    const answer = await ask(`http://${host}:${service.doorPort}/v1/usage`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"dimension":"requests","quantity":1}',
    });
    expect({ host, status: answer.status }).toEqual({ host, status: 202 });
  }
  expect(program.stderr()).not.toContain('door_half');
});

const occupy = async (host: string, port: number) => {
  // Whoever comes by mistake is sent away at once, and waits for nothing.
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen({ host, port, ipv6Only: true }, resolve));
  return server;
};

test.concurrent('O23 only when both are in the way it stops, with 78', async () => {
  await using aws = await startScriptedAws();
  const port = await freePort();
  await using _one = await occupy('::1', port);
  using service = await makeService(aws, { door: { listen: `127.0.0.1:${port}` } });
  {
    await using half = await service.run();
    await half.until(
      'the other one is served',
      async () => (await ask(`http://127.0.0.1:${port}/v1/status`).catch(() => undefined))?.ok,
    );
    half.child.kill('SIGTERM');
    expect((await half.ended).code).toBe(0);
  }
  await using _other = await occupy('127.0.0.1', port);
  await using neither = service.stage.start(['run']);
  expect((await neither.ended).code).toBe(78);
  expect(neither.stderr()).toContain(`door.listen: cannot listen on 127.0.0.1:${port} (EADDRINUSE)`);
});

test.concurrent('O23 for a network of IPv6 alone the dual-stack names are called when asked for', async () => {
  await using aws = await startScriptedAws();
  await using proxy = await startRecordingProxy(aws);
  using stage = makeStage(aws, { gate: { patience: '0s' } });
  const {
    AWS_ENDPOINT_URL_MARKETPLACE_METERING: _metering,
    AWS_ENDPOINT_URL_STS,
    ...env
  } = eksEnvironment(aws, stage.folder, randomUUID());
  const more = {
    AWS_USE_DUALSTACK_ENDPOINT: 'true',
    AWS_ENDPOINT_URL_STS: AWS_ENDPOINT_URL_STS ?? '',
    HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
  };
  await using program = stage.exec(undefined, { env: { ...env, ...more } });
  await program.ended;
  expect(proxy.asked[0]).toBe('CONNECT metering-marketplace.eu-west-1.api.aws:443');
  const { AWS_ENDPOINT_URL_STS: _sts, ...withSts } = more;
  await using second = stage.exec(undefined, { env: { ...env, ...withSts } });
  await second.ended;
  expect(proxy.asked.at(-1)).toBe('CONNECT sts.eu-west-1.api.aws:443');
});
