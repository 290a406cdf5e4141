import { expect, test } from '@jest/globals';
import { detect } from '../../../src/agent/core/platform/detect.ts';
import { isolateEnvironment } from '../../../src/agent/core/platform/isolate.ts';
import type { Whereabouts } from '../../../src/agent/core/platform/whereabouts.ts';
import { CLAIMS, ECS, EKS, evidenceOf, found, TASK_ARN, tokenWith } from './support.ts';

const AUTO = { platform: 'auto', endpoints: 'any' } as const;
const whereaboutsOf = (...look: Parameters<typeof evidenceOf>): Whereabouts => {
  const detected = detect(evidenceOf(...look), AUTO);
  if (detected.kind !== 'known') throw new Error(detected.message);
  return detected.whereabouts;
};

const ecs = whereaboutsOf(ECS, { task: found({ TaskARN: TASK_ARN }) });
const eks = whereaboutsOf(EKS, { token: found(tokenWith(CLAIMS)) });
const ec2 = whereaboutsOf({}, { instance: found({ instanceId: 'i-1', region: 'eu-west-1' }) });

const STRAY = {
  PATH: '/bin',
  TOLLGATE_LOG_LEVEL: 'debug',
  AWS_ACCESS_KEY_ID: 'a',
  AWS_SECRET_ACCESS_KEY: 's',
  AWS_PROFILE: 'p',
  AWS_ENDPOINT_URL: 'http://x',
  AWS_USE_FIPS_ENDPOINT: 'true',
  AWS_SOMETHING_NEW: 'x',
};

test.each([
  ['ecs', ecs],
  ['eks', eks],
  ['ec2', ec2],
])('no variable of AWS that the buyer set reaches the SDK: %s', (_title, whereabouts) => {
  const isolated = isolateEnvironment({ ...STRAY, ...ECS, ...EKS, HOME: '/home/me' }, whereabouts);
  expect(isolated).toMatchObject({ PATH: '/bin', TOLLGATE_LOG_LEVEL: 'debug', HOME: '/home/me' });
  const left = Object.keys(isolated).filter((name) => name.startsWith('AWS_'));
  expect(left.filter((name) => name in STRAY || name in ECS || name in EKS)).toEqual([]);
  expect(isolated).toMatchObject({ AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' });
});

test('instance metadata is off but on EC2, and its first version everywhere', () => {
  for (const whereabouts of [ecs, eks]) {
    expect(isolateEnvironment({}, whereabouts)).toMatchObject({ AWS_EC2_METADATA_DISABLED: 'true' });
  }
  expect(isolateEnvironment({}, ec2)).toMatchObject({
    AWS_EC2_METADATA_V1_DISABLED: 'true',
    AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://169.254.169.254',
  });
  expect(isolateEnvironment({ AWS_EC2_METADATA_DISABLED: 'true' }, ec2)).not.toHaveProperty(
    'AWS_EC2_METADATA_DISABLED',
  );
});

test('there is always a home, so that nobody looks the user up', () => {
  expect(isolateEnvironment({}, eks)).toMatchObject({ HOME: '/nonexistent' });
  expect(isolateEnvironment({ HOME: '' }, eks)).toMatchObject({ HOME: '/nonexistent' });
});
