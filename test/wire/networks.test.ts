import { expect, test } from '@jest/globals';
import { type Reply, startScriptedAws } from '../support/scriptedAws.ts';
import { playTrouble, type Trouble } from './matrix/trouble.ts';
import { behind, type CrookedProxy, type Manner, startCrookedProxy } from './support/crookedProxy.ts';
import { inLanes } from './support/lanes.ts';
import { makeService } from './support/service.ts';

const HOST = 'metering.marketplace.eu-west-1.amazonaws.com';
const refusing = (status: string): Manner => ({
  do: 'refuse',
  bytes: `HTTP/1.1 ${status}\r\nproxy-authenticate: Basic\r\ncontent-length: 2\r\n\r\nno`,
});

/** A proxy that goes wrong after AWS has told the time; asked without a password, or with one. */
const byProxy = (
  name: string,
  manner: Manner,
  says: RegExp,
  { user = '', reply }: { readonly user?: string; readonly reply?: (proxy: CrookedProxy) => Reply } = {},
): Trouble => {
  let proxy: CrookedProxy | undefined;
  return {
    name,
    means: reply === undefined ? 'asItWas' : 'doubt',
    says,
    reaches: reply !== undefined,
    place: async ({ aws, folder, env }) => {
      const own = await startCrookedProxy(aws.port);
      proxy = own;
      return {
        env: behind(own, folder, env, user),
        close: async () => {
          const expected = user === '' ? undefined : `Basic ${Buffer.from(user.slice(0, -1)).toString('base64')}`;
          for (const head of own.asked) {
            expect(head).toMatch(new RegExp(`^CONNECT ${HOST}:443 HTTP/1.1\r\n`));
            expect(/^proxy-authorization: (.*)\r$/im.exec(head)?.[1]).toBe(expected);
          }
          await own[Symbol.asyncDispose]();
        },
      };
    },
    begin: () => proxy?.behave(manner, reply === undefined ? 1 : Number.POSITIVE_INFINITY),
    mend: () => proxy?.behave({ do: 'tunnel' }),
    ...(reply === undefined ? {} : { reply: () => (proxy === undefined ? { do: 'reset' } : reply(proxy)) }),
  };
};

const PASSWORD = 'user:pass-word@';

const TROUBLES: readonly Trouble[] = [
  byProxy('a proxy that wants a password', refusing('407 Proxy Authentication Required'), /not sent: .* answered 407/),
  byProxy('a proxy that knows another password', refusing('407 No'), /not sent: .* answered 407/, { user: PASSWORD }),
  byProxy('a proxy that reaches nobody', refusing('502 Bad Gateway'), /not sent: .* answered 502/, { user: PASSWORD }),
  byProxy('a proxy that answers 204', refusing('204 No Content'), /not sent: .* answered 204/),
  byProxy('a proxy that speaks no HTTP', { do: 'refuse', bytes: 'SSH-2.0-x\r\n' }, /not sent: .* made no tunnel/),
  byProxy('a proxy that resets', { do: 'reset' }, /not sent: .* made no tunnel/, { user: PASSWORD }),
  byProxy('a proxy that never answers', { do: 'hang' }, /not sent: no connection to .* within/),
  byProxy('a tunnel that breaks before TLS', { do: 'cut' }, /not sent/, { user: PASSWORD }),
  byProxy('TLS that nobody should speak', { do: 'oldTls' }, /not sent/),
  byProxy('a proxy that dies with the request under way', { do: 'tunnel' }, /the answer was lost/, {
    user: PASSWORD,
    reply: (proxy) => {
      proxy.die();
      return { do: 'hang' };
    },
  }),
  byProxy('half an answer through a tunnel', { do: 'tunnel' }, /the answer was lost/, {
    reply: () => ({ do: 'half' }),
  }),
];

const played = inLanes(TROUBLES, 6, playTrouble);

test.each(TROUBLES.map(({ name }, index) => [name, index] as const))(
  '%s: first and after doubt, then billed once',
  async (_name, index) => {
    await expect(played[index]).resolves.toBeUndefined();
  },
  120_000,
);

test('a name that does not resolve after a grant: nothing is lost, and it goes out when it does', async () => {
  await using aws = await startScriptedAws();
  using service = await makeService(aws, { shutdown: { grace: '3s', drain: '2s' } });
  const away = { ...service.stage.env, AWS_ENDPOINT_URL_MARKETPLACE_METERING: 'http://metering.invalid' };
  {
    await using first = await service.run();
    await service.granted(first);
    first.child.kill('SIGKILL');
    await first.ended;
  }
  await using second = await service.run({ env: away });
  await service.granted(second);
  expect((await service.report({ dimension: 'requests', quantity: 5 })).status).toBe(202);
  second.child.kill('SIGTERM');
  expect((await second.ended).code).toBe(75);
  expect(aws.calls('MeterUsage')).toEqual([]);
  await using third = await service.run();
  await service.granted(third);
  third.child.kill('SIGTERM');
  expect((await third.ended).code).toBe(0);
  expect(aws.calls('MeterUsage').map(({ body }) => JSON.parse(body).UsageQuantity)).toEqual([5]);
});
