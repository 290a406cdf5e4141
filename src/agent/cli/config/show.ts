import { defineCommand } from 'citty';
import { type InForce, inForceOf } from '../../core/configuration/inForce.ts';
import { configurationError } from '../../core/configuration/problem.ts';
import { loadConfig } from '../../io/files/loadConfig.ts';
import { columns, writeJson } from '../output.ts';
import { sourceText } from './check.ts';
import { CONFIG_ARGS, requestOf } from './request.ts';

const valueText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const settingsOf = (rows: readonly InForce[]): Readonly<Record<string, Omit<InForce, 'path'>>> =>
  Object.fromEntries(rows.map(({ path, value, origin }) => [path, { value, origin }]));

export const show = defineCommand({
  meta: { name: 'show', description: 'Shows every setting in force and where it comes from' },
  args: { ...CONFIG_ARGS, json: { type: 'boolean', description: 'One JSON object on stdout' } },
  run: ({ args }) => {
    const loaded = loadConfig(requestOf(args));
    if (!loaded.ok) throw configurationError(loaded.problems);
    const { config, source, written, ignoredVariables } = loaded;
    const rows = inForceOf(config, written);
    if (args.json) {
      const { sealed, warnings } = config;
      writeJson({ schema: 1, source, sealed, settings: settingsOf(rows), warnings, ignoredVariables });
      return;
    }
    process.stderr.write(`${sourceText(source)}, ${config.sealed ? 'sealed' : 'not sealed'}\n`);
    process.stdout.write(columns(rows.map(({ path, value, origin }) => [path, valueText(value), origin])));
    for (const warning of config.warnings) process.stderr.write(`warning: ${warning}\n`);
    for (const name of ignoredVariables) process.stderr.write(`${name} sets nothing and is ignored\n`);
  },
});
