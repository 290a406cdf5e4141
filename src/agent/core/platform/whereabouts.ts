import type { Partition } from '../../../regions/index.ts';

/** A value and where it was found, for people. */
export type Sourced = { readonly name: string; readonly source: string };

/** The one source of credentials that AWS accepts for container metering here (user guide, container metering). */
export type CredentialSource =
  /** ECS: the task role by the container credential endpoint. `relative` on AWS; `full` only from a loopback emulator. */
  | { readonly kind: 'taskRole'; readonly relativeUri: string }
  | { readonly kind: 'taskRole'; readonly fullUri: string; readonly authorization: Authorization | undefined }
  /** EKS: IAM roles for service accounts. */
  | {
      readonly kind: 'irsa';
      readonly roleArn: string;
      readonly tokenFile: string;
      readonly sessionName: string | undefined;
      /** The token's `sub` and `aud`, which the role's trust policy must allow. */
      readonly subject: string | undefined;
      readonly audience: string | undefined;
    }
  /** EC2: the instance role by IMDSv2. */
  | { readonly kind: 'instanceRole'; readonly endpoint: string };

/** How the emulator's credential endpoint wants to be asked: by a file with a token. */
export type Authorization = { readonly tokenFile: string };

/** Who AWS thinks we are, where we are, and whose credentials we may use. */
export type Located = {
  readonly platform: 'ecs' | 'eks' | 'ec2';
  readonly region: Sourced;
  readonly partition: Partition;
  /** ECS task ARN, EKS pod UID, EC2 instance id: AWS keeps hours by it. */
  readonly resource: string;
  /** The account that signs, where it is known. */
  readonly account: string | undefined;
  /** ECS: the cluster's name. */
  readonly cluster: string | undefined;
  readonly credentialSource: CredentialSource;
  readonly warnings: readonly string[];
};

/** `platform: local`: no credentials, no AWS. */
export type Local = { readonly platform: 'local'; readonly resource: 'local'; readonly warnings: readonly string[] };

export type Whereabouts = Located | Local;
