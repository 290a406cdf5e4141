import type { Change } from './change.ts';

/** An error as AWS names it. */
export type Refusal = { readonly name: ErrorName; readonly message: string };

export type Answer =
  | { readonly ok: true; readonly body: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly error: Refusal };

/** What a rule decided: the answer, and what became of the state if it is let through. */
export type Decision = { readonly answer: Answer; readonly changes: readonly Change[] };

export const accept = (body: Readonly<Record<string, unknown>>, changes: readonly Change[] = []): Decision => ({
  answer: { ok: true, body },
  changes,
});

export const refuse = (error: Refusal, changes: readonly Change[] = []): Decision => ({
  answer: { ok: false, error },
  changes,
});

/**
 * HTTP status of each error (API reference, the operations' "Errors" and "Common Errors").
 * ThrottlingException really is a 400: clients must match names.
 */
export const STATUS = {
  AccessDeniedException: 403,
  CustomerNotEntitledException: 400,
  DisabledApiException: 400,
  DryRunOperation: 400,
  DuplicateRequestException: 400,
  ExpiredTokenException: 403,
  IdempotencyConflictException: 400,
  IncompleteSignatureException: 403,
  InternalFailure: 500,
  InternalServiceErrorException: 500,
  InvalidCustomerIdentifierException: 400,
  InvalidEndpointRegionException: 400,
  InvalidLicenseException: 400,
  InvalidProductCodeException: 400,
  InvalidPublicKeyVersionException: 400,
  InvalidRegionException: 400,
  InvalidSignatureException: 403,
  InvalidTagException: 400,
  InvalidTokenException: 400,
  InvalidUsageAllocationsException: 400,
  InvalidUsageDimensionException: 400,
  MissingAuthenticationTokenException: 403,
  NotAuthorized: 401,
  OptInRequired: 403,
  PlatformNotSupportedException: 400,
  RequestExpired: 400,
  RequestTimeoutException: 408,
  RequestTimeTooSkewed: 403,
  SerializationException: 400,
  ServiceUnavailable: 503,
  ThrottlingException: 400,
  TimestampOutOfBoundsException: 400,
  UnauthorizedException: 403,
  UnknownOperationException: 400,
  UnrecognizedClientException: 403,
  ValidationException: 400,
} as const satisfies Record<string, number>;

export type ErrorName = keyof typeof STATUS;

export const isErrorName = (name: string): name is ErrorName => Object.hasOwn(STATUS, name);

export const error = (name: ErrorName, message: string): Refusal => ({ name, message });
