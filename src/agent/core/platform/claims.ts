/**
 * What we read of a pod's web identity token, and nothing else: who it speaks for, to whom, and the pod. The token itself
 * goes nowhere but to STS.
 */
export type Claims = {
  readonly subject: string | undefined;
  readonly audience: string | undefined;
  /** The claim `kubernetes.io`.pod.uid of a projected service account token. */
  readonly podUid: string | undefined;
};

type Json = Readonly<Record<string, unknown>>;

const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** Reads the payload of a JWT without checking its signature (STS does); undefined when the text is no JWT. */
export const claimsOf = (token: string): Claims | undefined => {
  const [, payload, signature] = token.trim().split('.');
  if (payload === undefined || signature === undefined) return undefined;
  try {
    const claims = objectOf(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
    const audience = Array.isArray(claims['aud']) ? claims['aud'][0] : claims['aud'];
    return {
      subject: textOf(claims['sub']),
      audience: textOf(audience),
      podUid: textOf(objectOf(objectOf(claims['kubernetes.io'])['pod'])['uid']),
    };
  } catch {
    return undefined;
  }
};
