import { no, type Reply, yes } from '../../support/scriptedAws.ts';
import { FOREIGN, LOST, spellings, YES } from '../support/strangeAnswers.ts';

/** What one answer to MeterUsage makes of the record that was sent: the rows of the design's second table. */
export type Meaning =
  /** AWS has it. */
  | 'receipted'
  /** Not stored; doubt as it was; sent again. */
  | 'asItWas'
  /** Perhaps stored: doubt; sent again as it is. */
  | 'doubt'
  /** Another quantity lies in the hour: the units move. */
  | 'conflict'
  /** Nobody can tell: waits for a person. */
  | 'held'
  /** As at the edge of the window: moved without doubt, quarantined with it. */
  | 'gaveUp';

export type Row = {
  readonly name: string;
  readonly reply: Reply | (() => Reply);
  readonly means: Meaning;
  /** What stands still: the whole sender, or the record's dimension. */
  readonly pauses?: 'sender' | 'dimension';
  /** Halves the pace of everything. */
  readonly paces?: true;
  /** Another spelling of a row before it. */
  readonly variant?: true;
  /** Sent once more at once, with credentials that were asked for anew. */
  readonly renews?: true;
  /** What status and log say of it. */
  readonly says: RegExp;
};

const named = (name: string, means: Meaning, more: Partial<Row> = {}): Row => ({
  name,
  reply: no(name),
  means,
  says: new RegExp(`${name}: ${name} in words`),
  ...more,
});

const paused = (name: string, status = 400): Row =>
  named(name, 'asItWas', { reply: no(name, status), pauses: 'sender' });

const alsoPaused = (name: string, status = 400): Row => ({ ...paused(name, status), variant: true });

const throttled = (row: Partial<Row> & Pick<Row, 'name' | 'reply'>): Row => ({
  means: 'asItWas',
  paces: true,
  says: /Thrott|TooMany|RequestLimit/,
  ...row,
});

const renewed = (name: string, status = 400): Row => named(name, 'asItWas', { reply: no(name, status), renews: true });

const NOES: readonly Row[] = [
  named('DuplicateRequestException', 'conflict'),
  named('IdempotencyConflictException', 'held'),
  named('TimestampOutOfBoundsException', 'gaveUp'),
  named('InvalidUsageDimensionException', 'asItWas', { pauses: 'dimension' }),
  named('InvalidTagException', 'asItWas', { pauses: 'dimension' }),
  named('InvalidUsageAllocationsException', 'asItWas', { variant: true, pauses: 'dimension' }),
  named('ValidationException', 'asItWas', { pauses: 'dimension' }),
  named('ANameThatNobodyKnows', 'asItWas', { variant: true, pauses: 'dimension' }),
  named('__proto__', 'asItWas', { variant: true, pauses: 'dimension', says: /in words/ }),
  named('TeapotException', 'asItWas', { reply: no('TeapotException', 418), variant: true, pauses: 'dimension' }),
  named('TooLarge', 'asItWas', { reply: no('TooLarge', 413), variant: true, pauses: 'dimension' }),
  { ...named('', 'asItWas', { variant: true, pauses: 'dimension', says: /./ }), name: 'a no without a name' },
];

const THROTTLES: readonly Row[] = [
  throttled({ name: 'ThrottlingException', reply: no('ThrottlingException') }),
  ...['Throttling', 'ThrottledException', 'RequestLimitExceeded'].map((name) =>
    throttled({ name, reply: no(name), variant: true }),
  ),
  throttled({ name: 'TooManyRequestsException', reply: no('TooManyRequestsException', 429), variant: true }),
  ...spellings('ThrottlingException').map((row) => throttled({ ...row, variant: true })),
];

const STALE: readonly Row[] = [
  renewed('InvalidSignatureException', 403),
  { ...renewed('SignatureDoesNotMatch', 403), variant: true },
  renewed('RequestTimeTooSkewed', 403),
  { ...renewed('ExpiredTokenException', 403), variant: true },
  { ...renewed('ExpiredToken'), variant: true },
  { ...renewed('RequestExpired'), variant: true },
];

const MAYBE: readonly Row[] = [
  named('InternalServiceErrorException', 'doubt', { reply: no('InternalServiceErrorException', 500) }),
  named('ServiceUnavailable', 'doubt', { variant: true, reply: no('ServiceUnavailable', 503) }),
  named('RequestTimeoutException', 'doubt', { reply: no('RequestTimeoutException', 408) }),
  named('ThrottlingException', 'doubt', {
    variant: true,
    name: 'a throttle with 503',
    reply: no('ThrottlingException', 503),
  }),
  named('DuplicateRequestException', 'doubt', {
    variant: true,
    name: 'a duplicate with 500',
    reply: no('DuplicateRequestException', 500),
  }),
  ...LOST.map((row) => ({ ...row, variant: true, means: 'doubt', says: /the answer was lost/ }) as const),
  ...FOREIGN.map(
    (row) => ({ ...row, variant: true, means: 'doubt', says: /not an answer from AWS|accepted/ }) as const,
  ),
];

const YESES: readonly Row[] = [
  { name: '200', reply: yes({ MeteringRecordId: 'a-record' }), means: 'receipted', says: /accepted/ },
  ...YES.map((row) => ({ ...row, variant: true, means: 'receipted', says: /accepted/ }) as const),
];

const SAME_FOR_ALL: readonly Row[] = [
  paused('CustomerNotEntitledException'),
  paused('AccessDeniedException', 403),
  alsoPaused('AccessDenied', 403),
  alsoPaused('UnauthorizedException', 401),
  alsoPaused('UnrecognizedClientException', 403),
  alsoPaused('InvalidClientTokenId', 403),
  alsoPaused('IncompleteSignature'),
  alsoPaused('MissingAuthenticationTokenException', 403),
  alsoPaused('OptInRequired', 403),
  alsoPaused('InvalidProductCodeException'),
  alsoPaused('InvalidEndpointRegionException'),
  alsoPaused('InvalidRegionException'),
  alsoPaused('DisabledApiException'),
  alsoPaused('PlatformNotSupportedException'),
];

export const ROWS: readonly Row[] = [...YESES, ...NOES, ...STALE, ...MAYBE, ...THROTTLES, ...SAME_FOR_ALL];

/** These take as long as the client waits for an answer. */
export const SILENT: readonly Row[] = [
  { name: 'an answer that never begins', reply: { do: 'hang' }, means: 'doubt', says: /no whole answer/ },
  {
    name: 'an answer that ends at its headers',
    variant: true,
    reply: {
      do: 'bytes',
      bytes: 'HTTP/1.1 200 OK\r\nx-amzn-requestid: 5c21bd50\r\ncontent-length: 20\r\n\r\n',
      after: 'hang',
    },
    means: 'doubt',
    says: /no whole answer/,
  },
];
