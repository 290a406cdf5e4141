import type { Environment } from './environment.ts';

/** What came back when something beside us was asked. */
export type Found<Value> =
  | { readonly kind: 'found'; readonly value: Value }
  /** Nobody is there. */
  | { readonly kind: 'absent'; readonly why: string }
  /** It is there and in trouble (429, 5xx, a time-out, a file being swapped): ask again later. */
  | { readonly kind: 'trouble'; readonly why: string }
  /** It is there and said no, or what it holds cannot be read: asking again does not help. */
  | { readonly kind: 'unusable'; readonly why: string; readonly remedy: string };

/** Everything the detective looks at. Fields that nobody needed to ask for are undefined. */
export type Evidence = {
  /** Cleaned (cleanEnvironment). */
  readonly env: Environment;
  /** The answer of `${ECS_CONTAINER_METADATA_URI_V4}/task`, parsed. */
  readonly task: Found<unknown> | undefined;
  /** The text of AWS_WEB_IDENTITY_TOKEN_FILE. */
  readonly token: Found<string> | undefined;
  /** The instance identity document of IMDSv2, parsed. */
  readonly instance: Found<unknown> | undefined;
};

/** What has to be asked for. */
export type Question = 'task' | 'token' | 'instance';
