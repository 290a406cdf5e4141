import type { Environment } from './environment.ts';
import type { Whereabouts } from './whereabouts.ts';

/** Read by the SDK in place of the shared configuration and credential files: nothing is in it. */
const NOTHING = '/dev/null';

/** Makes the SDK take the container endpoint that it is handed in code, and ask nobody a second time. */
const HANDED_IN_CODE = 'http://handed-in-code.invalid/';

/**
 * The environment for the process or worker in which the AWS SDK runs: none of the buyer's AWS_* variables, files or
 * profiles, so that only the allowed source of credentials can answer; it is handed to the SDK in code. HOME is always
 * set, since the SDK would else look the user up, who may not exist in the image.
 */
export const isolateEnvironment = (env: Environment, whereabouts: Whereabouts): Environment => {
  const others = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('AWS_')));
  const source = whereabouts.platform === 'local' ? undefined : whereabouts.credentialSource;
  return {
    ...others,
    HOME: (env['HOME'] ?? '') === '' ? '/nonexistent' : env['HOME'],
    AWS_CONFIG_FILE: NOTHING,
    AWS_SHARED_CREDENTIALS_FILE: NOTHING,
    AWS_EC2_METADATA_V1_DISABLED: 'true',
    ...(source?.kind === 'instanceRole'
      ? { AWS_EC2_METADATA_SERVICE_ENDPOINT: source.endpoint }
      : { AWS_EC2_METADATA_DISABLED: 'true' }),
    ...(source?.kind === 'taskRole' ? { AWS_CONTAINER_CREDENTIALS_FULL_URI: HANDED_IN_CODE } : {}),
  };
};
