import { expect, test } from '@jest/globals';
import { csvLine } from '../../src/agent/cli/csv.ts';

test.each([
  [['a', 1, true, null, undefined], 'a,1,true,,\r\n'],
  [['a,b', 'say "x"', 'two\nlines'], '"a,b","say ""x""","two\nlines"\r\n'],
  [['=HYPERLINK("x")', '+1', '-1', '@a', '\tx'], `"'=HYPERLINK(""x"")",'+1,'-1,'@a,'\tx\r\n`],
])('%j', (values, expected) => {
  expect(csvLine(values)).toBe(expected);
});
