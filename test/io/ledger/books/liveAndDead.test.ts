import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ledger as commands } from '../../../../src/agent/cli/ledger.ts';
import type { Outcome } from '../../../../src/agent/core/record/outcome.ts';
import { format, type Hour, hourOf, next, stampOf } from '../../../../src/agent/core/time/hour.ts';
import { freeze } from '../../../../src/agent/core/usage/freeze.ts';
import * as quantity from '../../../../src/agent/core/usage/quantity.ts';
import { openControl } from '../../../../src/agent/io/ledger/books/control.ts';
import type { OpenLedger } from '../../../../src/agent/io/ledger/ledger.ts';
import { NOW, newFolder, openIn, reportOf, TEN, take } from '../../../support/ledgerOnDisk.ts';
import { SILENT, sumOf } from '../../../support/tollWorld.ts';
import { startTollgate } from '../../../wire/support/program.ts';

const NOTE = { at: NOW, line: '=HYPERLINK("x")\n200', requestId: 'r', recordId: 'id' };
const STAY = { to: 'stay' } as const;
const FATES: readonly Outcome[] = [
  { state: 'receipted', doubt: false, units: STAY },
  { state: 'quarantined', doubt: true, units: STAY, reason: 'AWS may have it' },
  { state: 'quarantined', doubt: false, units: STAY, reason: 'not entitled' },
  { state: 'conflict', doubt: false, units: { to: 'hold' }, reason: 'three in a row' },
  { state: 'waiting', doubt: true, units: STAY },
];

/** A ledger with a line of every kind. Answers the tokens by fate. */
const furnish = async (ledger: OpenLedger): Promise<readonly string[]> => {
  const tokens: string[] = [];
  for (const [index, fate] of FATES.entries()) {
    const hour = (TEN + index) as Hour;
    const tags = index % 2 === 0 ? { tags: { team: 'blue', '=cmd': 'x,"y"' } } : {};
    await take(ledger, [reportOf(7 + index, { at: stampOf(hour), id: `${index}`, ...tags })]);
    const rules = { resource: 'task/one', timestamp: stampOf(hour), maxPerHour: undefined, zero: false, ceil: false };
    const record = ledger.freeze('requests', hour, (open) => ({ frozen: freeze(open, rules) }));
    if (record === undefined) throw new Error('nothing was frozen');
    ledger.judge(record, NOTE, () => fate);
    tokens.push(record.token);
  }
  await take(ledger, [reportOf(3, { dimension: 'sevenths' })]);
  ledger.freeze('sevenths', TEN, (open) => ({
    frozen: freeze(open, {
      resource: 'task/one',
      timestamp: stampOf(TEN),
      maxPerHour: undefined,
      zero: false,
      ceil: false,
    }),
  }));
  await take(ledger, [
    reportOf('2.5', { dimension: 'level' }),
    reportOf(4, { dimension: 'peak', at: stampOf(next(TEN)) }),
  ]);
  return tokens;
};

/** What depends on the moment alone. */
const timeless = (text: string, since: number): string =>
  text
    .replace(/20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, (time) => (Date.parse(time) >= since ? 'NOW' : time))
    .replace(/20\d\d-\d\d-\d\dT\d\dZ/g, (hour) =>
      [hourOf(since), next(hourOf(since))].some((one) => format(one) === hour) ? 'OPEN' : hour,
    );

test('every command says the same through a live agent as on the closed file', async () => {
  const folder = newFolder();
  const options = {
    dimensions: [
      sumOf('requests'),
      { ...sumOf('sevenths'), per: quantity.of(7) },
      { ...sumOf('peak'), meter: 'max', scope: 'pod' },
      { ...sumOf('level'), meter: 'average', scope: 'pod' },
    ] as const,
  };
  // A ledger that was lost before, so that there is a loss to acknowledge.
  const first = await openIn(folder, options);
  await furnish(first);
  first.close();
  copyFileSync(join(import.meta.dirname, 'liveAndDead.test.ts'), join(folder, 'ledger.db'));
  const ledger = await openIn(folder, { ...options, resource: 'task/two' });
  const tokens = await furnish(ledger);
  const since = Date.now();
  const control = openControl(folder, ledger.books, { openHour: () => hourOf(Date.now()), now: Date.now, log: SILENT });

  const [, doubtful = '', refused = ''] = tokens;
  const why = ['--why', 'looked into CloudTrail'];
  const conflict = format((TEN + 3) as Hour);
  const WORDS: Readonly<Record<string, readonly (readonly string[])[]>> = {
    check: [[], ['--json']],
    export: [[], ['--format', 'csv'], ['--format', 'jsonl'], ['--format', 'xml']],
    show: [[format(TEN)], [conflict], ['1999-01-01T00Z'], ['ten']],
    resolve: [
      [doubtful.slice(0, 12), '--as', 'receipted', ...why],
      [doubtful.slice(0, 12), '--as', 'unsent', ...why],
      [refused, '--as', 'unsent', ...why],
      ['0000000', '--as', 'unsent', ...why],
    ],
    release: [
      [conflict, 'requests'],
      [conflict, 'requests'],
      [conflict, 'strangers'],
    ],
    acknowledge: [
      ['1', ...why],
      ['1', ...why],
      ['77', ...why],
    ],
  };
  expect(Object.keys(WORDS)).toEqual(Object.keys(commands.subCommands ?? {}));

  const answer = async (words: readonly string[], where: string) => {
    await using program = startTollgate(['ledger', ...words, '--ledger', where], {
      env: { PATH: process.env['PATH'] ?? '' },
    });
    const { code } = await program.ended;
    return {
      code,
      out: timeless(program.stdout(), since),
      err: timeless(program.stderr(), since).replaceAll(where, 'FOLDER'),
    };
  };

  try {
    for (const [name, all] of Object.entries(WORDS)) {
      for (const words of all) {
        const dead = newFolder();
        for (const file of readdirSync(folder).filter((one) => one.startsWith('ledger.db') && !one.includes('broken')))
          copyFileSync(join(folder, file), join(dead, file));
        const [alive, closed] = await Promise.all([answer([name, ...words], folder), answer([name, ...words], dead)]);
        expect({ name, words, ...closed }).toEqual({ name, words, ...alive });
        expect(alive.err).not.toMatch(/in use|does not answer/);
      }
    }
    expect(ledger.books.check().findings).toEqual([]);
  } finally {
    control.close();
    ledger.close();
  }
}, 120_000);
