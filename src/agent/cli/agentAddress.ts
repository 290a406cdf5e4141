import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Listen } from '../core/configuration/config.ts';
import * as listen from '../core/configuration/values/listen.ts';
import { TollgateError } from '../core/errors.ts';
import { EXIT } from '../core/exitCode.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a running agent is looked for. */
export type AgentAddress = {
  readonly door: Listen;
  readonly tokenFile: string | undefined;
  /** The health listener; undefined when it is off, or when the door was named and nothing else is meant. */
  readonly health: Listen | undefined;
};

const INSTALLED = '/etc/tollgate/tollgate.yaml';
const LOCAL = 'tollgate.yaml';

const DOOR: Listen = { kind: 'tcp', host: '127.0.0.1', port: 8787 };
const HEALTH: Listen = { kind: 'tcp', host: '0.0.0.0', port: 8788 };
const LEDGER = '/var/lib/tollgate';

/** Where `exec` puts the token that it makes, in the ledger's folder. */
const MADE_TOKEN = 'door-token';

const wrong = (name: string, value: string): TollgateError =>
  new TollgateError('agent_address', `${name} "${value}" is no address of an agent`, {
    exitCode: EXIT.usage,
    remedy: 'write http://127.0.0.1:8787 or unix:/run/tollgate/door.sock',
  });

/** The address in a URL of the door. */
const urlOf = (name: string, text: string): Listen => {
  const authority = /^http:\/\/([^/?#@]+)\/?$/.exec(text)?.[1] ?? (text.startsWith('unix:') ? text : undefined);
  if (authority === undefined) throw wrong(name, text);
  const withPort = authority.startsWith('unix:') || /:\d+$/.test(authority) ? authority : `${authority}:80`;
  const read = listen.read(withPort);
  if (!read.ok) throw wrong(name, text);
  return read.value;
};

const addressOf = (name: string, text: string): Listen => {
  const read = listen.read(text.trim());
  if (!read.ok) throw wrong(name, text);
  return read.value;
};

type Section = Readonly<Record<string, unknown>>;
const sectionOf = (value: unknown): Section =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Section) : {};

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

type Sections = { readonly door: Section; readonly health: Section; readonly ledger: Section };
const NOTHING: Sections = { door: {}, health: {}, ledger: {} };

/**
 * The sections that say where the agent is. Only looked at, not checked: the agent has checked the file, and a
 * health check must be quick, so that the YAML reader is loaded only for a file that speaks of them.
 */
const sectionsOf = async (file: string | undefined): Promise<Sections> => {
  if (file === undefined) return NOTHING;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new TollgateError('agent_address', `the configuration ${file} cannot be read`, {
      exitCode: EXIT.configuration,
      remedy: 'give this user the right to read it, or name the door with --url',
      cause,
    });
  }
  if (!/\b(?:door|health|ledger)\b/.test(text)) return NOTHING;
  const { looseYaml } = await import('./looseYaml.ts');
  try {
    const { door, health, ledger } = sectionOf(looseYaml(text));
    return { door: sectionOf(door), health: sectionOf(health), ledger: sectionOf(ledger) };
  } catch (cause) {
    throw new TollgateError('agent_address', `the configuration ${file} is no YAML`, {
      exitCode: EXIT.configuration,
      remedy: 'run "tollgate config check", or name the door with --url',
      cause,
    });
  }
};

const fileOf = (config: string | undefined, env: Environment): string | undefined => {
  const named = config ?? textOf(env['TOLLGATE_CONFIG']);
  return named ?? [INSTALLED, LOCAL].find((file) => existsSync(file));
};

/** The token that `exec` has made, when there is one: it is given to the product alone, but a health check runs beside it. */
const madeToken = (directory: string): string | undefined => {
  const file = join(directory, MADE_TOKEN);
  return existsSync(file) ? file : undefined;
};

/**
 * Looks up where the agent listens: `--url`, else TOLLGATE_URL, else door and health of the configuration (and their
 * variables), else 127.0.0.1:8787 and :8788. The token's file is TOLLGATE_TOKEN_FILE, else the configuration's, else the
 * one that `exec` has made.
 */
export const findAgent = async (
  { url, config }: { readonly url?: string | undefined; readonly config?: string | undefined },
  env: Environment,
): Promise<AgentAddress> => {
  const setting = (name: string, section: Section, key: string): string | undefined =>
    textOf(env[name]) ?? textOf(section[key]);
  const named = textOf(env['TOLLGATE_TOKEN_FILE']);
  const told = url === undefined ? (['TOLLGATE_URL', env['TOLLGATE_URL']] as const) : (['--url', url] as const);
  if (told[1] !== undefined && told[1] !== '') {
    return { door: urlOf(told[0], told[1]), tokenFile: named, health: undefined };
  }
  const { door, health, ledger } = await sectionsOf(fileOf(config, env));
  const doorText = setting('TOLLGATE_DOOR_LISTEN', door, 'listen');
  const healthText = setting('TOLLGATE_HEALTH_LISTEN', health, 'listen');
  const healthIs = healthText === undefined ? HEALTH : addressOf('health.listen', healthText);
  return {
    door: doorText === undefined ? DOOR : addressOf('door.listen', doorText),
    tokenFile:
      named ??
      setting('TOLLGATE_DOOR_TOKEN_FILE', door, 'tokenFile') ??
      madeToken(setting('TOLLGATE_LEDGER_DIRECTORY', ledger, 'directory') ?? LEDGER),
    health: healthText === undefined && health['listen'] === null ? undefined : healthIs,
  };
};
