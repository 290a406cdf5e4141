import { createPublicKey } from 'node:crypto';
import { toError } from '../../errors.ts';
import { bad, good, type Reading } from './reading.ts';

/** AWS makes keys of 2048 bits and more; a shorter one comes from an example page. */
const LEAST_BITS = 2048;

const FIX =
  'take the public key that AWS Marketplace showed with the product code: the lines from BEGIN PUBLIC KEY to END PUBLIC KEY';

const ARMOUR = /-----BEGIN [A-Z0-9 ]+-----/;

/** PEM, PEM with its line ends written as backslash-n, or base64 of either, as PEM. */
const unwrapped = (text: string): string => {
  const plain = text.replaceAll('\\r', '').replaceAll('\\n', '\n').replaceAll('\r', '').trim();
  if (ARMOUR.test(plain)) return plain;
  const packed = plain.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(packed)) return plain;
  const inner = atob(packed.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, ''));
  return ARMOUR.test(inner) ? unwrapped(inner) : plain;
};

/** Reads the vendor's public key in any of its three spellings; equal keys give equal texts. Never shows what it read. */
export const read = (text: string): Reading<string> => {
  let pem: string;
  try {
    pem = unwrapped(text);
  } catch {
    return bad('the key is neither PEM nor base64 of PEM', FIX);
  }
  if (!ARMOUR.test(pem)) return bad('the key has no line BEGIN PUBLIC KEY', FIX);
  if (pem.includes('PRIVATE KEY-----'))
    return bad('this is a private key: it must not be in an image or a configuration', FIX);
  if (pem.includes('BEGIN CERTIFICATE')) return bad('this is a certificate, not a public key', FIX);
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType !== 'rsa')
      return bad(`the key is of the kind ${key.asymmetricKeyType ?? 'unknown'}, and AWS signs with RSA`, FIX);
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
    if (bits < LEAST_BITS) return bad(`the key has ${bits} bits, and ${LEAST_BITS} is the least`, FIX);
    return good(key.export({ type: 'spki', format: 'pem' }).toString());
  } catch (thrown) {
    return bad(`the key cannot be read (${toError(thrown).message})`, FIX);
  }
};
