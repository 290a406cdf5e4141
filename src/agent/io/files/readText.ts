import { readFileSync, statSync } from 'node:fs';
import { toError } from '../../core/errors.ts';

/** A file's text, or why there is none. `absent` tells a file that is not there from one that cannot be read. */
export type Text =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly absent: boolean; readonly message: string; readonly fix: string };

/** A configuration or a key is never this large; it keeps a wrong path (a device, a database) from being read. */
const LARGEST = 1024 ** 2;

const failed = (message: string, fix: string, absent = false): Text => ({ ok: false, absent, message, fix });

const REASONS: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ['there is no such file', 'check the path, or create the file'],
  ENOTDIR: ['there is no such file', 'check the path: a part of it is a file, not a folder'],
  EACCES: ['the file may not be read by this user', 'give the user that Tollgate runs as the right to read it'],
  EPERM: ['the file may not be read by this user', 'give the user that Tollgate runs as the right to read it'],
  ELOOP: ['the path leads in a circle of links', 'check the links'],
};

const ABSENT: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR']);

const decoded = (bytes: Uint8Array): Text => {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    return failed('the file is UTF-16', 'save it as UTF-8');
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return failed('the file is not UTF-8', 'save it as UTF-8');
  }
};

const codeOf = (thrown: unknown): string =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : '';

/** Reads a text file as UTF-8, without its byte order mark. Never throws. */
export const readText = (path: string): Text => {
  try {
    const found = statSync(path);
    const { size } = found;
    if (!found.isFile()) return failed('this is no file', 'name the file itself');
    if (size > LARGEST) return failed(`the file has ${size} bytes, and ${LARGEST} are the most`, 'check the path');
    return decoded(readFileSync(path));
  } catch (thrown) {
    const code = codeOf(thrown);
    const [message, fix] = REASONS[code] ?? [
      `the file cannot be read (${code || toError(thrown).message})`,
      'check the path',
    ];
    return failed(message, fix, ABSENT.has(code));
  }
};
