import { expect, test } from '@jest/globals';
import { EXIT } from '../../src/agent/core/exitCode.ts';
import { COLUMNS } from '../../src/agent/io/ledger/books/lines.ts';
import { METRICS } from '../../src/agent/io/metrics/catalogue.ts';
import { codeOf, PAGES, rowsOf, sectionOf, sourcesOf, textOf } from './support/documents.ts';

const page = textOf('docs/reference.md');

test('the exit codes are those of the sources', () => {
  const codes = rowsOf(sectionOf(page, 'Exit codes')).map(([code]) => Number(code));
  expect(codes).toEqual(Object.values(EXIT));
});

test('the metrics are those of the catalogue, with type and labels', () => {
  const rows = rowsOf(sectionOf(page, 'Metrics')).map(([name = '', kind, labels = '']) => [name, kind, labels]);
  expect(rows).toEqual(
    Object.entries(METRICS).map(([name, row]) => [
      `\`tollgate_${name}\``,
      row.kind,
      'labels' in row ? row.labels.map((label) => `\`${label}\``).join(', ') : '',
    ]),
  );
});

test('no page names a metric that does not exist', () => {
  const known = new Set(Object.keys(METRICS).map((name) => `tollgate_${name}`));
  // A Terraform module's inputs are written alike.
  const said = PAGES.map((path) => textOf(path).replace(/^```hcl\n[\s\S]*?^```/gm, ''));
  const named = said.flatMap((text) => [...text.matchAll(/\btollgate_[a-z_]+[a-z]/g)].map(([name]) => name));
  for (const name of named) expect(known).toContain(name);
});

test('the status has exactly the members of its type', () => {
  const type = textOf('src/agent/core/status.ts');
  const members = [...type.matchAll(/^ {2}readonly (\w+):/gm)].map(([, name = '']) => name);
  const inner = [...type.matchAll(/\breadonly (\w+):/g)].map(([, name = '']) => name);
  const text = sectionOf(page, 'Status');
  const first = rowsOf(text).flatMap(([names = '']) => codeOf(names));
  expect(members).toEqual(expect.arrayContaining([...first]));
  const named = new Set(codeOf(text));
  for (const name of inner) expect(named).toContain(name);
});

test('an export has exactly the columns of the sources', () => {
  const text = sectionOf(page, '`tollgate ledger export`');
  for (const column of COLUMNS) expect(codeOf(text)).toContain(column);
  const list = text.slice(text.indexOf('`kind`'), text.indexOf('`allocations`') + '`allocations`'.length);
  expect(codeOf(list.replace(/\([^)]*\)/g, ''))).toEqual(COLUMNS);
});

test('every variable of the environment that the agent reads is there', () => {
  const source = textOf('src/agent/core/platform/environment.ts');
  const block = source.slice(source.indexOf('const READ'), source.indexOf('] as const'));
  const read = [...block.matchAll(/'(\w+)'/g)].map(([, name = '']) => name.toUpperCase());
  expect(read.length).toBeGreaterThan(20);
  const own = sourcesOf('src/agent')
    .flatMap((file) => [...textOf(file).matchAll(/\b(?:env|environment)\['(\w+)'\]/g)].map(([, name = '']) => name))
    .filter((name) => name !== 'HOME' && name !== 'PATH' && !/^TOLLGATE_(DOOR|HEALTH|LEDGER|LOG)_/.test(name));
  const named = new Set(codeOf(sectionOf(page, 'Environment')));
  for (const name of [...read, ...own]) expect(named).toContain(name.toUpperCase());
});

test('the probes are the routes of the health listener', () => {
  const routes = [...textOf('src/agent/io/door/health.ts').matchAll(/^ {4}'(\/\w+)':/gm)].map(
    ([, route]) => `\`${route}\``,
  );
  expect(rowsOf(sectionOf(page, 'Probes')).map(([route]) => route)).toEqual(routes);
});

test('the headings that the sources speak of exist', () => {
  const spoken = sourcesOf('src').flatMap((file) =>
    [...textOf(file).matchAll(/docs\/reference\.md, ([A-Z][\w ]+)/g)].map(([, title = '']) => title),
  );
  expect(spoken).toEqual(expect.arrayContaining(['Exit codes', 'Metrics']));
  for (const title of spoken) expect(() => sectionOf(page, title)).not.toThrow();
});
