import { dirname, resolve } from 'node:path';
import type { PublicKey } from '../../core/configuration/config.ts';
import type { Settings } from '../../core/configuration/schema/schema.ts';
import type { Finding } from '../../core/configuration/sentences.ts';
import { read } from '../../core/configuration/values/publicKey.ts';
import { readText } from './readText.ts';

type Written = Settings['product']['publicKeys'];

/** Reads the vendor's public keys; a file's name counts from the folder of the configuration (`base`). */
export const readKeys = (
  written: Written,
  base: string,
): { readonly keys: readonly PublicKey[]; readonly findings: readonly Finding[] } => {
  const keys: PublicKey[] = [];
  const findings: Finding[] = [];
  for (const [index, { version, file, pem }] of written.entries()) {
    const where = ['product', 'publicKeys', index];
    if ((file === undefined) === (pem === undefined)) continue;
    const path = file === undefined ? undefined : resolve(base, file);
    const text = path === undefined ? { ok: true as const, text: pem ?? '' } : readText(path);
    const reading = text.ok ? read(text.text) : text;
    if (reading.ok) keys.push({ version, pem: reading.value });
    else {
      const at = [...where, path === undefined ? 'pem' : 'file'];
      const message = path === undefined ? reading.message : `${path}: ${reading.message}`;
      findings.push({ at, key: false, message, fix: reading.fix });
    }
  }
  return { keys, findings };
};

/** The folder that names of key files count from. */
export const baseOf = (file: string | undefined, cwd: string): string => (file === undefined ? cwd : dirname(file));
