import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { csvLine } from '../../src/agent/cli/csv.ts';

test.each([
  [['a', 1, true, null, undefined], 'a,1,true,,\r\n'],
  [['a,b', 'say "x"', 'two\nlines'], '"a,b","say ""x""",two lines\r\n'],
  [['=HYPERLINK("x")', '+1', '-x', '@a', '\tx'], `"'=HYPERLINK(""x"")",'+1,'-x,'@a," x"\r\n`],
  [['  =1+1', '\n=1+1', '＝1', 'a;=cmd|x', 'a|-b'], `"  '=1+1"," '=1+1",'＝1,"a;'=cmd|x","a|'-b"\r\n`],
  [['-12.5', '0', '-0', '+12', '-1e5', '--1'], `-12.5,0,-0,'+12,'-1e5,'--1\r\n`],
  [['a\u2028b\u2029c\u0085d\vf\fg\u0000h', 'x\u202ecod.exe'], 'a b c d f g h,x cod.exe\r\n'],
])('%j', (values, expected) => {
  expect(csvLine(values)).toBe(expected);
});

/** An independent reader of RFC 4180, for one record. */
const cellsOf = (line: string): readonly string[] => {
  const cells: string[] = [];
  let rest = line.slice(0, -2);
  for (;;) {
    const quoted = /^"((?:[^"]|"")*)"(?:,|$)/.exec(rest);
    const plain = /^([^",]*)(?:,|$)/.exec(rest);
    const found = quoted ?? plain;
    if (found === null) throw new Error(`no cell: ${rest}`);
    cells.push(quoted === null ? (found[1] ?? '') : (found[1] ?? '').replaceAll('""', '"'));
    const hadComma = found[0].endsWith(',');
    rest = rest.slice(found[0].length);
    if (!hadComma) return cells;
  }
};

const nasty = fc.string({
  unit: fc.constantFrom(
    '=',
    '+',
    '-',
    '@',
    '"',
    ',',
    ';',
    '\t',
    '\r',
    '\n',
    ' ',
    '|',
    "'",
    '\u2028',
    '\u2029',
    '\u0085',
    '\u0000',
    '＝',
    'a',
    '1',
    'ä',
  ),
  maxLength: 12,
});

test('whatever the texts are: one line, the same cells, and none that is a formula, by any separator', () => {
  fc.assert(
    fc.property(fc.array(nasty, { minLength: 1, maxLength: 5 }), (texts) => {
      const line = csvLine(texts);
      expect(line.slice(0, -2)).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      const cells = cellsOf(line);
      expect(cells).toHaveLength(texts.length);
      for (const [index, text] of texts.entries()) {
        const isNumber = /^-?\d+(\.\d+)?$/.test(text);
        if (isNumber) expect(cells[index]).toBe(text);
        else
          for (const part of (cells[index] ?? '').split(/[;|]/)) expect(part.trim()).not.toMatch(/^[=+\-@＝＋－＠]/u);
        // Nothing that can be read is lost.
        const letters = (value: string) => value.replace(/[^a1ä"]/gu, '');
        expect(letters(cells[index] ?? '')).toBe(letters(text));
      }
    }),
    { numRuns: 500 },
  );
});
