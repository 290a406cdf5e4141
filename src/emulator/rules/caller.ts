import type { Instant } from './values/instant.ts';

export type ResourceKind = 'ecs' | 'eks' | 'ec2';

/** What AWS meters: a task, a pod, an instance. */
export type Resource = {
  /** The task's ARN, the pod's uid, the instance's id. */
  readonly id: string;
  readonly kind: ResourceKind;
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly role: string;
  readonly launchedAt: Instant;
  /** The command that was the task, pod or instance has ended; a re-run takes this away. */
  readonly stoppedAt?: Instant;
  /** An instance: the code of the AMI's product. A task or pod: the product that it runs. */
  readonly product?: string;
  readonly launchType?: 'FARGATE' | 'EC2';
  readonly namespace?: string;
  readonly serviceAccount?: string;
  /** An instance that is a node of the cluster: its role is the node's role. */
  readonly node?: true;
};

/**
 * How the caller came by its credentials. AWS derives task or pod from them
 * (User guide, "Container metering": IRSA only on EKS, the task role only on ECS, the EC2 role for AMIs).
 */
export type Source = 'taskRole' | 'irsa' | 'instanceRole' | 'nodeRole' | 'podIdentity' | 'chainedRole' | 'accessKey';

/** Who signed the call. */
export type Caller = {
  readonly account: string;
  /** As CloudTrail and error texts write it. */
  readonly arn: string;
  readonly userId: string;
  readonly actions: readonly string[];
  readonly source: Source;
  readonly resource?: Resource;
};

/** Credentials that were given out: temporary ones, or a user's. */
export type Session = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly issuedAt: Instant;
  readonly expiresAt?: Instant;
  readonly principal: Principal;
};

/** Whose credentials they are; the actions are looked up at each call, so that a policy changed later counts. */
export type Principal =
  | { readonly type: 'user'; readonly user: string }
  | {
      readonly type: 'role';
      readonly role: string;
      readonly source: Source;
      readonly session: string;
      readonly resource?: string;
    };

const USUAL: Readonly<Record<ResourceKind, Source>> = { ecs: 'taskRole', eks: 'irsa', ec2: 'instanceRole' };

/** Whose credentials a resource gives to what runs in it, the usual way. */
export const sourceOf = ({ kind, node }: Resource): Source => (node === true ? 'nodeRole' : USUAL[kind]);

/** The caller that a resource with a role of these actions is: for a simulation that signs nothing. */
export const callerIn = (resource: Resource, actions: readonly string[]): Caller => ({
  account: resource.account,
  arn: `arn:aws:sts::${resource.account}:assumed-role/${resource.role}/session`,
  userId: 'AROAEXAMPLE:session',
  actions,
  source: sourceOf(resource),
  resource,
});
