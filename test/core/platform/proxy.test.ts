import { expect, test } from '@jest/globals';
import { TollgateError } from '../../../src/agent/core/errors.ts';
import type { Environment } from '../../../src/agent/core/platform/environment.ts';
import { proxyFor, proxyWarnings, showProxy } from '../../../src/agent/core/platform/proxy.ts';

const PROXY = 'http://user:pass-word@proxy.example:3128';
const METERING = 'https://metering.marketplace.eu-west-1.amazonaws.com';

const hostOf = (target: string, env: Environment): string | undefined => proxyFor(new URL(target), env)?.host;

test('each scheme has its proxy, and small letters go first', () => {
  expect(hostOf(METERING, { HTTPS_PROXY: PROXY })).toBe('proxy.example:3128');
  expect(hostOf(METERING, { HTTPS_PROXY: PROXY, https_proxy: 'other.example:80' })).toBe('other.example');
  expect(hostOf(METERING, { HTTP_PROXY: PROXY })).toBeUndefined();
  expect(hostOf('http://metering.example', { HTTP_PROXY: PROXY, HTTPS_PROXY: 'other:1' })).toBe('proxy.example:3128');
  expect(hostOf(METERING, {})).toBeUndefined();
});

test.each([
  'http://127.0.0.1:8700',
  'https://127.8.9.10',
  'http://localhost:1',
  'http://[::1]:8700',
  'http://169.254.170.2/v2/credentials',
  'http://169.254.170.23/v1/credentials',
  'http://169.254.169.254/latest',
  'http://[fd00:ec2::23]/v1/credentials',
  'http://[fd00:ec2::254]/latest',
  'http://metadata.internal:9/v4/x',
  'https://10.100.0.1:443/apis',
  'https://kubernetes.default.svc/apis',
  'https://kubernetes.default.svc.cluster.local/apis',
])('no proxy leads to %s, whatever NO_PROXY says', (target) => {
  const env = {
    HTTP_PROXY: PROXY,
    HTTPS_PROXY: PROXY,
    NO_PROXY: 'nothing.example',
    ECS_CONTAINER_METADATA_URI_V4: 'http://metadata.internal:9/v4/x',
    KUBERNETES_SERVICE_HOST: '10.100.0.1',
  };
  expect(hostOf(target, env)).toBeUndefined();
});

test.each([
  ['*', true],
  ['amazonaws.com', true],
  ['.amazonaws.com', true],
  ['*.amazonaws.com', true],
  ['metering.marketplace.eu-west-1.amazonaws.com', true],
  ['METERING.marketplace.eu-west-1.amazonaws.com', true],
  ['x.example, amazonaws.com', true],
  ['x.example amazonaws.com:443', true],
  ['amazonaws.com:8443', false],
  ['aws.com', false],
  ['eu-west-1.amazonaws.com.example', false],
  ['10.0.0.0/8', false],
  ['', false],
  [',', false],
])('NO_PROXY=%j leaves the proxy out: %s', (list, direct) => {
  for (const name of ['NO_PROXY', 'no_proxy']) {
    expect(hostOf(METERING, { HTTPS_PROXY: PROXY, [name]: list }) === undefined).toBe(direct);
  }
});

test('a proxy is shown without its password, and a broken one not at all', () => {
  expect(showProxy(new URL(PROXY))).toBe('http://proxy.example:3128');
  for (const broken of ['http://', 'socks5://user:pass-word@proxy', 'http://user:pass-word@pro xy']) {
    const ask = () => proxyFor(new URL(METERING), { HTTPS_PROXY: broken });
    expect(ask).toThrow(TollgateError);
    expect(ask).toThrow(/^HTTPS_PROXY is not the address of an HTTP proxy$/);
  }
});

test('half a proxy is pointed out', () => {
  expect(proxyWarnings({ HTTP_PROXY: PROXY })).toEqual([expect.stringContaining('HTTPS_PROXY is not')]);
  expect(proxyWarnings({ HTTP_PROXY: PROXY, https_proxy: PROXY })).toEqual([]);
  expect(proxyWarnings({})).toEqual([]);
});
