import { expect, test } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { judge } from '../../src/agent/core/configuration/judge.ts';
import { refusalOf } from '../../src/agent/core/standby/leaseTrouble.ts';
import { ANNOTATIONS } from '../../src/agent/core/standby/term.ts';
import { textOf } from './support/documents.ts';

const page = textOf('docs/standby.md');
const [configuration = '', manifests = ''] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text);

test('the configuration of the page is one', () => {
  expect(judge(parse(configuration)).findings).toEqual([]);
});

test('the manifests of the page ask for two verbs on the Lease that the configuration names, as the message for 403 does', () => {
  const objects = parseAllDocuments(manifests).map((document) => document.toJS());
  const [lease, role, binding] = objects;
  const name = parse(configuration).standby.lease;
  expect(lease).toEqual({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name } });
  expect(role.rules).toEqual([
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], resourceNames: [name], verbs: ['get', 'update'] },
  ]);
  expect(binding.roleRef).toEqual({ apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: role.metadata.name });
  const { fix } = refusalOf(403, '', { name, namespace: 'shop' });
  for (const part of ['[coordination.k8s.io]', '[leases]', `[${name}]`, '[get, update]']) expect(fix).toContain(part);
});

test('the page names the annotations', () => {
  for (const key of Object.values(ANNOTATIONS)) expect(page).toContain(`\`${key}\``);
});
