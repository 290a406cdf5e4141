import { defineCommand } from 'citty';
import { configurationError } from '../../core/configuration/problem.ts';
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

export const check = defineCommand({
  meta: { name: 'check', description: 'Names all that is wrong with the configuration at once; 78 if anything is' },
  args: { ...CONFIG_ARGS, json: { type: 'boolean', description: 'One JSON object on stdout' } },
  run: ({ args }) => {
    const loaded = loadConfig(requestOf(args));
    if (args.json && !loaded.ok) {
      writeJson({ schema: 1, ok: false, problems: loaded.problems });
      process.exitCode = EXIT.configuration;
      return;
    }
    if (!loaded.ok) throw configurationError(loaded.problems);
    const { source, ignoredVariables } = loaded;
    const { warnings, sealed } = loaded.config;
    if (args.json) writeJson({ schema: 1, ok: true, source, sealed, warnings, ignoredVariables });
    else process.stdout.write(okText(loaded));
  },
});
