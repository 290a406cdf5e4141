import { dirname, resolve } from 'node:path';
import type { PublicKey } from '../../core/configuration/config.ts';
import { at, type Branch, type Path } from '../../core/configuration/layers/tree.ts';
import type { Finding } from '../../core/configuration/sentences.ts';
import { read } from '../../core/configuration/values/publicKey.ts';
import { readText } from './readText.ts';

const textAt = (tree: Branch, path: Path): string | undefined => {
  const value = at(tree, path);
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/**
 * Reads the vendor's public keys as they are written in a tree; a file's name counts from the folder of the
 * configuration (`base`). A key that is wrong in another way than its text is not spoken of here.
 */
export const readKeys = (
  tree: Branch,
  base: string,
): { readonly keys: readonly PublicKey[]; readonly findings: readonly Finding[] } => {
  const keys: PublicKey[] = [];
  const findings: Finding[] = [];
  const written = at(tree, ['product', 'publicKeys']);
  for (const [index] of Array.isArray(written) ? written.entries() : []) {
    const where = ['product', 'publicKeys', index];
    const [file, pem] = [textAt(tree, [...where, 'file']), textAt(tree, [...where, 'pem'])];
    if ((file === undefined) === (pem === undefined)) continue;
    const path = file === undefined ? undefined : resolve(base, file);
    const text = path === undefined ? { ok: true as const, text: pem ?? '' } : readText(path);
    const reading = text.ok ? read(text.text) : text;
    if (reading.ok) keys.push({ version: Number(textAt(tree, [...where, 'version'])), pem: reading.value });
    else {
      const key = path === undefined ? 'pem' : 'file';
      const message = path === undefined ? reading.message : `${path}: ${reading.message}`;
      findings.push({ at: [...where, key], key: false, message, fix: reading.fix });
    }
  }
  return { keys, findings };
};

/** The folder that names of key files count from. */
export const baseOf = (file: string | undefined, cwd: string): string => (file === undefined ? cwd : dirname(file));
