import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Kube } from './kube.ts';

type Container = {
  readonly name: string;
  readonly env?: readonly { readonly name: string }[];
  readonly volumeMounts?: readonly unknown[];
};
type Review = {
  readonly request: {
    readonly uid: string;
    readonly namespace: string;
    readonly object: {
      readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
      readonly spec: {
        readonly serviceAccountName?: string;
        readonly volumes?: readonly unknown[];
        readonly initContainers?: readonly Container[];
        readonly containers: readonly Container[];
      };
    };
  };
};

const MOUNT = '/var/run/secrets/eks.amazonaws.com/serviceaccount';
const VOLUME = {
  name: 'aws-iam-token',
  projected: {
    sources: [{ serviceAccountToken: { audience: 'sts.amazonaws.com', expirationSeconds: 86_400, path: 'token' } }],
  },
};

/** Puts the role, its token and the Region into a container, and what leads to the emulator instead of AWS. */
const changed = (role: string, more: Readonly<Record<string, string>>) => (container: Container) => {
  const wanted = {
    AWS_STS_REGIONAL_ENDPOINTS: 'regional',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_REGION: 'us-east-1',
    AWS_ROLE_ARN: role,
    AWS_WEB_IDENTITY_TOKEN_FILE: `${MOUNT}/token`,
    ...more,
  };
  const has = new Set(container.env?.map(({ name }) => name));
  return {
    ...container,
    env: [
      ...(container.env ?? []),
      ...Object.entries(wanted).flatMap(([name, value]) => (has.has(name) ? [] : [{ name, value }])),
    ],
    volumeMounts: [...(container.volumeMounts ?? []), { name: VOLUME.name, mountPath: MOUNT, readOnly: true }],
  };
};

/**
 * Does to new pods what the pod identity webhook of EKS does (its README and pkg/handler): a pod whose service account
 * has the annotation eks.amazonaws.com/role-arn gets the role's variables and a projected token in every container and
 * init container. `more` are further variables of all of them.
 */
export const startWebhook = async (
  folder: string,
  kube: Kube,
  more: Readonly<Record<string, string>>,
): Promise<void> => {
  const patchOf = async ({ request: { namespace, object } }: Review): Promise<readonly object[]> => {
    const { spec, metadata } = object;
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${spec.serviceAccountName ?? 'default'}`;
    const account = JSON.parse(await kube.look(path)) as {
      readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
    };
    const role = account.metadata.annotations?.['eks.amazonaws.com/role-arn'];
    if (role === undefined) return [];
    const skipped = new Set(metadata.annotations?.['eks.amazonaws.com/skip-containers']?.split(','));
    const change = changed(role, more);
    const each = (containers: readonly Container[]) =>
      containers.map((container) => (skipped.has(container.name) ? container : change(container)));
    return [
      { op: 'add', path: '/spec/volumes', value: [...(spec.volumes ?? []), VOLUME] },
      { op: 'add', path: '/spec/containers', value: each(spec.containers) },
      ...(spec.initContainers === undefined
        ? []
        : [{ op: 'add', path: '/spec/initContainers', value: each(spec.initContainers) }]),
    ];
  };
  const pair = { cert: readFileSync(`${folder}/api.crt`), key: readFileSync(`${folder}/api.key`) };
  const server = createServer(pair, async (request, response) => {
    let text = '';
    for await (const part of request.setEncoding('utf8')) text += part;
    const review = JSON.parse(text) as Review;
    const patch = Buffer.from(JSON.stringify(await patchOf(review))).toString('base64');
    response.setHeader('Content-Type', 'application/json');
    response.end(
      JSON.stringify({
        apiVersion: 'admission.k8s.io/v1',
        kind: 'AdmissionReview',
        response: { uid: review.request.uid, allowed: true, patchType: 'JSONPatch', patch },
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await kube.apply({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: 'pod-identity-webhook' },
    webhooks: [
      {
        name: 'pod-identity-webhook.amazonaws.com',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Fail',
        clientConfig: {
          url: `https://127.0.0.1:${port}/mutate`,
          caBundle: readFileSync(`${folder}/ca.crt`).toString('base64'),
        },
        rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
      },
    ],
  });
};
