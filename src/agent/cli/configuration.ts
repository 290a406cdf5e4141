import type { Config } from '../core/configuration/config.ts';
import { configurationError } from '../core/configuration/problem.ts';
import { loadConfig } from '../io/files/loadConfig.ts';

/** The configuration in force. Throws a TollgateError (78) that tells every problem at once. */
export const configurationOf = (
  configPath: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Config => {
  const loaded = loadConfig({ env, cwd: process.cwd(), ...(configPath === undefined ? {} : { configPath }) });
  if (loaded.ok) return loaded.config;
  throw configurationError(loaded.problems);
};
