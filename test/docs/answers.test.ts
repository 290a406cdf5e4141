import { expect, test } from '@jest/globals';
import { type GateMeaning, gateMeaningOf } from '../../src/agent/core/gate/registerAnswers.ts';
import type { Answer } from '../../src/agent/core/sending/answer.ts';
import { type Meaning, meaningOf } from '../../src/agent/core/sending/meterAnswers.ts';
import { rowsOf, sectionOf, textOf } from './support/documents.ts';

/** The names of a table in the sources. */
const namesIn = (file: string, table: string): readonly string[] => {
  const text = textOf(file);
  const block = text.slice(text.indexOf(`const ${table}`));
  return [...block.slice(0, block.indexOf('\n};')).matchAll(/^ {2}(\w+): /gm)].map(([, name = '']) => name);
};

const page = textOf('docs/errors.md');
const tableOf = (title: string) =>
  rowsOf(sectionOf(page, title)).map(([name = '', ...rest]) => [name.replaceAll('`', ''), ...rest]);

const refusal = (name: string): Answer<never> => ({
  kind: 'refusal',
  name,
  message: '',
  status: 400,
  requestId: 'x',
  date: undefined,
});

const gateWords = (meaning: GateMeaning): readonly [string, string] => {
  switch (meaning.kind) {
    case 'granted':
      return ['granted', '0'];
    case 'refused':
      return ['refused', String(meaning.exitCode)];
    case 'otherKey':
      return ['next lower key', '78'];
    case 'renew':
      return ['renew', '78'];
    case 'pending':
      return [meaning.throttled ? 'throttled' : 'pending', String(meaning.exitCode)];
    default:
      return meaning satisfies never;
  }
};

const NEXT = {
  retry: 'again',
  slower: 'again, slower',
  renew: 'renewed',
  pauseSender: 'sender paused',
  pauseDimension: 'dimension paused',
  untag: 'at once without tags',
  giveUp: 'as at the edge',
  done: 'settled',
} as const satisfies Record<Meaning['next'], string>;

const tollWords = ({ stored, next, atEdge }: Meaning): readonly string[] => [
  stored,
  stored === 'unknowable' ? 'held' : NEXT[next],
  atEdge === 'move' ? 'moved' : 'quarantined',
];

test('the table of the gate has every name that the gate knows, and what follows', () => {
  const rows = tableOf('At the gate').map(([name = '', verdict, code]) => [name, verdict, code]);
  const known = namesIn('src/agent/core/gate/registerAnswers.ts', 'ANSWERS');
  expect(known.length).toBeGreaterThan(20);
  expect(rows).toEqual(known.map((name) => [name, ...gateWords(gateMeaningOf(refusal(name), 'MeterUsage'))]));
});

test('the table of the toll has every name that the toll knows, and what follows', () => {
  const rows = tableOf('At the toll')
    .map(([name = '', ...cells]) => [name, ...cells.slice(0, 3)])
    .toSorted();
  const known = namesIn('src/agent/core/sending/meterAnswers.ts', 'ANSWERS');
  expect(known.length).toBeGreaterThan(20);
  expect(rows).toEqual(known.map((name) => [name, ...tollWords(meaningOf(refusal(name)))]).toSorted());
});

test('every name of STS that the agent knows is there', () => {
  const known = namesIn('src/agent/core/platform/credentialTrouble.ts', 'STS');
  const rows = tableOf('From STS').map(([name]) => name);
  expect(rows).toEqual(known.filter((name) => name !== 'EACCES'));
  expect(sectionOf(page, 'From STS')).toContain('`EACCES`');
});

test('every table says what to do', () => {
  for (const title of ['At the gate', 'At the toll', 'From STS'])
    for (const row of tableOf(title)) expect(row.at(-1)).not.toBe('');
});
