import type { Answer } from './answer.ts';

/** Whether AWS has the record that an attempt brought. */
export type Stored =
  | 'yes'
  | 'no'
  | 'maybe'
  /** Another record lies in our hour: ours is certainly not stored, else the same bytes had been a success. */
  | 'another'
  /** Our ClientToken was used with other content: nobody can tell what is stored. */
  | 'unknowable';

/** What is to be done after it. */
export type Next =
  /** Again after a back-off. */
  | 'retry'
  /** Again after a back-off, and everything slower. */
  | 'slower'
  /** Again at once with fresh credentials and AWS's time. */
  | 'renew'
  /** The answer is the same for every record: the sender pauses and probes with one. */
  | 'pauseSender'
  /** The answer is about this dimension: the others go on. */
  | 'pauseDimension'
  /** Without doubt at once again without allocations; else the same as `pauseDimension`. */
  | 'untag'
  /** As if the edge of the window were reached. */
  | 'giveUp'
  /** Nothing: the record is settled. */
  | 'done';

export type Meaning = {
  readonly stored: Stored;
  readonly next: Next;
  /** At the edge of the window, without doubt: units move to a later hour, or wait for a person. */
  readonly atEdge: 'move' | 'quarantine';
  readonly fix?: string;
};

const STATEMENT =
  'attach a policy that allows aws-marketplace:MeterUsage on Resource "*" to the task role (ECS), the IRSA role (EKS) or the instance role (EC2)';

const TAGS =
  'leave the tags of this dimension away, or name those in the message another way; the usage itself goes out';

const pauseSender = (fix: string): Meaning => ({ stored: 'no', next: 'pauseSender', atEdge: 'move', fix });

/** One row an error name, AWS's own (API reference, MeterUsage and Common Errors). */
const ANSWERS: Readonly<Record<string, Meaning>> = {
  DuplicateRequestException: {
    stored: 'another',
    next: 'done',
    atEdge: 'move',
    fix: 'something else meters this dimension for the same task, pod or instance: let only one do it',
  },
  IdempotencyConflictException: {
    stored: 'unknowable',
    next: 'done',
    atEdge: 'quarantine',
    fix: 'look the record up in CloudTrail by its ClientToken, then say so with "tollgate ledger resolve"',
  },
  ThrottlingException: { stored: 'no', next: 'slower', atEdge: 'move' },
  Throttling: { stored: 'no', next: 'slower', atEdge: 'move' },
  ThrottledException: { stored: 'no', next: 'slower', atEdge: 'move' },
  TooManyRequestsException: { stored: 'no', next: 'slower', atEdge: 'move' },
  RequestLimitExceeded: { stored: 'no', next: 'slower', atEdge: 'move' },
  InvalidSignatureException: { stored: 'no', next: 'renew', atEdge: 'move' },
  SignatureDoesNotMatch: { stored: 'no', next: 'renew', atEdge: 'move' },
  RequestTimeTooSkewed: { stored: 'no', next: 'renew', atEdge: 'move' },
  ExpiredTokenException: { stored: 'no', next: 'renew', atEdge: 'move' },
  ExpiredToken: { stored: 'no', next: 'renew', atEdge: 'move' },
  RequestExpired: { stored: 'no', next: 'renew', atEdge: 'move' },
  CustomerNotEntitledException: {
    stored: 'no',
    next: 'pauseSender',
    atEdge: 'quarantine',
    fix: 'the AWS account has no active subscription to this product: subscribe in AWS Marketplace',
  },
  AccessDeniedException: pauseSender(STATEMENT),
  AccessDenied: pauseSender(STATEMENT),
  UnauthorizedException: pauseSender(STATEMENT),
  UnrecognizedClientException: pauseSender(
    'AWS does not know these credentials: use the task role (ECS), IRSA (EKS) or the instance role (EC2)',
  ),
  InvalidClientTokenId: pauseSender(
    'AWS does not know these credentials: use the task role (ECS), IRSA (EKS) or the instance role (EC2)',
  ),
  IncompleteSignature: pauseSender('the request reached AWS changed: look for a proxy that rewrites headers'),
  MissingAuthenticationTokenException: pauseSender(
    'the request reached AWS unsigned: look for a proxy that drops headers',
  ),
  OptInRequired: pauseSender('the AWS account is not signed up for this service: open it once in the console'),
  InvalidProductCodeException: pauseSender('set product.code to the product code of the published listing'),
  InvalidEndpointRegionException: pauseSender('AWS_REGION must be the Region in which the task, pod or instance runs'),
  InvalidRegionException: pauseSender('AWS_REGION must be the Region in which the task, pod or instance runs'),
  DisabledApiException: pauseSender('this Region has no container metering: see "tollgate regions"'),
  PlatformNotSupportedException: pauseSender(
    'AWS sees no ECS task or EKS pod behind these credentials: use the task role or IRSA, without a role in between',
  ),
  InvalidUsageDimensionException: {
    stored: 'no',
    next: 'pauseDimension',
    atEdge: 'quarantine',
    fix: 'name the dimension by its API name in the listing; capitals matter',
  },
  InvalidTagException: { stored: 'no', next: 'untag', atEdge: 'move', fix: TAGS },
  InvalidUsageAllocationsException: { stored: 'no', next: 'untag', atEdge: 'move', fix: TAGS },
  TimestampOutOfBoundsException: {
    stored: 'no',
    next: 'giveUp',
    atEdge: 'move',
    fix: 'check the clock of this machine',
  },
  InternalServiceErrorException: { stored: 'maybe', next: 'retry', atEdge: 'move' },
  RequestTimeoutException: { stored: 'maybe', next: 'retry', atEdge: 'move' },
};

/** 408 and every 5xx may come from a machine that had stored the record already. */
const MAYBE: Meaning = { stored: 'maybe', next: 'retry', atEdge: 'move' };

/** A refusal that AWS has not told us about: it says no, so nothing is stored; we ask again, slowly and loudly. */
const OTHER_REFUSAL: Meaning = {
  stored: 'no',
  next: 'pauseDimension',
  atEdge: 'move',
  fix: 'read the message; when it makes no sense, open a ticket with AWS and name the request id',
};

const UNSENT: Meaning = { stored: 'no', next: 'retry', atEdge: 'move' };

/** What an answer to MeterUsage says of the record that this attempt brought. */
export const meaningOf = (answer: Answer<{ readonly recordId: string | undefined }>): Meaning => {
  switch (answer.kind) {
    case 'ok':
      return answer.body.recordId === undefined ? MAYBE : { stored: 'yes', next: 'done', atEdge: 'move' };
    case 'refusal':
      if (answer.status >= 500 || answer.status === 408) return MAYBE;
      return (Object.hasOwn(ANSWERS, answer.name) ? ANSWERS[answer.name] : undefined) ?? OTHER_REFUSAL;
    case 'foreign':
      return MAYBE;
    case 'trouble':
      return answer.sent ? MAYBE : UNSENT;
    case 'noCredentials':
      return answer.trouble.transient ? UNSENT : pauseSender(answer.trouble.remedy);
    default:
      return answer satisfies never;
  }
};

/** What the line of a last answer (as `say` wrote it) says of the edge of the window. */
export const atEdgeAfter = (line: string): Meaning['atEdge'] => {
  const [name = ''] = line.split(':');
  return (Object.hasOwn(ANSWERS, name) ? ANSWERS[name] : undefined)?.atEdge ?? 'move';
};

/** One line for people: AWS's own word first. */
export const say = (answer: Answer<unknown>): string => {
  switch (answer.kind) {
    case 'ok':
      return 'accepted';
    case 'refusal':
      return `${answer.name}: ${answer.message}`;
    case 'foreign':
      return `not an answer from AWS${answer.status === undefined ? '' : ` (HTTP ${answer.status})`}: ${answer.message}`;
    case 'trouble':
      return answer.sent ? `the answer was lost: ${answer.message}` : `not sent: ${answer.message}`;
    case 'noCredentials':
      return `no credentials: ${answer.trouble.message}`;
    default:
      return answer satisfies never;
  }
};
