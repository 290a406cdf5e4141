import { globSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { blocksOf, PAGES, ROOT, textOf } from '../docs/support/documents.ts';
import { bracketed, deployed, isTree, objectsIn, type Tree, terraformObject, treeOf } from './support/files.ts';

const POLICY = treeOf('deploy/iam/metering-policy.json');
const [STATEMENT] = POLICY['Statement'] as readonly Tree[];

const actionsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);
const isMetering = (statement: Tree): boolean =>
  actionsOf(statement['Action']).some((action) => typeof action === 'string' && action.startsWith('aws-marketplace:'));

/** A statement of Terraform's as IAM writes it. */
const statementIn = (text: string): Tree => {
  const body = bracketed(bracketed(text, 'data "aws_iam_policy_document" "metering" {'), 'statement {');
  const { sid, effect, actions, resources } = terraformObject(body, {});
  const [resource, ...more] = resources as readonly string[];
  return { Sid: sid, Effect: effect, Action: actions, Resource: more.length > 0 ? resources : resource };
};

/** Every statement about metering in a file. */
const statementsIn = (path: string): readonly Tree[] =>
  path.endsWith('.tf') ? [statementIn(textOf(path))] : objectsIn(treeOf(path)).filter(isMetering);

const files = [
  ...deployed('**/*.{json,yaml,tf}'),
  ...globSync('charts/**/*.{json,yaml}', { cwd: ROOT, exclude: (path) => path.includes('templates') }).toSorted(),
].filter((path) => /aws-marketplace:(?:Register|Meter)Usage/.test(textOf(path)));

test('the policy has the two actions, on everything, since AWS takes no narrower resource', () => {
  expect(POLICY).toEqual({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'MarketplaceMetering',
        Effect: 'Allow',
        Action: ['aws-marketplace:RegisterUsage', 'aws-marketplace:MeterUsage'],
        Resource: '*',
      },
    ],
  });
});

test('it is in every form: a document, CloudFormation, eksctl, Terraform', () => {
  expect(files).toEqual(
    expect.arrayContaining([
      'deploy/iam/metering-policy.json',
      'deploy/ami/instance-profile.cloudformation.yaml',
      'deploy/ecs/cloudformation.yaml',
      'deploy/ecs/task-role.cloudformation.yaml',
      'deploy/ecs/terraform/iam.tf',
      'deploy/eks/eksctl.yaml',
      'deploy/eks/irsa.cloudformation.yaml',
      'deploy/eks/terraform/main.tf',
    ]),
  );
});

test.each(files)('%s gives the same rights, no more and no less', (path) => {
  const statements = statementsIn(path);
  expect(statements.length).toBeGreaterThan(0);
  for (const statement of statements) expect(statement).toEqual(STATEMENT);
});

test('and so does every page that shows it', () => {
  const shown = PAGES.flatMap((page) => blocksOf(textOf(page), 'json'))
    .filter((block) => block.includes('aws-marketplace:'))
    .map((block) => JSON.parse(block) as unknown);
  expect(shown.length).toBeGreaterThan(0);
  for (const document of shown) expect(objectsIn(document).filter(isMetering)).toEqual([STATEMENT]);
});

const trustIn = (path: string): unknown => {
  const role = objectsIn(treeOf(path)).find((one) => one['Type'] === 'AWS::IAM::Role');
  const properties = role?.['Properties'];
  return isTree(properties) ? properties['AssumeRolePolicyDocument'] : undefined;
};

test('the trust in an IRSA role: the document, CloudFormation, Terraform', () => {
  const issuer = 'oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';
  const given: Readonly<Record<string, string>> = {
    'AWS::Partition': 'aws',
    'AWS::AccountId': '111122223333',
    OidcIssuer: issuer,
    Namespace: 'acme',
    ServiceAccount: 'acme',
  };
  const trust = treeOf('deploy/iam/irsa-trust.json');
  const written = trustIn('deploy/eks/irsa.cloudformation.yaml') as { readonly Sub: string };
  expect(JSON.parse(written.Sub.replaceAll(/\$\{([\w:]+)\}/g, (_all, name: string) => given[name] ?? ''))).toEqual(
    trust,
  );
  const terraform = bracketed(textOf('deploy/eks/terraform/main.tf'), 'data "aws_iam_policy_document" "trust" {');
  const conditions = [...terraform.matchAll(/test\s+= "(\w+)"\s+variable = "([^"]+)"\s+values\s+= \["([^"]+)"\]/g)];
  expect(conditions.map(([, operator, key, value]) => [operator, key, value])).toEqual([
    ['StringEquals', `\${local.issuer}:aud`, 'sts.amazonaws.com'],
    ['StringEquals', `\${local.issuer}:sub`, `system:serviceaccount:\${var.namespace}:\${var.service_account}`],
  ]);
});

test('the trust in a task role: only this account’s tasks', () => {
  const trust = treeOf('deploy/iam/ecs-task-trust.json');
  const written = ['deploy/ecs/cloudformation.yaml', 'deploy/ecs/task-role.cloudformation.yaml'].map(trustIn);
  const given = JSON.stringify(written)
    .replaceAll('{"Ref":"AWS::AccountId"}', '"111122223333"')
    .replaceAll(/\{"Sub":("[^"]*")\}/g, '$1')
    .replaceAll(`\${AWS::Partition}`, 'aws')
    .replaceAll(`\${AWS::Region}`, 'us-east-1')
    .replaceAll(`\${AWS::AccountId}`, '111122223333');
  for (const one of JSON.parse(given) as readonly unknown[]) expect(one).toEqual(trust);
});
