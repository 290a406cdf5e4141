import { HOUR, MINUTE } from '../rules/values/instant.ts';
import type { Role, Settings, World } from '../rules/world.ts';
import { AMI_REGIONS, CONTAINER_REGIONS } from './regionLists.ts';
import { TEST_KEY_CLUSTER, TEST_KEY_HOURLY, TEST_KEY_USAGE } from './testKeys.ts';

export const BUYER = '111122223333';
export const SELLER = '444455556666';

export const DEFAULT_SETTINGS: Settings = {
  // API reference, "AWS Marketplace Metering Service quotas". None is stated for ResolveCustomer.
  quota: { MeterUsage: 10, RegisterUsage: 5, BatchMeterUsage: 10 },
  dryRun: { answer: 'ok', checks: 'all', denied: 'AccessDeniedException' },
  keySpelling: 'lower',
  clockSkew: 5 * MINUTE,
  credentialLife: HOUR,
  tokenLife: 24 * HOUR,
};

/** Trusts every service account and every home: the default of a role. */
export const EVERYONE: Role['trust'] = {
  sub: 'system:serviceaccount:*:*',
  aud: 'sts.amazonaws.com',
  services: ['ecs-tasks.amazonaws.com', 'ec2.amazonaws.com', 'pods.eks.amazonaws.com'],
};

const role = (...actions: readonly string[]): Role => ({ actions, trust: EVERYONE });
const REGISTER = 'aws-marketplace:RegisterUsage';
const METER = 'aws-marketplace:MeterUsage';

const key = (privateKey: string) => [{ version: 1, privateKey }];

/** The world when no file says otherwise: one buyer, one seller, five products, usable at once. */
export const DEFAULT_WORLD: World = {
  settings: DEFAULT_SETTINGS,
  accounts: {
    [BUYER]: { subscriptions: ['4w1vgsrkqdkypbz43g7qkk4uz', '2hourlyproductcode0example1'] },
    [SELLER]: { subscriptions: [] },
  },
  products: {
    '4w1vgsrkqdkypbz43g7qkk4uz': {
      id: 'prod-usageexample01',
      seller: SELLER,
      pricing: 'usage',
      delivery: ['container', 'ami'],
      published: true,
      dimensions: {
        requests: { decimals: true },
        data_gb: { decimals: true },
        node_hours: { decimals: true },
        users: { decimals: true },
      },
      keys: key(TEST_KEY_USAGE),
    },
    '2hourlyproductcode0example1': {
      id: 'prod-hourlyexample1',
      seller: SELLER,
      pricing: 'hourly',
      delivery: ['container'],
      published: true,
      dimensions: { hourly: { decimals: true } },
      keys: key(TEST_KEY_HOURLY),
    },
    '3notsubscribedcode0example1': {
      id: 'prod-notboughtexam1',
      seller: SELLER,
      pricing: 'usage',
      delivery: ['container'],
      published: true,
      dimensions: { requests: { decimals: true } },
      keys: key(TEST_KEY_HOURLY),
    },
    '4freeproductcode00example01': {
      id: 'prod-freeexample001',
      seller: SELLER,
      pricing: 'free',
      delivery: ['container'],
      published: true,
      dimensions: { requests: { decimals: true } },
      keys: key(TEST_KEY_HOURLY),
    },
    '5saasproductcode00example01': {
      id: 'prod-saasexample001',
      seller: SELLER,
      pricing: 'usage',
      delivery: ['saas'],
      published: true,
      dimensions: { requests: { decimals: true } },
      keys: [],
    },
  },
  roles: {
    metering: role(REGISTER, METER),
    nothing: role(),
    'register-only': role(REGISTER),
    'meter-only': role(METER),
    // The node's role may call: what keeps a pod from metering with it is the platform rule, not IAM.
    node: role(REGISTER, METER),
  },
  users: {
    // The key pairs are the examples of AWS's own documentation.
    developer: {
      account: BUYER,
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      actions: ['aws-marketplace:*'],
    },
    seller: {
      account: SELLER,
      accessKeyId: 'AKIAI44QH8DHBEXAMPLE',
      secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY',
      actions: ['aws-marketplace:*'],
    },
  },
  clusters: {
    ecs: 'billing',
    eks: { name: 'shop', id: '0123456789ABCDEF0123456789ABCDEF', privateKey: TEST_KEY_CLUSTER },
  },
  issuers: [],
  customers: [
    {
      identifier: 'ExampleCust1',
      account: BUYER,
      product: '5saasproductcode00example01',
      licenseArn: `arn:aws:license-manager::${BUYER}:license:l-0123456789abcdef0123456789abcdef`,
      agreementId: 'agmt-example0000000000001',
      subscribed: true,
      tokens: [
        { value: 'registration-token-example', expired: false },
        { value: 'registration-token-expired', expired: true },
      ],
    },
    {
      identifier: 'ExampleCust2',
      account: '222233334444',
      product: '5saasproductcode00example01',
      licenseArn: 'arn:aws:license-manager::222233334444:license:l-fedcba9876543210fedcba9876543210',
      agreementId: 'agmt-example0000000000002',
      subscribed: false,
      tokens: [],
    },
  ],
  regions: { container: CONTAINER_REGIONS, ami: AMI_REGIONS },
};
