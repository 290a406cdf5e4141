/** Which Lease, for messages. */
export type LeaseName = { readonly name: string; readonly namespace: string };

/** What a person is told when the Lease cannot be read or written. */
export type LeaseTrouble = { readonly reason: string; readonly fix: string };

const shown = ({ namespace, name }: LeaseName): string => `Lease ${name} in namespace ${namespace}`;

const emptyLease = (name: string): string =>
  `{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"${name}"}}`;

/** The API server answered, and not with the Lease. `said`: its own words. Status codes: Kubernetes API conventions. */
export const refusalOf = (status: number, said: string, lease: LeaseName): LeaseTrouble => {
  const reason = `${shown(lease)}: the API server answered ${status}${said === '' ? '' : `: ${said}`}`;
  switch (status) {
    case 401:
      return {
        reason,
        fix: "mount the service account's token (automountServiceAccountToken: true, or a projected volume whose audience is the API server's)",
      };
    case 403:
      return {
        reason,
        fix: `bind a Role in namespace ${lease.namespace} to the pod's service account: apiGroups: [coordination.k8s.io], resources: [leases], resourceNames: [${lease.name}], verbs: [get, update]; or name the Lease's own namespace in standby.namespace`,
      };
    case 404:
      return {
        reason,
        fix: `make the Lease, which this agent may not do itself: echo '${emptyLease(lease.name)}' | kubectl apply -n ${lease.namespace} -f -; or name the right ones in standby.lease and standby.namespace`,
      };
    case 429:
      return { reason, fix: 'nothing to do: it is asked again more slowly' };
    default:
      return { reason, fix: status >= 500 ? 'nothing to do: it is asked again' : 'see what the API server says' };
  }
};

/** No answer came. */
export const silenceOf = (why: string, lease: LeaseName): LeaseTrouble => ({
  reason: `${shown(lease)}: the API server does not answer: ${why}`,
  fix: 'nothing to do while the control plane is away; else let the pod reach the API server (NetworkPolicy, port 443 of the service "kubernetes")',
});

/** Somebody else wrote where the hours stand. */
export const unreadableTerm = (lease: LeaseName, annotations: readonly string[]): LeaseTrouble => ({
  reason: `${shown(lease)}: its annotations ${annotations.join(' and ')} hold no hours`,
  fix: `take them away: kubectl annotate lease ${lease.name} -n ${lease.namespace} ${annotations.map((key) => `${key}-`).join(' ')}`,
});
