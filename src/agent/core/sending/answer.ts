import type { Instant } from '../time/hour.ts';

/** What came back for one attempt of one call, before anyone has judged it. Times are the Date header of the answer, by AWS's clock. */
export type Answer<Body> =
  /** An answer from AWS that says yes: it bears a request id. */
  | { readonly kind: 'ok'; readonly body: Body; readonly requestId: string; readonly date: Instant | undefined }
  /** An answer from AWS that says no, by AWS's own error name. */
  | {
      readonly kind: 'refusal';
      readonly name: string;
      readonly message: string;
      readonly status: number;
      readonly requestId: string;
      readonly date: Instant | undefined;
    }
  /** Something answered, but not AWS: no request id, a proxy's page, a body that is not what the call returns. */
  | { readonly kind: 'foreign'; readonly message: string; readonly status: number | undefined }
  /** No whole answer. `sent`: whether any byte of the request went out, as the socket says. */
  | { readonly kind: 'trouble'; readonly message: string; readonly sent: boolean }
  /** No credentials to sign with: nothing was sent to the Marketplace. */
  | { readonly kind: 'noCredentials'; readonly trouble: CredentialTrouble };

/** Why there are no credentials, with the remedy that helps first. `transient`: the platform is in trouble, it is not a refusal. */
export type CredentialTrouble = {
  readonly message: string;
  readonly remedy: string;
  readonly transient: boolean;
};
