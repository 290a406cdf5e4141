import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { blocksOf, codeOf, PAGES, rowsOf, sectionOf, sectionsOf, textOf } from './support/documents.ts';

const run = promisify(execFile);

type Command = { readonly path: string; readonly options: readonly string[] };

const kebab = (name: string): string => name.replaceAll(/(?<!-)[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const helpOf = async (program: string, path: readonly string[]): Promise<string> => {
  const file = join(process.env['TOLLGATE_DIST'] ?? '', `${program}.mjs`);
  const { stdout } = await run(process.execPath, [file, ...path, '--help'], { env: {} });
  return stdout;
};

/** The commands of a program with their options, as its own help tells them. */
const commandsOf = async (program: string, path: readonly string[] = []): Promise<readonly Command[]> => {
  const help = await helpOf(program, path);
  const [, list] = /^COMMANDS\n\n([\s\S]*?)\n\n/m.exec(help) ?? [];
  if (list === undefined) {
    const options = [...help.matchAll(/^\s+(--[\w-]+)/gm)].map(([, name = '']) => kebab(name));
    return [{ path: path.join(' '), options: options.filter((name) => !name.startsWith('--no-')).toSorted() }];
  }
  const names = [...list.matchAll(/^\s*([a-z-]+) {4}/gm)].map(([, name = '']) => name);
  return (await Promise.all(names.map((name) => commandsOf(program, [...path, name])))).flat();
};

const page = textOf('docs/reference.md');

const documented = (): readonly Command[] =>
  sectionsOf(page)
    .filter(({ title }) => /^`tollgate [a-z ]+`$/.test(title))
    .map(({ title, text }) => ({
      path: title.slice('`tollgate '.length, -1),
      options: rowsOf(text)
        .flatMap(([cell = '']) => /^`(--[\w-]+)/.exec(cell)?.[1] ?? [])
        .toSorted(),
    }));

const byPath = (commands: readonly Command[]) => commands.toSorted((a, b) => (a.path < b.path ? -1 : 1));

test('the reference has every command of tollgate with exactly its options', async () => {
  const real = await commandsOf('tollgate');
  expect(real.length).toBeGreaterThan(12);
  expect(byPath(documented())).toEqual(byPath(real));
});

test('the reference has every command of the emulator with exactly its options', async () => {
  const rows = rowsOf(sectionOf(page, '`tollgate-emulator`')).map(([name = '', options = '']) => ({
    path: name.replaceAll('`', ''),
    options: codeOf(options).toSorted(),
  }));
  expect(byPath(rows)).toEqual(byPath(await commandsOf('emulator')));
});

test('no page tells people to type a command that does not exist', async () => {
  const known = {
    tollgate: new Set((await commandsOf('tollgate')).flatMap(({ path }) => path.split(' ')[0] ?? [])),
    'tollgate-emulator': new Set((await commandsOf('emulator')).flatMap(({ path }) => path.split(' ')[0] ?? [])),
  };
  const typed = PAGES.flatMap((path) => {
    const text = textOf(path);
    return [...codeOf(text), ...blocksOf(text, 'sh').flatMap((block) => block.split('\n'))];
  }).flatMap((code) => {
    const [, program, word] = /^(tollgate|tollgate-emulator) ([a-z][a-z-]*)\b/.exec(code) ?? [];
    return program === undefined || word === undefined ? [] : [{ program: program as keyof typeof known, word }];
  });
  expect(typed.length).toBeGreaterThan(20);
  for (const { program, word } of typed) expect(known[program]).toContain(word);
});
