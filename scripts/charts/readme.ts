import type { DocumentedValue } from './values.ts';

const BEGIN = '<!-- values: made of values.yaml by "npm run charts" -->';
const END = '<!-- end of values -->';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const row = ({ path, standard, description }: DocumentedValue): string =>
  `| \`${path.join('.')}\` | \`${cell(JSON.stringify(standard))}\` | ${cell(description)} |`;

/** A chart's README with the table of its values between the two marks. */
export const withValues = (readme: string, values: readonly DocumentedValue[]): string => {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the README lacks the lines ${BEGIN} and ${END}`);
  const table = ['| value | default | |', '|---|---|---|', ...values.map(row)].join('\n');
  return `${readme.slice(0, begin)}${BEGIN}\n${table}\n${readme.slice(end)}`;
};
