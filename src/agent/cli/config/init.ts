import { writeFileSync } from 'node:fs';
import { defineCommand } from 'citty';
import { TollgateError, toError } from '../../core/errors.ts';
import { EXIT } from '../../core/exitCode.ts';
import { starter } from './starter.ts';

const isThere = (error: Error): boolean => 'code' in error && error.code === 'EEXIST';

const notWritten = (file: string, thrown: unknown): TollgateError => {
  const error = toError(thrown);
  return isThere(error)
    ? new TollgateError('wrong_usage', `${file} exists already, and was left as it is`, {
        exitCode: EXIT.usage,
        remedy: 'choose another name, or overwrite it with --force',
        cause: error,
      })
    : new TollgateError('configuration', `${file} cannot be written: ${error.message}`, {
        exitCode: EXIT.configuration,
        remedy: 'check the folder and its rights',
        cause: error,
      });
};

export const init = defineCommand({
  meta: { name: 'init', description: 'Prints a commented configuration to start from' },
  args: {
    out: { type: 'string', description: 'Write it to this file instead', valueHint: 'FILE' },
    force: { type: 'boolean', description: 'Overwrite the file if it is there' },
  },
  run: ({ args: { out, force } }) => {
    if (out === undefined) {
      process.stdout.write(starter());
      return;
    }
    try {
      writeFileSync(out, starter(), { flag: force ? 'w' : 'wx' });
    } catch (thrown) {
      throw notWritten(out, thrown);
    }
    process.stderr.write(
      `${out} is written: put your product code and dimensions into it, then "tollgate config check"\n`,
    );
  },
});
