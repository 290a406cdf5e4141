import type { ArgsDef } from 'citty';
import type { Request } from '../../io/files/loadConfig.ts';

export const CONFIG_ARGS = {
  config: {
    type: 'string',
    description: 'The configuration file; else TOLLGATE_CONFIG, /etc/tollgate/tollgate.yaml, ./tollgate.yaml',
    valueHint: 'FILE',
  },
} as const satisfies ArgsDef;

/** What this process asks of the configuration: its options, environment and folder. */
export const requestOf = ({ config }: { readonly config?: string | undefined }): Request => ({
  env: process.env,
  cwd: process.cwd(),
  ...(config === undefined ? {} : { configPath: config }),
});
