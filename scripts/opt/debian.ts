import { readFileSync } from 'node:fs';
import { printed } from './tools.ts';

/** A package of Debian that a file was taken from. */
export type DebianPackage = {
  readonly name: string;
  readonly version: string;
  /** Debian's word: amd64, arm64. */
  readonly architecture: string;
  /** The text of its copyright file. */
  readonly copyright: string;
};

/** dpkg knows a file by the path in its package, which may lie below /lib or /usr/lib for one and the same file. */
const ownerOf = (file: string): string => {
  const other = file.startsWith('/usr/') ? file.slice('/usr'.length) : `/usr${file}`;
  for (const path of [file, other]) {
    // A path that no package has is no failure yet.
    const owner = printed('sh', '-c', 'dpkg-query -S "$0" 2>/dev/null || true', path);
    if (owner !== '') return owner.slice(0, owner.lastIndexOf(': '));
  }
  throw new Error(`${file} belongs to no Debian package, so that its version and licence are not known`);
};

/** The package that brought the file. Throws when none did. */
export const packageOf = (file: string): DebianPackage => {
  const owner = ownerOf(file);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own fields
  const fields = printed('dpkg-query', '-W', '-f', '${Package} ${Version} ${Architecture}', owner);
  const [name = '', version = '', architecture = ''] = fields.split(' ');
  return { name, version, architecture, copyright: readFileSync(`/usr/share/doc/${name}/copyright`, 'utf8') };
};

/** `debian-12`: the distribution as package addresses spell it. */
export const distribution = (): string => {
  const text = readFileSync('/etc/os-release', 'utf8');
  const field = (name: string): string => new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(text)?.[1] ?? '';
  return `${field('ID')}-${field('VERSION_ID')}`;
};
