import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TollgateError } from '../../../src/agent/core/errors.ts';
import { endpointsOf } from '../../../src/agent/core/platform/endpoint.ts';
import type { Environment } from '../../../src/agent/core/platform/environment.ts';
import { partitionOf } from '../../../src/regions/index.ts';

const at = (region: string, env: Environment = {}, trust: 'aws' | 'any' = 'aws') =>
  endpointsOf({ env, region, partition: partitionOf(region), trust, sts: true });

test.each([
  ['eu-west-1', 'https://metering.marketplace.eu-west-1.amazonaws.com', 'https://sts.eu-west-1.amazonaws.com'],
  [
    'us-gov-west-1',
    'https://metering.marketplace.us-gov-west-1.amazonaws.com',
    'https://sts.us-gov-west-1.amazonaws.com',
  ],
  [
    'cn-northwest-1',
    'https://metering.marketplace.cn-northwest-1.amazonaws.com.cn',
    'https://sts.cn-northwest-1.amazonaws.com.cn',
  ],
  [
    'eusc-de-east-1',
    'https://metering-marketplace.eusc-de-east-1.amazonaws.eu',
    'https://sts.eusc-de-east-1.amazonaws.eu',
  ],
])('the hosts of %s', (region, metering, sts) => {
  expect(at(region)).toEqual({ metering, sts, warnings: [] });
});

test('dual-stack is a wish, where AWS has it', () => {
  const wish = { AWS_USE_DUALSTACK_ENDPOINT: 'true' };
  expect(at('eu-west-1', wish)).toMatchObject({
    metering: 'https://metering-marketplace.eu-west-1.api.aws',
    sts: 'https://sts.eu-west-1.api.aws',
  });
  expect(at('cn-northwest-1', wish).metering).toBe(
    'https://metering-marketplace.cn-northwest-1.api.amazonwebservices.com.cn',
  );
  expect(at('eusc-de-east-1', wish).warnings).toEqual([expect.stringContaining('AWS_USE_DUALSTACK_ENDPOINT')]);
});

const METERING = 'AWS_ENDPOINT_URL_MARKETPLACE_METERING';

test.each([
  'https://metering.marketplace.eu-west-1.amazonaws.com',
  'https://metering.marketplace.eu-west-1.amazonaws.com/',
  'https://METERING.marketplace.eu-west-1.amazonaws.com:443',
  'https://metering-marketplace.eu-west-1.api.aws',
  'https://vpce-0a1b-2c3d.metering-marketplace.eu-west-1.vpce.amazonaws.com',
  'https://vpce-0a1b-2c3d-eu-west-1a.metering-marketplace.eu-west-1.vpce.amazonaws.com',
])('AWS itself is taken: %s', (url) => {
  expect(at('eu-west-1', { [METERING]: url }).metering).toBe(new URL(url).origin);
});

test.each([
  'http://metering.marketplace.eu-west-1.amazonaws.com',
  'https://metering.marketplace.us-east-1.amazonaws.com',
  'https://metering.marketplace.eu-west-1.amazonaws.com:8443',
  'https://metering.marketplace.eu-west-1.amazonaws.com/path',
  'https://user@metering.marketplace.eu-west-1.amazonaws.com',
  'https://metering.marketplace.eu-west-1.amazonaws.com.example.com',
  'https://metering-marketplace.eu-west-1.amazonaws.com.evil.vpce.amazonaws.com',
  'https://evil.example.com/vpce-1.metering-marketplace.eu-west-1.vpce.amazonaws.com',
  'https://vpce-1.execute-api.eu-west-1.vpce.amazonaws.com',
  'https://vpce-1.metering-marketplace.us-east-1.vpce.amazonaws.com',
  'https://a.vpce-1.metering-marketplace.eu-west-1.vpce.amazonaws.com',
  'https://xvpce-1.metering-marketplace.eu-west-1.vpce.amazonaws.com',
  'https://sts.eu-west-1.amazonaws.com',
  'https://bucket.s3.eu-west-1.amazonaws.com',
  'http://127.0.0.1:8700',
  'not an address',
  'ftp://metering.marketplace.eu-west-1.amazonaws.com',
])('anything else is refused by the name of its variable: %s', (url) => {
  for (const variable of [METERING, 'AWS_ENDPOINT_URL']) {
    expect(() => at('eu-west-1', { [variable]: url })).toThrow(TollgateError);
    expect(() => at('eu-west-1', { [variable]: url })).toThrow(variable);
  }
});

test('no host that ends otherwise than AWS names it is ever taken', () => {
  fc.assert(
    fc.property(fc.webUrl({ validSchemes: ['http', 'https'] }), (url) => {
      expect(() => at('eu-west-1', { [METERING]: url })).toThrow(TollgateError);
    }),
  );
});

test("STS is held to STS's own names, and not at all where it is not called", () => {
  const env = { AWS_ENDPOINT_URL: 'https://vpce-1.metering-marketplace.eu-west-1.vpce.amazonaws.com' };
  expect(() => at('eu-west-1', env)).toThrow(/Security Token Service/);
  const question = { env, region: 'eu-west-1', partition: 'aws', trust: 'aws', sts: false } as const;
  expect(endpointsOf(question)).toMatchObject({ metering: env.AWS_ENDPOINT_URL, sts: undefined });
  const sts = 'https://vpce-1.sts.eu-west-1.vpce.amazonaws.com';
  expect(at('eu-west-1', { AWS_ENDPOINT_URL_STS: sts }).sts).toBe(sts);
});

test('with "endpoints: any" every address is taken, the one for the service first', () => {
  const env = { AWS_ENDPOINT_URL: 'http://one:1', [METERING]: 'http://two:2/' };
  expect(at('eu-west-1', env, 'any')).toMatchObject({ metering: 'http://two:2', sts: 'http://one:1' });
  expect(() => at('eu-west-1', { [METERING]: 'gopher://x' }, 'any')).toThrow(METERING);
});

test('overrides can be switched off as in the SDK', () => {
  const env = { [METERING]: 'http://127.0.0.1:8700', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' };
  expect(at('eu-west-1', env).metering).toBe('https://metering.marketplace.eu-west-1.amazonaws.com');
});

test('TLS without a check is refused unless the vendor trusts any endpoint', () => {
  const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
  expect(() => at('eu-west-1', env)).toThrow('NODE_TLS_REJECT_UNAUTHORIZED');
  expect(() => at('eu-west-1', env, 'any')).not.toThrow();
});

test('what is not used is named with what helps', () => {
  const { warnings } = at('eu-west-1', { AWS_CA_BUNDLE: '/ca.pem', AWS_USE_FIPS_ENDPOINT: 'true' });
  expect(warnings).toEqual([
    expect.stringContaining('AWS_USE_FIPS_ENDPOINT'),
    expect.stringMatching(/AWS_CA_BUNDLE.*NODE_EXTRA_CA_CERTS/),
  ]);
});
