/** Variables by name, as a process sees them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables whose values we read. Keys, tokens and the like are only looked for, never read, and are left alone. */
const READ = [
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_ROLE_ARN',
  'AWS_ROLE_SESSION_NAME',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  'AWS_EC2_METADATA_DISABLED',
  'AWS_EC2_METADATA_SERVICE_ENDPOINT',
  'AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE',
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_MARKETPLACE_METERING',
  'AWS_ENDPOINT_URL_STS',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
  'AWS_USE_DUALSTACK_ENDPOINT',
  'AWS_USE_FIPS_ENDPOINT',
  'AWS_CA_BUNDLE',
  'ECS_CONTAINER_METADATA_URI_V4',
  'KUBERNETES_SERVICE_HOST',
  'KUBERNETES_SERVICE_PORT',
  'POD_UID',
  'HTTPS_PROXY',
  'https_proxy',
  'HTTP_PROXY',
  'http_proxy',
  'NO_PROXY',
  'no_proxy',
  'NODE_TLS_REJECT_UNAUTHORIZED',
] as const;

/**
 * The environment as it was meant: white space, line ends and a byte order mark around a value are cut, with one warning
 * each (a secret made with `echo value | base64`, a file edited on Windows). An empty value counts as not set. Values are
 * not shown: a proxy's may hold a password.
 */
export const cleanEnvironment = (
  env: Environment,
): { readonly env: Environment; readonly warnings: readonly string[] } => {
  const cleaned: Record<string, string | undefined> = { ...env };
  const warnings: string[] = [];
  for (const name of READ) {
    const value = env[name];
    if (value === undefined) continue;
    const trimmed = value.trim();
    cleaned[name] = trimmed === '' ? undefined : trimmed;
    if (trimmed !== value && trimmed !== '') {
      warnings.push(`${name}: white space around its value was cut; set it without`);
    }
  }
  return { env: cleaned, warnings };
};

/** Whether a switch of the SDK's environment is on. */
export const isOn = (value: string | undefined): boolean => value?.toLowerCase() === 'true';
