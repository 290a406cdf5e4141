import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { toError } from '../../core/errors.ts';
import { type CredentialFailure, credentialTroubleOf } from '../../core/platform/credentialTrouble.ts';
import type { CredentialSource } from '../../core/platform/whereabouts.ts';
import type { CredentialTrouble } from '../../core/sending/answer.ts';
import { type Instant, MINUTE, type Millis, SECOND } from '../../core/time/hour.ts';
import type { Clock } from '../../ports.ts';
import type { SdkHandler } from './sdkHandler.ts';
import { watchRequests } from './watchRequests.ts';

export type SdkCredentials = Awaited<ReturnType<ReturnType<typeof defaultProvider>>>;

/** There is nothing to sign with. */
export class NoCredentialsError extends Error {
  override readonly name = 'NoCredentialsError';
  readonly trouble: CredentialTrouble;

  constructor(trouble: CredentialTrouble, cause: unknown) {
    super(trouble.message, { cause });
    this.trouble = trouble;
  }
}

/** The container credential endpoint (ECS developer guide, Task IAM role). */
const ECS_HOST = 'http://169.254.170.2';

/** Local endpoints answer within this, or are in trouble. */
const LOCAL_TIMEOUT: Millis = 3 * SECOND;

/** After a failure everybody is told the same for so long: many callers are no reason for many requests. */
const HOLD: Millis = 2 * SECOND;

/** Renewed so long before they expire, but never earlier than in the last quarter of their life. */
const MARGIN: Millis = 5 * MINUTE;

const silent = { trace: () => {}, debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** STS, as far as the chain needs it. */
export type Sts = { readonly endpoint: string | undefined; readonly region: string; readonly handler: SdkHandler };

/** The token file may end in a line end; STS gets the token alone. */
const trimmedToken = {
  applyToStack: (stack: { readonly add: (middleware: unknown, options: unknown) => void }) =>
    stack.add(
      (next: (args: unknown) => unknown) => (args: { readonly input: { readonly WebIdentityToken?: string } }) =>
        next({ ...args, input: { ...args.input, WebIdentityToken: args.input.WebIdentityToken?.trim() } }),
      { step: 'initialize', name: 'trimmedToken' },
    ),
};

/** What the SDK's chain is handed, so that exactly one of its links can answer. */
const initOf = (source: CredentialSource, sts: Sts): Parameters<typeof defaultProvider>[0] => {
  // The SDK only warns when its own time is over, and goes on waiting: ours ends first.
  const common = { logger: silent, maxRetries: 0, timeout: 2 * LOCAL_TIMEOUT };
  switch (source.kind) {
    case 'taskRole':
      return 'relativeUri' in source
        ? { ...common, awsContainerCredentialsRelativeUri: source.relativeUri }
        : {
            ...common,
            awsContainerCredentialsFullUri: source.fullUri,
            ...(source.authorization === undefined
              ? {}
              : { awsContainerAuthorizationTokenFile: source.authorization.tokenFile }),
          };
    case 'irsa':
      return {
        ...common,
        roleArn: source.roleArn,
        webIdentityTokenFile: source.tokenFile,
        roleSessionName: source.sessionName ?? 'tollgate',
        clientConfig: {
          region: sts.region,
          ...(sts.endpoint === undefined ? {} : { endpoint: sts.endpoint }),
          requestHandler: sts.handler,
          maxAttempts: 1,
          retryMode: 'standard',
          defaultsMode: 'standard',
          useFipsEndpoint: false,
          useDualstackEndpoint: false,
          logger: silent,
        },
        clientPlugins: [trimmedToken as never],
      };
    case 'instanceRole':
      return { ...common, ec2MetadataV1Disabled: true };
    default:
      return source satisfies never;
  }
};

/** The endpoint beside us that hands out credentials; undefined for STS. */
const localEndpointOf = (source: CredentialSource): string | undefined => {
  switch (source.kind) {
    case 'taskRole':
      return 'relativeUri' in source ? ECS_HOST : source.fullUri;
    case 'instanceRole':
      return source.endpoint;
    case 'irsa':
      return undefined;
    default:
      return source satisfies never;
  }
};

const failureOf = (error: unknown): CredentialFailure => {
  const { name, message } = toError(error);
  const code = (error as { readonly code?: unknown }).code;
  return { name: typeof code === 'string' ? code : name, message };
};

/** Asks the SDK's own chain once, with what the platform's endpoint answered when it came to nothing. */
const makeLoad = (source: CredentialSource, sts: Sts): (() => Promise<SdkCredentials>) => {
  const provider = defaultProvider(initOf(source, sts));
  const endpoint = localEndpointOf(source);
  return async () => {
    const watch = endpoint === undefined ? undefined : watchRequests(new URL(endpoint).host, LOCAL_TIMEOUT);
    try {
      // We keep the credentials ourselves, by AWS's time and under our own rules.
      return await provider({ forceRefresh: true });
    } catch (error) {
      const last = watch?.last();
      const failure =
        last === undefined
          ? failureOf(error)
          : 'status' in last
            ? { ...failureOf(error), status: last.status }
            : { name: 'Error', message: last.error };
      throw new NoCredentialsError(credentialTroubleOf(source, failure), error);
    } finally {
      watch?.stop();
    }
  };
};

type Kept = { readonly credentials: SdkCredentials; readonly expires: Instant; readonly renewAt: Instant };

export type Credentials = {
  /** Valid ones; rejects with NoCredentialsError. All callers share one request for each expiry. */
  readonly current: () => Promise<SdkCredentials>;
  /** The next call asks anew: AWS called the present ones expired or unknown. */
  readonly renew: () => void;
};

/**
 * Credentials from the one allowed source, by the SDK's chain. The environment of this thread must be isolated first
 * (isolateEnvironment). `now` is the time by which they expire.
 */
export const makeCredentials = (
  source: CredentialSource,
  sts: Sts,
  { clock, now }: { readonly clock: Clock; readonly now: () => Instant },
): Credentials => {
  const load = makeLoad(source, sts);
  let kept: Kept | undefined;
  let pending: Promise<SdkCredentials> | undefined;
  let failed: { readonly error: unknown; readonly until: Millis } | undefined;

  const keep = (credentials: SdkCredentials): Kept => {
    // The SDK stretches expired instance credentials by the machine's clock, and keeps what IMDS really said.
    const { expiration, originalExpiration = expiration } = credentials as SdkCredentials & {
      readonly originalExpiration?: Date;
    };
    const expires = originalExpiration?.getTime() ?? Number.POSITIVE_INFINITY;
    return { credentials, expires, renewAt: expires - Math.min(MARGIN, Math.max(0, (expires - now()) / 4)) };
  };

  const ask = async (): Promise<SdkCredentials> => {
    if (failed !== undefined && clock.monotonic() < failed.until) throw failed.error;
    try {
      kept = keep(await load());
      failed = undefined;
      return kept.credentials;
    } catch (error) {
      failed = { error, until: clock.monotonic() + HOLD };
      throw error;
    }
  };

  const current = async (): Promise<SdkCredentials> => {
    if (kept !== undefined && now() < kept.renewAt) return kept.credentials;
    pending ??= ask().finally(() => {
      pending = undefined;
    });
    try {
      return await pending;
    } catch (error) {
      // Old ones do as long as they live.
      if (kept !== undefined && now() < kept.expires) return kept.credentials;
      throw error;
    }
  };

  return {
    current,
    renew: () => {
      kept = undefined;
    },
  };
};
