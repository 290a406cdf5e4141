import { defineCommand } from 'citty';
import { TABLE } from '../../regions/index.ts';
import { loadConfig } from '../io/files/loadConfig.ts';
import { CONFIG_ARGS, requestOf } from './config/request.ts';
import { columns, paintFor, writeJson } from './output.ts';
import { type Here, hereIn } from './regions/here.ts';
import { overview } from './regions/overview.ts';

const WORDS = { supported: 'yes', unlisted: 'unlisted', refused: 'no' } as const;

const HEAD = [
  ['', 'RegisterUsage', '', 'MeterUsage', '', '', ''],
  ['Region', 'ECS', 'EKS', 'ECS', 'EKS', 'EC2', 'AgentCore'],
];

const tableText = (): string =>
  columns([
    ...HEAD,
    ...overview().map(({ region, cells }) => [region, ...cells.map(({ decision }) => WORDS[decision])]),
  ]);

const rowsText = (): string =>
  TABLE.map(({ id, reason, source, seen }) => `  ${id}: ${reason}\n      ${source}, seen ${seen}\n`).join('');

const hereText = ({ platform, region, trouble, rulings }: Here): string => {
  const paint = paintFor(process.stdout);
  if (region === undefined) return `Here: cannot tell, since ${trouble}\n`;
  const lines = rulings.map(({ operation, decision, reason, remedy, row, source, seen }) => {
    const word = paint(decision === 'supported' ? 'green' : decision === 'unlisted' ? 'yellow' : 'red', decision);
    const fix = remedy === undefined || decision === 'supported' ? '' : `\n      Fix: ${remedy}`;
    return `  ${operation}: ${word}: ${reason} (row ${row}; ${source}, seen ${seen})${fix}\n`;
  });
  return `Here: ${region.name} (${region.source}), ${platform.name} (${platform.source})\n${lines.join('')}`;
};

export const regions = defineCommand({
  meta: { name: 'regions', description: 'Prints where AWS lets what be called, and what that decides here' },
  args: { ...CONFIG_ARGS, json: { type: 'boolean', description: 'One JSON object on stdout' } },
  run: ({ args }) => {
    // Pricing and extra Regions matter if there is a configuration; a broken one is for `config check` to tell.
    const loaded = loadConfig(requestOf(args));
    const here = hereIn(process.env, loaded.ok ? loaded.config.product : undefined);
    if (args.json) {
      const { region = null, trouble = null } = here;
      writeJson({ schema: 1, regions: overview(), rows: TABLE, here: { ...here, region, trouble } });
      return;
    }
    process.stdout.write(`${tableText()}\nRows, the first that fits decides:\n${rowsText()}\n${hereText(here)}`);
  },
});
