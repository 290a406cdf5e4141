import { expect } from '@jest/globals';
import type { Reply } from '../../support/scriptedAws.ts';
import { behind, type CrookedProxy, type Manner, startCrookedProxy } from '../support/crookedProxy.ts';
import type { Trouble } from './trouble.ts';

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

/** Between the program and AWS. */
export const NETWORKS: readonly Trouble[] = [
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
