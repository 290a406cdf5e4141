import { join } from 'node:path';

/** Where an agent runs, and how the emulator is asked for that place. */
export type Home = {
  /** The name of the resource too: the same name again is the same task, pod or instance. */
  readonly name: string;
  readonly title: string;
  readonly command: 'task' | 'pod' | 'instance';
  readonly region: string;
  readonly product: string;
};

/** Products of the emulator's own world: the account has bought the one and not the other. */
const BOUGHT = '4w1vgsrkqdkypbz43g7qkk4uz';
const NOT_BOUGHT = '3notsubscribedcode0example1';

const TASK = { name: 'shop-task', title: 'ECS task', command: 'task', region: 'us-east-1', product: BOUGHT } as const;
const POD = { name: 'shop-pod', title: 'EKS pod', command: 'pod', region: 'eu-west-1', product: BOUGHT } as const;
const INSTANCE = {
  name: 'shop-instance',
  title: 'EC2 GovCloud',
  command: 'instance',
  region: 'us-gov-west-1',
  product: BOUGHT,
} as const;

export const HOMES = { task: TASK, pod: POD, instance: INSTANCE } as const satisfies Readonly<Record<string, Home>>;

/** The exit code is what an orchestrator sees. */
export type Refused = Home & { readonly why: string; readonly exitCode: number };

export const REFUSED: readonly Refused[] = [
  { ...POD, name: 'pod-in-spain', region: 'eu-south-2', why: 'a Region where AWS meters no container', exitCode: 76 },
  { ...TASK, name: 'not-bought', product: NOT_BOUGHT, why: 'a product that nobody bought', exitCode: 77 },
];

/** What belongs to one home, in the demo's own folder. */
export const filesOf = (folder: string, { name }: Pick<Home, 'name'>) => ({
  configuration: join(folder, `${name}.yaml`),
  ledger: join(folder, `${name}-ledger`),
  book: join(folder, `${name}-app.jsonl`),
});
