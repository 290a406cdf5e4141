import { stripVTControlCharacters } from 'node:util';
import { type CommandDef, renderUsage } from 'citty';

/** A command and the names that lead to it. */
type Named = { readonly command: CommandDef; readonly path: readonly string[] };

const render = async ({ command, path }: Named): Promise<string> => {
  const parent = path.length === 0 ? undefined : { meta: { name: ['tollgate', ...path.slice(0, -1)].join(' ') } };
  return (await renderUsage(command, parent)).replace(/[ \t]+$/gm, '');
};

/** The full help; in colour on a terminal, unless NO_COLOR is set. */
export const helpOf = async (named: Named, stream: NodeJS.WriteStream): Promise<string> => {
  const help = `${await render(named)}\n`;
  return stream.isTTY && (process.env['NO_COLOR'] ?? '') === '' ? help : stripVTControlCharacters(help);
};

/** The one line that says how the command is written. */
export const usageLineOf = async (named: Named): Promise<string> => {
  const help = stripVTControlCharacters(await render(named));
  return /^USAGE (.*?)\s*$/m.exec(help)?.[1] ?? '';
};
