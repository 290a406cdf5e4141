import type { ReportProblem } from '../usage/report.ts';

/** One answer of a listener, before it is written to a socket. */
export type Reply = {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The connection ends after this answer. */
  readonly close?: true;
};

/** What went wrong, as its status and title; the name makes the problem's type. */
const PROBLEMS = {
  unreadable: [400, 'Unreadable request'],
  token: [401, 'Token missing or wrong'],
  stranger: [403, 'Not for this listener'],
  unknown: [404, 'No such route'],
  method: [405, 'Method not allowed'],
  slow: [408, 'Request too slow'],
  conflict: [409, 'Id taken before with other content'],
  length: [411, 'Length required'],
  large: [413, 'Body too large'],
  media: [415, 'Content type not taken'],
  expectation: [417, 'Expectation cannot be met'],
  reports: [422, 'Reports refused'],
  headers: [431, 'Headers too large'],
  internal: [500, 'Unexpected error'],
  unavailable: [503, 'Not now'],
  'not-leader': [503, 'Another replica counts'],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemName = keyof typeof PROBLEMS;

export const json = (status: number, value: unknown, headers?: Readonly<Record<string, string>>): Reply => ({
  status,
  type: 'application/json',
  body: JSON.stringify(value),
  ...(headers !== undefined && { headers }),
});

/** An answer by RFC 9457 (problem+json). `detail` is a sentence for a person, with the fix when there is one. */
export const problem = (
  name: ProblemName,
  detail: string,
  more: {
    readonly title?: string;
    readonly errors?: readonly ReportProblem[];
    readonly headers?: Readonly<Record<string, string>>;
    readonly close?: true;
  } = {},
): Reply => {
  const [status, title] = PROBLEMS[name];
  const { errors, headers, close } = more;
  return {
    status,
    type: 'application/problem+json',
    body: JSON.stringify({ type: `urn:tollgate:problem:${name}`, title: more.title ?? title, status, detail, errors }),
    ...(headers !== undefined && { headers }),
    ...(close !== undefined && { close }),
  };
};

const later = (seconds: number) => ({ 'Retry-After': String(Math.max(1, Math.ceil(seconds))) });

/** Try again after so many seconds. */
export const unavailable = (detail: string, seconds: number, close?: true): Reply =>
  problem('unavailable', detail, { headers: later(seconds), ...(close !== undefined && { close }) });

/** Another replica counts. The connection ends, so that the next one may lead to it. */
export const notLeader = (detail: string, seconds: number): Reply =>
  problem('not-leader', detail, { headers: later(seconds), close: true });
