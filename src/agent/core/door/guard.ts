import { createHash, timingSafeEqual } from 'node:crypto';
import { problem, type Reply } from './reply.ts';

/** Request headers as node:http hands them over: names in small letters. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Headers that only a browser or a proxy adds. The door is for programs beside it, one hop away. */
const FOREIGN = {
  origin: 'a browser page',
  via: 'a proxy',
  forwarded: 'a proxy',
  'x-forwarded-for': 'a proxy',
} as const;

/** The name of a Host header without its port; undefined when it is none. */
const nameOf = (host: string): string | undefined =>
  /^(\[[0-9a-f:.%]+\]|[^\s:[\]/@]+)(?::\d{1,5})?$/i.exec(host)?.[1]?.toLowerCase().replace(/\.$/, '');

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|\[::ffff:127(?:\.\d{1,3}){3}\])$/;

/**
 * Whether the request may have been sent by something that only runs in somebody's browser (DNS rebinding: a name of the
 * attacker's that suddenly means this machine), or came over a proxy. Refused with 403, a missing Host with 400; undefined
 * when it may come in. `own`: the names of the listener; undefined where any will do: on a unix socket, which no browser
 * reaches, and beyond loopback, where it is reached by the name of a Service and no browser has the token.
 */
export const strangerOf = (headers: Headers, own: readonly string[] | undefined): Reply | undefined => {
  for (const [name, who] of Object.entries(FOREIGN)) {
    if (headers[name] !== undefined) {
      return problem('stranger', `The door takes nothing from ${who} (header ${name}): talk to it directly.`);
    }
  }
  if (own === undefined) return undefined;
  const { host } = headers;
  if (typeof host !== 'string' || host === '') return problem('unreadable', 'The request has no Host header.');
  const name = nameOf(host);
  if (name !== undefined && (LOOPBACK.test(name) || own.includes(name))) return undefined;
  return problem('stranger', 'The Host header names another machine: reach the door as 127.0.0.1 or localhost.');
};

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Makes the check of `Authorization: Bearer`: the answer to one without it or with a wrong one, in constant time. */
export const tokenCheck = (token: string | undefined): ((headers: Headers) => Reply | undefined) => {
  if (token === undefined) return () => undefined;
  const wanted = digestOf(token);
  return ({ authorization }) => {
    const given = typeof authorization === 'string' ? /^bearer +(\S+) *$/i.exec(authorization)?.[1] : undefined;
    if (given !== undefined && timingSafeEqual(digestOf(given), wanted)) return undefined;
    return problem('token', 'Send the token of the token file: "Authorization: Bearer TOKEN".', {
      headers: { 'WWW-Authenticate': 'Bearer' },
    });
  };
};
