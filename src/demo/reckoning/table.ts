import * as quantity from '../../agent/core/usage/quantity.ts';
import type { Row } from './reckon.ts';

const HEAD = ['dimension', 'home', 'counted by the app', 'in the ledger', 'on the bill', 'left over', 'difference'];

/** Columns of words stand at the left, those of numbers at the right. */
const WORDS = 2;

/** `1,234.5`. */
export const grouped = (value: quantity.Quantity): string => {
  const [whole = '', fraction] = quantity.format(value).split('.');
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? groups : `${groups}.${fraction}`;
};

const billText = ({ billed, per }: Row): string =>
  quantity.equal(per, quantity.of(1)) ? grouped(billed) : `${grouped(billed)} x ${grouped(per)}`;

const cellsOf = (row: Row): readonly string[] => [
  row.dimension,
  row.home,
  grouped(row.counted),
  grouped(row.inLedger),
  billText(row),
  quantity.isZero(row.leftOver) ? '' : grouped(row.leftOver),
  grouped(row.difference),
];

/** The homes of one dimension together. Differences add up: nothing makes up for anything. */
const totalOf = (rows: readonly Row[], first: Row): Row => {
  const total = (pick: (row: Row) => quantity.Quantity): quantity.Quantity => quantity.sum(rows.map(pick));
  return {
    dimension: first.dimension,
    home: 'together',
    per: first.per,
    counted: total(({ counted }) => counted),
    inLedger: total(({ inLedger }) => inLedger),
    billed: total(({ billed }) => billed),
    leftOver: total(({ leftOver }) => leftOver),
    difference: total(({ difference }) => difference),
  };
};

/** The table at the end: the homes of each dimension, and under them the dimension as a whole. */
export const tableOf = (rows: readonly Row[]): readonly string[] => {
  const body = [...Map.groupBy(rows, ({ dimension }) => dimension).values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return [...group.map(cellsOf), cellsOf(totalOf(group, first))].map((cells, index) =>
      index === 0 ? cells : ['', ...cells.slice(1)],
    );
  });
  const all = [HEAD, ...body];
  const widths = HEAD.map((_, column) => Math.max(...all.map((cells) => cells[column]?.length ?? 0)));
  const lines = all.map((cells) =>
    cells
      .map((cell, column) => (column < WORDS ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  const rule = '-'.repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  const [head = '', ...rest] = lines;
  return [head, rule, ...rest.flatMap((line, index) => (index > 0 && !line.startsWith(' ') ? ['', line] : [line]))];
};
