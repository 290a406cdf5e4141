import { once } from 'node:events';
import { defineCommand } from 'citty';
import { TollgateError } from '../core/errors.ts';
import { EXIT } from '../core/exitCode.ts';
import type { Loss } from '../core/record/overview.ts';
import type { Line } from '../io/ledger/books/books.ts';
import { hourArgument } from '../io/ledger/books/books.ts';
import type { Command } from '../io/ledger/books/control.ts';
import { COLUMNS } from '../io/ledger/books/lines.ts';
import { askLedger, one } from './askLedger.ts';
import { configurationOf } from './configuration.ts';
import { csvLine } from './csv.ts';

const WHERE = {
  config: { type: 'string', valueHint: 'FILE', description: 'The configuration that says where the ledger is.' },
  ledger: { type: 'string', valueHint: 'FOLDER', description: 'The folder of the ledger itself.' },
} as const;

type Where = { readonly config?: string | undefined; readonly ledger?: string | undefined };

const ask = ({ config, ledger: folder }: Where, command: Command): AsyncIterable<unknown> =>
  askLedger(folder ?? configurationOf(config, process.env).ledger.directory, command);

/** Writes at the reader's pace; a reader that has gone ends it. */
const write = async (text: string): Promise<void> => {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
};

const writeJson = async (answers: AsyncIterable<unknown>): Promise<void> => {
  for await (const answer of answers) await write(`${JSON.stringify(answer)}\n`);
};

const check = defineCommand({
  meta: { name: 'check', description: 'Proves that everything acknowledged is in exactly one place.' },
  args: { ...WHERE, json: { type: 'boolean', description: 'One JSON object on stdout.' } },
  run: async ({ args }) => {
    const { ok, findings } = await one<{ ok: boolean; findings: readonly string[] }>(ask(args, { do: 'check' }));
    if (args.json) await write(`${JSON.stringify({ schema: 1, ok, findings })}\n`);
    else await write(ok ? 'ok: everything acknowledged is in exactly one place\n' : `${findings.join('\n')}\n`);
    if (!ok) process.exitCode = EXIT.unexpected;
  },
});

/** Characters of a person's reason: a sentence or two, not a file. */
const LONGEST_REASON = 1000;

/** Allocations stand in their cell as JSON. */
const cellOf = (value: Line[string] | undefined): string | number | boolean | null | undefined =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : value;

const FORMATS = ['csv', 'jsonl'] as const;

const exportLedger = defineCommand({
  meta: { name: 'export', description: 'Prints every hour of every dimension, to lay beside the report of AWS.' },
  args: { ...WHERE, format: { type: 'string', default: 'csv', valueHint: 'csv|jsonl', description: 'csv or jsonl.' } },
  run: async ({ args }) => {
    const format = FORMATS.find((known) => known === args.format);
    if (format === undefined) {
      throw new TollgateError('wrong_usage', `--format ${args.format} is not known`, {
        remedy: 'write --format csv or --format jsonl',
        exitCode: EXIT.usage,
      });
    }
    const lines = ask(args, { do: 'lines' }) as AsyncIterable<Line>;
    if (format === 'jsonl') {
      await writeJson(lines);
      return;
    }
    await write(csvLine(COLUMNS));
    for await (const line of lines) await write(csvLine(COLUMNS.map((column) => cellOf(line[column]))));
  },
});

const show = defineCommand({
  meta: { name: 'show', description: 'Prints all that the ledger says of one hour, as JSON lines.' },
  args: { ...WHERE, hour: { type: 'positional', required: true, description: 'Such as 2026-03-01T10Z.' } },
  run: async ({ args }) => writeJson(ask(args, { do: 'lines', hour: hourArgument(args.hour) })),
});

/** What stands in the books for ever has to say something. */
const reasonOf = (why: string): string => {
  if (why.trim() !== '' && why.length <= LONGEST_REASON) return why.trim();
  throw new TollgateError('wrong_usage', why.trim() === '' ? '--why is empty' : '--why is too long', {
    remedy: `say in a sentence how you know, in at most ${LONGEST_REASON} characters; it is kept with the record`,
    exitCode: EXIT.usage,
  });
};

const resolve = defineCommand({
  meta: { name: 'resolve', description: 'Says what became of a record that waits for a person.' },
  args: {
    ...WHERE,
    record: { type: 'positional', required: true, description: 'Its client_token, or 8 and more digits of it.' },
    as: { type: 'string', required: true, valueHint: 'receipted|unsent', description: 'AWS has it, or has it not.' },
    why: { type: 'string', required: true, valueHint: 'TEXT', description: 'How you know; kept with the record.' },
  },
  run: async ({ args }) => {
    if (args.as !== 'receipted' && args.as !== 'unsent') {
      throw new TollgateError('wrong_usage', `--as ${args.as} is not known`, {
        remedy:
          'write --as receipted when AWS has the record, --as unsent when it has not: its units then go out again',
        exitCode: EXIT.usage,
      });
    }
    await writeJson(ask(args, { do: 'resolve', token: args.record, as: args.as, why: reasonOf(args.why) }));
  },
});

const release = defineCommand({
  meta: {
    name: 'release',
    description:
      'Lets what was held in an hour go: units count in the open hour, counter series from their next reading on.',
  },
  args: {
    ...WHERE,
    hour: { type: 'positional', required: true, description: 'Such as 2026-03-01T10Z.' },
    dimension: { type: 'positional', required: true, description: "The dimension's API name." },
  },
  run: async ({ args }) => {
    const command = { do: 'release', hour: hourArgument(args.hour), dimension: args.dimension } as const;
    const { units, to, series } = await one<{ units: string; to: string; series: number }>(ask(args, command));
    if (series === 0 || units !== '0') await write(`${units} units of ${args.dimension} now count in ${to}\n`);
    if (series > 0)
      await write(`${series} counter series of ${args.dimension} count again, each from its next reading on\n`);
  },
});

const acknowledge = defineCommand({
  meta: { name: 'acknowledge', description: 'Says that a person has seen what was lost with a ledger.' },
  args: {
    ...WHERE,
    loss: { type: 'positional', required: true, description: 'Its number, as the status says it.' },
    why: { type: 'string', required: true, valueHint: 'TEXT', description: 'What was done about it; kept with it.' },
  },
  run: async ({ args }) => {
    if (!/^\d{1,9}$/.test(args.loss)) {
      throw new TollgateError('wrong_usage', `"${args.loss}" is no number of a loss`, {
        remedy: 'see "tollgate status" for what was lost',
        exitCode: EXIT.usage,
      });
    }
    const command = { do: 'acknowledge', loss: Number(args.loss), why: reasonOf(args.why) } as const;
    const { id, what } = await one<Loss>(ask(args, command));
    await write(`acknowledged: loss ${id}, ${what}\n`);
  },
});

export const ledger = defineCommand({
  meta: { name: 'ledger', description: 'Looks into the ledger, alive or dead, and decides what waits for a person.' },
  subCommands: { check, export: exportLedger, show, resolve, release, acknowledge },
});
