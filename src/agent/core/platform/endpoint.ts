import type { Partition } from '../../../regions/index.ts';
import { TollgateError } from '../errors.ts';
import { EXIT } from '../exitCode.ts';
import { DNS_SUFFIXES, type Dns, dnsOf } from './dns.ts';
import { type Environment, isOn } from './environment.ts';

/** Where the two services are called, as origins: `https://host`. STS on EKS only. */
export type Endpoints = {
  readonly metering: string;
  readonly sts: string | undefined;
  readonly warnings: readonly string[];
};

type Service = {
  readonly variable: string;
  readonly title: string;
  /** The host in a Region (the service's endpoint rules; general reference). */
  readonly normal: (region: string, dns: Dns) => string;
  readonly dualStack: (region: string, suffix: string) => string;
  /** The service's name in a VPC endpoint's host. */
  readonly vpc: string;
};

/** The EU sovereign cloud writes a hyphen where the others have a dot. */
const EU_SOVEREIGN = 'amazonaws.eu';

const METERING: Service = {
  variable: 'AWS_ENDPOINT_URL_MARKETPLACE_METERING',
  title: 'the Marketplace Metering Service',
  normal: (region, { suffix }) =>
    suffix === EU_SOVEREIGN ? `metering-marketplace.${region}.${suffix}` : `metering.marketplace.${region}.${suffix}`,
  dualStack: (region, suffix) => `metering-marketplace.${region}.${suffix}`,
  vpc: 'metering-marketplace',
};

const STS: Service = {
  variable: 'AWS_ENDPOINT_URL_STS',
  title: 'the Security Token Service',
  normal: (region, { suffix }) => `sts.${region}.${suffix}`,
  dualStack: (region, suffix) => `sts.${region}.${suffix}`,
  vpc: 'sts',
};

const hostsOf = (service: Service, region: string, dns: Dns): readonly string[] => [
  service.normal(region, dns),
  ...(dns.dualStackSuffix === undefined ? [] : [service.dualStack(region, dns.dualStackSuffix)]),
];

const isVpcEndpoint = (service: Service, host: string, region: string, { suffix }: Dns): boolean => {
  const [id = ''] = host.split('.');
  return /^vpce-[a-z0-9-]+$/.test(id) && host === `${id}.${service.vpc}.${region}.vpce.${suffix}`;
};

/** Whether an override names AWS itself: https, no other port, and exactly the service's host in this Region. */
const isAws = (url: URL, service: Service, region: string, dns: Dns): boolean =>
  url.protocol === 'https:' &&
  url.port === '' &&
  url.username === '' &&
  url.pathname === '/' &&
  (hostsOf(service, region, dns).includes(url.hostname) || isVpcEndpoint(service, url.hostname, region, dns));

const refuse = (code: string, message: string, remedy: string): never => {
  throw new TollgateError(code, message, { remedy, exitCode: EXIT.configuration });
};

const overrideOf = (
  service: Service,
  env: Environment,
): { readonly variable: string; readonly value: string } | undefined => {
  if (isOn(env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'])) return undefined;
  const variable = [service.variable, 'AWS_ENDPOINT_URL'].find((name) => env[name] !== undefined);
  return variable === undefined ? undefined : { variable, value: env[variable] ?? '' };
};

/** What the endpoints depend on. `sts`: whether STS is called at all (EKS). */
export type EndpointQuestion = {
  readonly env: Environment;
  readonly region: string;
  readonly partition: Partition;
  /** `aws`: only AWS itself. `any`: whatever the environment names, for emulators. */
  readonly trust: 'aws' | 'any';
  readonly sts: boolean;
};

const endpointOf = (service: Service, { env, region, partition, trust }: EndpointQuestion): string => {
  const dns = dnsOf(partition);
  const override = overrideOf(service, env);
  if (override === undefined) {
    const dual = isOn(env['AWS_USE_DUALSTACK_ENDPOINT']) ? dns.dualStackSuffix : undefined;
    return `https://${dual === undefined ? service.normal(region, dns) : service.dualStack(region, dual)}`;
  }
  const { variable, value } = override;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    return refuse('endpoint_invalid', `${variable} is not the address of a service`, `remove ${variable}`);
  }
  if (trust === 'aws' && !isAws(url, service, region, dns)) {
    const allowed = [
      ...hostsOf(service, region, dns),
      `vpce-<id>.${service.vpc}.${region}.vpce.${dns.suffix} (a VPC endpoint)`,
    ].map((host) => `https://${host}`);
    return refuse(
      'endpoint_refused',
      `${variable} leads to ${url.protocol}//${url.host}, which is not ${service.title} in ${region}`,
      `remove ${variable}, or give it one of: ${allowed.join(', ')}. An emulator needs the vendor's setting "endpoints: any"`,
    );
  }
  return url.origin;
};

const warningsOf = ({ env, partition }: EndpointQuestion): readonly string[] => [
  ...(isOn(env['AWS_USE_FIPS_ENDPOINT'])
    ? ['AWS_USE_FIPS_ENDPOINT: not used, since AWS lists no FIPS endpoint for metering']
    : []),
  ...(isOn(env['AWS_USE_DUALSTACK_ENDPOINT']) && dnsOf(partition).dualStackSuffix === undefined
    ? [`AWS_USE_DUALSTACK_ENDPOINT: not used, since the partition ${partition} has no dual-stack endpoints`]
    : []),
  ...(env['AWS_CA_BUNDLE'] === undefined
    ? []
    : ['AWS_CA_BUNDLE: not read; set NODE_EXTRA_CA_CERTS to the same file instead']),
];

const tlsUnchecked = (): never =>
  refuse(
    'tls_unchecked',
    'NODE_TLS_REJECT_UNAUTHORIZED=0 switches off the check that AWS is AWS',
    'remove it; for a proxy with its own certificate authority set NODE_EXTRA_CA_CERTS to its certificate file',
  );

/**
 * What can be said of the endpoints before anything is known of platform and Region: that metering would not reach AWS
 * at all. Said first, since whoever puts something in AWS's place mostly does so for the platform too, and would be told
 * of that instead. A TollgateError (78).
 */
export const refuseForeignEndpoint = (env: Environment, trust: EndpointQuestion['trust']): void => {
  if (trust === 'any') return;
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') tlsUnchecked();
  const override = overrideOf(METERING, env);
  if (override === undefined) return;
  const { variable, value } = override;
  const host = URL.canParse(value) ? new URL(value).hostname : '';
  if (DNS_SUFFIXES.some((suffix) => host.endsWith(`.${suffix}`))) return;
  refuse(
    'endpoint_refused',
    `${variable} leads to ${host === '' ? 'no address' : host}, which is not AWS`,
    `remove ${variable}: AWS's address follows from the Region. An emulator needs the vendor's setting "endpoints: any"`,
  );
};

/**
 * Where metering and STS are called. With `trust: aws` an override by AWS_ENDPOINT_URL_MARKETPLACE_METERING,
 * AWS_ENDPOINT_URL_STS or AWS_ENDPOINT_URL is taken only when its host is exactly AWS's for that service in this Region;
 * anything else is a TollgateError (78): usage must reach AWS, not somebody who says thank you.
 */
export const endpointsOf = (question: EndpointQuestion): Endpoints => {
  if (question.trust === 'aws' && question.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    return tlsUnchecked();
  }
  return {
    metering: endpointOf(METERING, question),
    sts: question.sts ? endpointOf(STS, question) : undefined,
    warnings: warningsOf(question),
  };
};
