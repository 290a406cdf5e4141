import { defineCommand } from 'citty';
import { URL_ARG } from './client.ts';
import { wrongUsage } from './failure.ts';
import { runAtHome } from './home.ts';

const ARGS = {
  region: { type: 'string', description: 'The Region; else us-east-1', valueHint: 'REGION' },
  product: { type: 'string', description: 'The product that runs there', valueHint: 'CODE' },
  name: {
    type: 'string',
    description: 'The same name again is the same resource; else a fresh one',
    valueHint: 'NAME',
  },
  role: { type: 'string', description: 'A role of the world; else metering', valueHint: 'NAME' },
  account: { type: 'string', description: "The buyer's account; else the world's first", valueHint: 'ID' },
  ...URL_ARG,
} as const;

type Given = { readonly [Name in 'region' | 'product' | 'name' | 'role' | 'account']?: string | undefined };

const launchOf = ({ region, product, name, role, account }: Given) => ({ region, product, name, role, account });

/** An ECS task. */
export const task = defineCommand({
  meta: { name: 'task', description: 'Runs a command as an ECS task: tollgate-emulator task [options] -- CMD' },
  args: {
    ...ARGS,
    'launch-type': { type: 'enum', options: ['FARGATE', 'EC2'], description: 'On EC2 the Region is in no variable' },
  },
  run: async ({ args, data }) => {
    const launch = { kind: 'ecs', ...launchOf(args), launchType: args['launch-type'] };
    process.exitCode = await runAtHome({ url: args.url, launch, command: data });
  },
});

/** An EKS pod. */
export const pod = defineCommand({
  meta: { name: 'pod', description: 'Runs a command as an EKS pod: tollgate-emulator pod [options] -- CMD' },
  args: {
    ...ARGS,
    namespace: { type: 'string', description: 'The namespace; else default', valueHint: 'NAME' },
    'service-account': { type: 'string', description: 'The service account; else metering', valueHint: 'NAME' },
    irsa: {
      type: 'boolean',
      default: true,
      description: 'With a role for its service account',
      negativeDescription: 'Without a role of its own: what is left is the role of the node',
    },
    'pod-identity': { type: 'boolean', description: 'With EKS Pod Identity, which AWS does not meter' },
  },
  run: async ({ args, data }) => {
    if (!args.irsa && args['pod-identity']) throw wrongUsage('--no-irsa and --pod-identity exclude each other');
    const launch = {
      kind: 'eks',
      ...launchOf(args),
      namespace: args.namespace,
      serviceAccount: args['service-account'],
    };
    const credentials = args['pod-identity'] ? 'podIdentity' : args.irsa ? 'irsa' : 'node';
    process.exitCode = await runAtHome({ url: args.url, launch, credentials, command: data });
  },
});

/** An EC2 instance. */
export const instance = defineCommand({
  meta: {
    name: 'instance',
    description: 'Runs a command as an EC2 instance: tollgate-emulator instance [options] -- CMD',
  },
  args: ARGS,
  run: async ({ args, data }) => {
    process.exitCode = await runAtHome({ url: args.url, launch: { kind: 'ec2', ...launchOf(args) }, command: data });
  },
});
