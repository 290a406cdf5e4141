import { defineCommand } from 'citty';
import type { Call } from '../calls.ts';
import type { Bill } from '../rules/bill.ts';
import { ask, JSON_ARG, printJson, printLines, table, URL_ARG } from './client.ts';

const ARGS = { ...URL_ARG, ...JSON_ARG } as const;

const billLines = ({ usage, registered }: Bill): readonly string[] => [
  ...(usage.length === 0 && registered.length === 0 ? ['Nothing to invoice.'] : []),
  ...(usage.length === 0
    ? []
    : table([
        ['ACCOUNT', 'PRODUCT', 'DIMENSION', 'QUANTITY', 'RECORDS'],
        ...usage.map((line) => [line.account, line.product, line.dimension, line.quantity, String(line.records)]),
      ])),
  ...(registered.length === 0
    ? []
    : table([
        ['ACCOUNT', 'PRODUCT', 'TASK OR POD', 'SINCE', 'SECONDS'],
        ...registered.map((line) => [line.account, line.product, line.resource, line.launchedAt, String(line.seconds)]),
      ])),
];

/** What would be invoiced. */
export const bill = defineCommand({
  meta: {
    name: 'bill',
    description: 'What would be invoiced: usage by account, product and dimension; registered tasks and pods.',
  },
  args: ARGS,
  run: async ({ args }) => {
    const answer = await ask(args.url, 'GET', 'bill');
    if (args.json) printJson(answer);
    else printLines(billLines(answer as unknown as Bill));
  },
});

type Listed = {
  readonly hour: string;
  readonly product: string;
  readonly dimension: string;
  readonly quantity: string;
  readonly resource: string;
  readonly recordId: string;
};

/** Every accepted record. */
export const records = defineCommand({
  meta: { name: 'records', description: 'Every accepted metering record.' },
  args: ARGS,
  run: async ({ args }) => {
    const answer = await ask(args.url, 'GET', 'records');
    if (args.json) return printJson(answer);
    const list = answer['records'] as readonly Listed[];
    printLines(
      table([
        ['HOUR', 'PRODUCT', 'DIMENSION', 'QUANTITY', 'RESOURCE', 'RECORD'],
        ...list.map((one) => [one.hour, one.product, one.dimension, one.quantity, one.resource, one.recordId]),
      ]),
    );
  },
});

/** Every call with its answer. */
export const calls = defineCommand({
  meta: { name: 'calls', description: 'Every call that came, with its answer.' },
  args: { ...ARGS, operation: { type: 'string', description: 'Only calls of this operation', valueHint: 'NAME' } },
  run: async ({ args }) => {
    const query = args.operation === undefined ? '' : `?operation=${encodeURIComponent(args.operation)}`;
    const answer = await ask(args.url, 'GET', `calls${query}`);
    if (args.json) return printJson(answer);
    const list = answer['calls'] as readonly Call[];
    printLines(
      table([
        ['N', 'TIME', 'OPERATION', 'STATUS', 'ERROR', 'STORED', 'FAULT', 'RESOURCE'],
        ...list.map((one) => [
          String(one.n),
          one.time,
          one.operation,
          String(one.status ?? '-'),
          one.error ?? '-',
          one.stored ? 'yes' : 'no',
          one.fault ?? '-',
          one.resource ?? '-',
        ]),
      ]),
    );
  },
});
