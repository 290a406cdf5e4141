import { createHash } from 'node:crypto';
import type { House } from '../house.ts';
import type { Resource } from '../rules/caller.ts';
import { type Instant, SECOND } from '../rules/values/instant.ts';
import { signRs256 } from './jwt.ts';
import { issuerOf } from './names.ts';

/** The name of the cluster's one key. */
export const CLUSTER_KEY = 'k1';

/** A uid that stays the same for the same name: service accounts are not resources of ours. */
const uidOf = (name: string): string => {
  const digits = createHash('sha256').update(name).digest('hex');
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
};

/** AWS's webhook asks for a token with this audience (amazon-eks-pod-identity-webhook, README). */
export const IRSA_AUDIENCE = 'sts.amazonaws.com';
export const POD_IDENTITY_AUDIENCE = 'pods.eks.amazonaws.com';

/** A projected service account token with the claims as Kubernetes writes them. */
export const podToken = (house: House, pod: Resource, audience: string, now: Instant): string => {
  const { world, state } = house;
  const issuedAt = Math.floor(now / SECOND);
  const { namespace = 'default', serviceAccount = 'default' } = pod;
  return signRs256(
    {
      aud: [audience],
      exp: issuedAt + Math.floor(state.settings.tokenLife / SECOND),
      iat: issuedAt,
      iss: issuerOf(world, pod.region),
      'kubernetes.io': {
        namespace,
        pod: { name: pod.name, uid: pod.id },
        serviceaccount: { name: serviceAccount, uid: uidOf(`${namespace}/${serviceAccount}`) },
      },
      nbf: issuedAt,
      sub: `system:serviceaccount:${namespace}:${serviceAccount}`,
    },
    world.clusters.eks.privateKey,
    CLUSTER_KEY,
  );
};
