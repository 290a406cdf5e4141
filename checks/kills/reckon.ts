import assert from 'node:assert/strict';
import type { Service } from '../../test/wire/support/service.ts';
import { decimal, type Millionths, millionths } from './decimals.ts';
import type { Till } from './till.ts';

type Line = Readonly<Record<'kind' | 'dimension' | 'state' | 'client_token', string>> & {
  readonly doubt: boolean | null;
} & Readonly<Record<'quantity' | 'counted' | 'moved_in' | 'held' | 'moved_to', string | null>>;

const sum = (values: readonly Millionths[]): Millionths => values.reduce((total, value) => total + value, 0n);
const of = (text: string | null): Millionths => millionths(text ?? '0');

const read = async (service: Service, words: readonly string[]) => {
  await using program = service.stage.start(['ledger', ...words]);
  const { code } = await program.ended;
  return { code, text: program.stdout(), log: program.stderr() };
};

/** States whose units went elsewhere. */
const GONE = ['moved', 'conflict'];

/**
 * Holds the till of AWS against the ledger, record by record and in sum. Answers for each dimension, in words, how much was
 * acknowledged and where it is. `per`: how many reported make one unit; `carry`: what the program says is left over.
 */
export const reckon = async (
  service: Service,
  till: Pick<Till, 'faults' | 'stored'>,
  dimensions: readonly {
    readonly name: string;
    readonly per: bigint;
    readonly acknowledged: Millionths;
    readonly carry: Millionths;
  }[],
): Promise<string> => {
  assert.deepEqual(till.faults(), []);
  const check = await read(service, ['check']);
  assert.equal(check.code, 0, check.text);
  const exported = await read(service, ['export', '--format', 'jsonl']);
  assert.equal(exported.code, 0, exported.log);
  const lines = exported.text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
  const records = lines.filter(({ kind }) => kind === 'record');
  const byToken = new Map(records.map((record) => [record.client_token, record]));
  const stored = new Map(till.stored().map((record) => [record.token, record]));
  for (const { token, quantity, dimension } of stored.values()) {
    const record = byToken.get(token);
    assert.ok(
      record !== undefined,
      `AWS stored ${dimension} ${decimal(quantity)} (${token}), which the ledger does not know`,
    );
    const isKnown = record.state === 'receipted' || (record.state === 'quarantined' && record.doubt === true);
    assert.ok(isKnown, `AWS stored ${token}, and the ledger calls it ${record.state}`);
    assert.equal(quantity, of(record.quantity), token);
  }
  for (const { client_token, state } of records) {
    if (state === 'receipted') assert.ok(stored.has(client_token), `${client_token} has a receipt and is not stored`);
    assert.ok(!['sending', 'waiting'].includes(state), `${client_token} is ${state} still`);
  }
  return dimensions
    .map(({ name, per, acknowledged, carry }) => {
      const own = lines.filter(({ dimension }) => dimension === name);
      const billed = sum(
        [...stored.values()].filter(({ dimension }) => dimension === name).map(({ quantity }) => quantity),
      );
      const kept = own.filter(
        ({ kind, state, client_token }) => kind === 'record' && !GONE.includes(state) && !stored.has(client_token),
      );
      const units = sum([
        ...kept.map(({ quantity }) => of(quantity)),
        ...own.filter(({ kind }) => kind === 'open').map(({ moved_in }) => of(moved_in)),
        ...own.filter(({ kind, moved_to }) => kind === 'held' && moved_to === null).map(({ held }) => of(held)),
      ]);
      const raw = carry + sum(own.filter(({ kind }) => kind === 'open').map(({ counted }) => of(counted)));
      const found = (billed + units) * per + raw;
      const story = `${name}: acknowledged ${decimal(acknowledged)}, billed ${decimal(billed)} units, in the ledger ${decimal(units)} units and ${decimal(raw)}`;
      assert.equal(found, acknowledged, `${story}; together ${decimal(found)}`);
      return story;
    })
    .join('; ');
};
