import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { refusalOf } from '../../../src/agent/core/configuration/layers/buyerMay.ts';
import { SETTINGS } from '../../../src/agent/core/configuration/schema/settings.ts';
import { KNOWN_REGIONS } from '../../../src/regions/index.ts';

const page = (name: string): string => readFileSync(join(import.meta.dirname, '../../../docs', name), 'utf8');

test.each(SETTINGS)('docs/configuration.md has $path with its default, and whether a buyer may set it', (setting) => {
  const { path, standard, description } = setting;
  const text = typeof standard === 'string' ? standard : JSON.stringify(standard);
  const cells = [
    `\`${path}\``,
    standard === undefined ? '' : `\`${text}\``,
    refusalOf(path) === undefined ? 'yes' : 'no',
    description,
  ];
  expect(page('configuration.md')).toContain(`| ${cells.join(' | ')} |`);
});

test('docs/regions.md has every Region that has metering', () => {
  const text = page('regions.md');
  for (const region of KNOWN_REGIONS.slice(0, 30)) expect(text).toContain(region);
});
