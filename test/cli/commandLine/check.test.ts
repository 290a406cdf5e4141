import { expect, test } from '@jest/globals';
import { checkArguments, splitCommand } from '../../../src/agent/cli/commandLine/check.ts';
import { TollgateError } from '../../../src/agent/core/errors.ts';

const ARGS = {
  config: { type: 'string' },
  json: { type: 'boolean', alias: 'j' },
  dryRun: { type: 'boolean' },
  dimension: { type: 'positional' },
} as const;

const refusalOf = (args: readonly string[]): string | undefined => {
  try {
    checkArguments(args, ARGS);
    return undefined;
  } catch (thrown) {
    const { message, remedy, exitCode } = thrown as TollgateError;
    expect(thrown).toBeInstanceOf(TollgateError);
    expect(exitCode).toBe(64);
    return remedy === undefined ? message : `${message}; ${remedy}`;
  }
};

test.each([
  [[]],
  [['requests']],
  [['--config', 'a.yaml', 'requests', '--json']],
  [['--config=a.yaml', '-j', '--no-json', '--json=false']],
  [['--dry-run', '--dryRun', '--', '--requests']],
  [['--config', '--odd-name']],
  [['--help']],
])('%j is fine', (args) => {
  expect(refusalOf(args)).toBeUndefined();
});

test.each([
  [['--jsn'], '--jsn is no option here; did you mean --json?'],
  [['--confg=x'], '--confg is no option here; did you mean --config?'],
  [['--zzzzzzzzzzzz'], '--zzzzzzzzzzzz is no option here'],
  [['-x'], '-x is no option here; did you mean -j?'],
  [['--config'], '--config needs a value; --config VALUE'],
  [['a', 'b'], '"b" is one argument too many'],
  [['--', 'a', 'b'], '"b" is one argument too many'],
])('%j is refused', (args, why) => {
  expect(refusalOf(args)).toBe(why);
});

test.each([
  [['--', 'sh', '-c', 'x'], [], ['sh', '-c', 'x']],
  [['sh', '--', '-c'], [], ['sh', '--', '-c']],
  [
    ['--config', 'f', 'sh', '--config', 'g'],
    ['--config', 'f'],
    ['sh', '--config', 'g'],
  ],
  [
    ['--config', '--', '--', '--', 'x'],
    ['--config', '--'],
    ['--', 'x'],
  ],
  [['--help', 'x'], ['--help'], ['x']],
  [['--'], [], []],
])('%j: our own part ends where the product begins', (args, own, product) => {
  expect(splitCommand(args, ARGS)).toEqual({ own, product });
});
