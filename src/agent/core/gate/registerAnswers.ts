import { EXIT } from '../exitCode.ts';
import type { Answer } from '../sending/answer.ts';

/** What an answer to RegisterUsage, or to the DryRun of a usage product, says about the gate. */
export type GateMeaning =
  | { readonly kind: 'granted' }
  /** A definite no. `askAgain`: right after a purchase it may still turn. */
  | { readonly kind: 'refused'; readonly exitCode: number; readonly remedy: string; readonly askAgain: boolean }
  /** This key version is unknown to AWS: the next lower one may be known. */
  | { readonly kind: 'otherKey'; readonly remedy: string }
  /** Credentials or AWS's time were stale: once more at once with fresh ones. */
  | { readonly kind: 'renew' }
  /** Nobody said no. `throttled`: permission is not in question. */
  | { readonly kind: 'pending'; readonly exitCode: number; readonly remedy?: string; readonly throttled: boolean };

const refused = (exitCode: number, remedy: string, askAgain = false): GateMeaning => ({
  kind: 'refused',
  exitCode,
  remedy,
  askAgain,
});

/** Someone may just be attaching the role: asked again slowly within the patience, then the configuration's exit code. */
const denied = (remedy: string): GateMeaning => ({
  kind: 'pending',
  exitCode: EXIT.configuration,
  remedy,
  throttled: false,
});

const TROUBLE: GateMeaning = { kind: 'pending', exitCode: EXIT.unreachable, throttled: false };
const THROTTLED: GateMeaning = { kind: 'pending', exitCode: EXIT.unreachable, throttled: true };

const statement = (action: string): string =>
  `attach a policy to the role that signs (task role on ECS, IRSA role on EKS, instance role on EC2): {"Effect": "Allow", "Action": ["aws-marketplace:${action}"], "Resource": "*"}`;

const REGION_FIX = 'AWS_REGION must name the Region in which the task, pod or instance really runs';
const KEYS_FIX = 'add the key that AWS shows for this product to product.publicKeys, with its version';

/** One row an error name (API reference, RegisterUsage, MeterUsage and Common Errors). */
const ANSWERS: Readonly<Record<string, (action: string) => GateMeaning>> = {
  CustomerNotEntitledException: () =>
    refused(
      EXIT.refused,
      'subscribe to the product in AWS Marketplace with this AWS account, then start it again',
      true,
    ),
  InvalidProductCodeException: () =>
    refused(EXIT.configuration, 'set product.code to the code of the published listing'),
  InvalidUsageDimensionException: () =>
    refused(EXIT.configuration, 'name the dimension by its API name in the listing; capitals matter'),
  ValidationException: () =>
    refused(EXIT.configuration, 'AWS cannot read the request: check product.code and the dimensions'),
  ValidationError: () =>
    refused(EXIT.configuration, 'AWS cannot read the request: check product.code and the dimensions'),
  InvalidPublicKeyVersionException: () => ({ kind: 'otherKey', remedy: KEYS_FIX }),
  InvalidPublicKeyException: () => ({ kind: 'otherKey', remedy: KEYS_FIX }),
  InvalidRegionException: () => refused(EXIT.platform, REGION_FIX),
  InvalidEndpointRegionException: () => refused(EXIT.platform, REGION_FIX),
  DisabledApiException: () =>
    refused(EXIT.platform, 'container metering is off in this Region: see "tollgate regions"'),
  PlatformNotSupportedException: () =>
    refused(
      EXIT.platform,
      'AWS sees no ECS task or EKS pod behind these credentials: use the task role (ECS) or IRSA (EKS), without another role in between',
    ),
  AccessDeniedException: (action) => denied(statement(action)),
  AccessDenied: (action) => denied(statement(action)),
  UnauthorizedException: (action) => denied(statement(action)),
  UnrecognizedClientException: () =>
    denied('AWS does not know these credentials: use the task role (ECS), IRSA (EKS) or the instance role (EC2)'),
  InvalidClientTokenId: () =>
    denied('AWS does not know these credentials: use the task role (ECS), IRSA (EKS) or the instance role (EC2)'),
  OptInRequired: () => denied('the AWS account is not signed up for this service: open it once in the console'),
  IncompleteSignature: () => denied('the request reached AWS changed: look for a proxy that rewrites headers'),
  MissingAuthenticationTokenException: () =>
    denied('the request reached AWS unsigned: look for a proxy that drops headers'),
  DryRunOperation: () => ({ kind: 'granted' }),
  DuplicateRequestException: () => ({ kind: 'granted' }),
  ThrottlingException: () => THROTTLED,
  Throttling: () => THROTTLED,
  ThrottledException: () => THROTTLED,
  TooManyRequestsException: () => THROTTLED,
  RequestLimitExceeded: () => THROTTLED,
  InvalidSignatureException: () => ({ kind: 'renew' }),
  SignatureDoesNotMatch: () => ({ kind: 'renew' }),
  RequestTimeTooSkewed: () => ({ kind: 'renew' }),
  ExpiredTokenException: () => ({ kind: 'renew' }),
  ExpiredToken: () => ({ kind: 'renew' }),
  RequestExpired: () => ({ kind: 'renew' }),
};

/** `action` is the IAM action that was needed: RegisterUsage, or MeterUsage for a usage product. */
export const gateMeaningOf = (answer: Answer<unknown>, action: 'RegisterUsage' | 'MeterUsage'): GateMeaning => {
  switch (answer.kind) {
    case 'ok':
      return { kind: 'granted' };
    case 'refusal': {
      if (answer.status >= 500 || answer.status === 408) return TROUBLE;
      const row = Object.hasOwn(ANSWERS, answer.name) ? ANSWERS[answer.name] : undefined;
      // A refusal that AWS has not told us about: a person must look, so the configuration's code after the patience.
      return (
        row?.(action) ??
        denied('read the message; when it makes no sense, open a ticket with AWS and name the request id')
      );
    }
    case 'foreign':
    case 'trouble':
      return TROUBLE;
    case 'noCredentials':
      return answer.trouble.transient ? { ...TROUBLE, remedy: answer.trouble.remedy } : denied(answer.trouble.remedy);
    default:
      return answer satisfies never;
  }
};
