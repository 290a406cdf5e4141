import { TollgateError } from '../errors.ts';
import { EXIT } from '../exitCode.ts';
import { isRegionName } from './dns.ts';
import type { Environment } from './environment.ts';
import type { Sourced } from './whereabouts.ts';

const refuse = (code: string, message: string, remedy: string): never => {
  throw new TollgateError(code, message, { remedy, exitCode: EXIT.platform });
};

/**
 * The Region, from every source that speaks: the environment, and what ECS or EC2 says of itself. Never a default: a
 * record in a wrong Region is nobody's. Two sources that disagree are an error that names both.
 */
export const regionOf = (env: Environment, platform: Sourced | undefined): Sourced => {
  const variables = (['AWS_REGION', 'AWS_DEFAULT_REGION'] as const).flatMap((source) => {
    const name = env[source];
    return name === undefined ? [] : [{ name, source }];
  });
  const sources = [...variables, ...(platform === undefined ? [] : [platform])];
  const [first] = sources;
  if (first === undefined) {
    return refuse(
      'region_unknown',
      'the Region is not known: AWS_REGION and AWS_DEFAULT_REGION are not set, and nothing else here tells it',
      'set AWS_REGION to the Region in which this runs (in the pod template on EKS, in the task definition on ECS)',
    );
  }
  for (const { name, source } of sources) {
    if (!isRegionName(name)) {
      return refuse(
        'region_invalid',
        `${source} is ${JSON.stringify(name)}, which is not the name of a Region`,
        `set ${source} to a Region's name, as in "eu-west-1"`,
      );
    }
  }
  const other = sources.find(({ name }) => name !== first.name);
  if (other !== undefined) {
    return refuse(
      'region_disagreement',
      `${first.source} says ${first.name}, ${other.source} says ${other.name}`,
      'leave only the Region in which this really runs: AWS refuses records from another one',
    );
  }
  // What the platform says of itself is the better witness, where both agree.
  return platform ?? first;
};
