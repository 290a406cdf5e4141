import { defineCommand } from 'citty';
import { type Change, changesFor } from '../../core/configuration/changes.ts';
import type { Config } from '../../core/configuration/config.ts';
import { configurationError } from '../../core/configuration/problem.ts';
import type { Standing } from '../../core/configuration/standing.ts';
import { EXIT } from '../../core/exitCode.ts';
import { type Loaded, loadConfig, type Source } from '../../io/files/loadConfig.ts';
import { paintFor, writeJson } from '../output.ts';
import { CONFIG_ARGS, requestOf } from './request.ts';

export const sourceText = (source: Source): string => (source.kind === 'file' ? source.path : 'the environment alone');

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

const okText = ({ config, source, ignoredVariables }: Loaded & { ok: true }): string => {
  const paint = paintFor(process.stdout);
  const { warnings } = config;
  return [
    `${paint('green', 'ok')}: ${sourceText(source)}, ${config.sealed ? 'sealed' : 'not sealed'}, ${counted(warnings.length, 'warning')}`,
    ...warnings.map((warning) => `  ${paint('yellow', 'warning')}: ${warning}`),
    ...ignoredVariables.map((name) => `  ${name} sets nothing and is ignored`),
    '',
  ].join('\n');
};

type Consequences = { readonly folder: string; readonly live: boolean; readonly changes: readonly Change[] };

/** What the configuration would mean for the ledger that lies where it says. */
const consequencesOf = async (config: Config): Promise<Consequences> => {
  const { askLedger, one } = await import('../askLedger.ts');
  const folder = config.ledger.directory;
  const { live, ...standing } = await one<Standing & { live: boolean }>(askLedger(folder, { do: 'standing' }));
  return { folder, live, changes: changesFor(config, standing) };
};

const consequencesText = ({ folder, live, changes }: Consequences): string => {
  const paint = paintFor(process.stdout);
  const costly = changes.filter(({ effect }) => effect === 'costs').length;
  const lines = changes.map(({ effect, dimension, hour, text }) => {
    const where = [dimension, hour].filter((part) => part !== null).join(' ');
    return `  ${paint(effect === 'costs' ? 'red' : 'green', effect)}: ${where === '' ? '' : `${where}: `}${text}`;
  });
  const sum = changes.length === 0 ? 'nothing changes' : `${counted(costly, 'consequence')} that cost usage`;
  return [`ledger ${folder} (${live ? 'an agent holds it' : 'no agent holds it'}): ${sum}`, ...lines, ''].join('\n');
};

export const check = defineCommand({
  meta: { name: 'check', description: 'Names all that is wrong with the configuration at once; 78 if anything is' },
  args: {
    ...CONFIG_ARGS,
    ledger: {
      type: 'boolean',
      description: 'What it would mean for the ledger that is there; 1 when usage is at stake',
    },
    json: { type: 'boolean', description: 'One JSON object on stdout' },
  },
  run: async ({ args }) => {
    const loaded = loadConfig(requestOf(args));
    if (args.json && !loaded.ok) {
      writeJson({ schema: 1, ok: false, problems: loaded.problems });
      process.exitCode = EXIT.configuration;
      return;
    }
    if (!loaded.ok) throw configurationError(loaded.problems);
    const { source, ignoredVariables } = loaded;
    const { warnings, sealed } = loaded.config;
    const ledger = args.ledger ? await consequencesOf(loaded.config) : undefined;
    if (args.json)
      writeJson({
        schema: 1,
        ok: true,
        source,
        sealed,
        warnings,
        ignoredVariables,
        ...(ledger === undefined ? {} : { ledger }),
      });
    else process.stdout.write(okText(loaded) + (ledger === undefined ? '' : consequencesText(ledger)));
    if (ledger?.changes.some(({ effect }) => effect === 'costs')) process.exitCode = EXIT.unexpected;
  },
});
