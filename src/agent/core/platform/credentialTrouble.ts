import type { CredentialTrouble } from '../sending/answer.ts';
import type { CredentialSource } from './whereabouts.ts';

/** What is known of a failed try to get credentials. */
export type CredentialFailure = {
  /** The HTTP status of the container or instance endpoint, where it answered. */
  readonly status?: number;
  /** The error's name: AWS's own where STS answered, Node's code (`ENOENT`) where a file could not be read. */
  readonly name: string;
  readonly message: string;
};

type Irsa = Extract<CredentialSource, { kind: 'irsa' }>;

const trouble = (message: string, remedy: string): CredentialTrouble => ({ message, remedy, transient: true });
const refused = (message: string, remedy: string): CredentialTrouble => ({ message, remedy, transient: false });

const WAIT = 'nothing has to be done when it passes; else look at the health of the host and its network';

const trustPolicy = ({ roleArn, subject, audience }: Irsa): string =>
  `the trust policy of ${roleArn} must allow sts:AssumeRoleWithWebIdentity to this cluster's OIDC provider with :sub ${JSON.stringify(subject ?? 'system:serviceaccount:<namespace>:<name>')} and :aud ${JSON.stringify(audience ?? 'sts.amazonaws.com')}`;

/** One row an error name of AssumeRoleWithWebIdentity (STS API reference). What is not here may pass by itself. */
const STS: Readonly<Record<string, (source: Irsa, message: string) => CredentialTrouble>> = {
  AccessDenied: (source, message) =>
    refused(`STS does not let this pod take the role ${source.roleArn}: AccessDenied: ${message}`, trustPolicy(source)),
  AccessDeniedException: (source, message) =>
    refused(`STS does not let this pod take the role ${source.roleArn}: ${message}`, trustPolicy(source)),
  InvalidIdentityToken: (source, message) =>
    refused(
      `STS does not accept this pod's token for the role ${source.roleArn}: InvalidIdentityToken: ${message}`,
      `create the IAM OIDC provider of this cluster in the role's account (eksctl utils associate-iam-oidc-provider); ${trustPolicy(source)}`,
    ),
  InvalidIdentityTokenException: (source, message) =>
    refused(
      `STS does not accept this pod's token for the role ${source.roleArn}: ${message}`,
      `create the IAM OIDC provider of this cluster in the role's account (eksctl utils associate-iam-oidc-provider); ${trustPolicy(source)}`,
    ),
  ValidationError: (source, message) =>
    refused(
      `STS cannot read the request for the role ${source.roleArn}: ${message}`,
      'correct the annotation eks.amazonaws.com/role-arn of the service account, then delete the pod',
    ),
  RegionDisabledException: (_source, message) =>
    refused(
      `STS is switched off in this Region: ${message}`,
      'activate STS for this Region in the IAM account settings',
    ),
  EACCES: (source, message) =>
    refused(
      `the web identity token ${source.tokenFile} cannot be read: ${message}`,
      'set securityContext.fsGroup in the pod template, so that a user other than root may read the token',
    ),
  ExpiredTokenException: (_source, message) =>
    trouble(
      `the pod's web identity token has expired: ${message}`,
      'the kubelet renews it; if it stays so, delete the pod',
    ),
};

const ofIrsa = (source: Irsa, { name, message }: CredentialFailure): CredentialTrouble => {
  const row = Object.hasOwn(STS, name) ? STS[name] : undefined;
  return row?.(source, message) ?? trouble(`STS gave no credentials for ${source.roleArn}: ${name}: ${message}`, WAIT);
};

/** A status says it all: the SDK's message then is of the next link in its chain, which was never meant to answer. */
const ofEndpoint = (title: string, { status, message }: CredentialFailure): CredentialTrouble =>
  trouble(status === undefined ? `${title} does not answer: ${message}` : `${title} answered ${status}`, WAIT);

/** Why there are no credentials, in words for whoever can mend it. Never a token, a key or a secret. */
export const credentialTroubleOf = (source: CredentialSource, failure: CredentialFailure): CredentialTrouble => {
  switch (source.kind) {
    case 'irsa':
      return ofIrsa(source, failure);
    case 'taskRole':
      if (failure.status === 200) {
        return trouble(`the ECS credential endpoint answered 200, but no credentials: ${failure.message}`, WAIT);
      }
      // 400 and 404 are also what the agent says while it does not know the task yet.
      return ofEndpoint('the ECS credential endpoint', failure);
    case 'instanceRole':
      return failure.status === 404
        ? refused(
            'this instance has no role: instance metadata knows no security credentials',
            'attach an instance profile whose role allows aws-marketplace:MeterUsage',
          )
        : ofEndpoint('EC2 instance metadata', failure);
    default:
      return source satisfies never;
  }
};
