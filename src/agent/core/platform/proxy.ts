import { TollgateError } from '../errors.ts';
import { EXIT } from '../exitCode.ts';
import type { Environment } from './environment.ts';

const bare = (host: string): string => host.toLowerCase().replace(/^\[|\]$/g, '');

/** Whether a host is this machine itself. */
export const isLoopback = (host: string): boolean => {
  const name = bare(host);
  return name === 'localhost' || name.endsWith('.localhost') || /^127(?:\.\d{1,3}){3}$/.test(name) || name === '::1';
};

/** Whether a host is one of AWS's addresses beside the machine: 169.254.0.0/16, fd00:ec2::/32. */
export const isLinkLocal = (host: string): boolean =>
  /^169\.254(?:\.\d{1,3}){2}$/.test(bare(host)) || bare(host).startsWith('fd00:ec2:');

const hostOf = (url: string | undefined): string | undefined =>
  url !== undefined && URL.canParse(url) ? bare(new URL(url).hostname) : undefined;

/** Hosts that no proxy can reach for us, whatever NO_PROXY says. */
const isNeverProxied = (host: string, env: Environment): boolean =>
  isLoopback(host) ||
  isLinkLocal(host) ||
  bare(host) === hostOf(env['ECS_CONTAINER_METADATA_URI_V4']) ||
  bare(host) === bare(env['KUBERNETES_SERVICE_HOST'] ?? '') ||
  /^kubernetes\.default(?:\.svc(?:\..*)?)?$/.test(bare(host));

/** One entry of NO_PROXY: `*`, a domain (with or without a leading dot or `*.`: it and what is under it), a host, each with an optional port. */
const matches = (entry: string, host: string, port: string): boolean => {
  if (entry === '*') return true;
  const [, name = '', entryPort] = /^\[?(.+?)\]?(?::(\d+))?$/.exec(entry) ?? [];
  const whole = entry.includes('::') ? bare(entry) : name;
  if (entryPort !== undefined && !entry.includes('::') && entryPort !== port) return false;
  const domain = whole.replace(/^\*?\./, '');
  return bare(host) === domain || bare(host).endsWith(`.${domain}`);
};

const isExcluded = (url: URL, env: Environment): boolean => {
  const list = env['NO_PROXY'] ?? env['no_proxy'] ?? '';
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry !== '' && matches(entry, url.hostname, port));
};

/** A proxy's address for people: without its password. */
export const showProxy = (proxy: URL): string => `${proxy.protocol}//${proxy.host}`;

/**
 * The proxy that leads to `target`, or undefined for the direct way. HTTPS_PROXY is for https, HTTP_PROXY for http, also
 * in small letters (which go first, as with curl).
 */
export const proxyFor = (target: URL, env: Environment): URL | undefined => {
  const names = target.protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy', 'HTTP_PROXY'];
  const name = names.find((candidate) => env[candidate] !== undefined);
  if (name === undefined || isNeverProxied(target.hostname, env) || isExcluded(target, env)) return undefined;
  const value = env[name] ?? '';
  const text = value.includes('://') ? value : `http://${value}`;
  const proxy = URL.canParse(text) ? new URL(text) : undefined;
  if (proxy === undefined || !['http:', 'https:'].includes(proxy.protocol)) {
    // The value may hold a password: only the variable is named.
    throw new TollgateError('proxy_invalid', `${name} is not the address of an HTTP proxy`, {
      remedy: `set ${name} as in "http://proxy.example.com:3128"`,
      exitCode: EXIT.configuration,
    });
  }
  return proxy;
};

/** The commonest half of a proxy: HTTP_PROXY alone, which the calls to AWS (https) do not go by. */
export const proxyWarnings = (env: Environment): readonly string[] =>
  (env['HTTP_PROXY'] ?? env['http_proxy']) !== undefined && (env['HTTPS_PROXY'] ?? env['https_proxy']) === undefined
    ? ['HTTP_PROXY is set, HTTPS_PROXY is not: AWS is called without a proxy']
    : [];
