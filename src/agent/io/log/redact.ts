/** What stands where a secret was. */
const CUT = '[cut]';

/**
 * Things that look like secrets, whoever wrote them. The first line of defence is never to log one; this is the second,
 * for the texts of libraries and of services.
 */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  // Access key ids: not secret alone, but they name an account and come with their secrets.
  [/\b((?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{4})[A-Z0-9]{8,}\b/g, `$1${CUT}`],
  // JSON Web Tokens: web identity tokens, entitlement tokens.
  [/\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){1,4}/g, CUT],
  // Session tokens of AWS STS start with one of few beginnings.
  [/\b(?:IQoJ|FwoG|FQoG|AgoJ)[A-Za-z0-9+/=_%-]{40,}/g, CUT],
  [
    /\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?)(?:(?:basic|bearer|aws4-hmac-sha256)\s+)?[^"'\n\r}]+/gi,
    `$1${CUT}`,
  ],
  [/\b(bearer|basic)\s+[A-Za-z0-9+/=._~-]{8,}/gi, `$1 ${CUT}`],
  [/\b(Signature=)[0-9a-f]{32,}/gi, `$1${CUT}`],
  // The password of a proxy or any other address, with its user.
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi, `$1${CUT}@`],
  [
    /((?:secret[_-]?(?:access[_-]?)?key|session[_-]?token|security[_-]?token|password|passwd)["']?\s*[=:]\s*["']?)[^\s"',;&}]+/gi,
    `$1${CUT}`,
  ],
];

/** Fields whose value is a secret by their name, whatever it looks like. */
const SECRET_FIELD =
  /^(?:secret(?:access)?key|sessiontoken|securitytoken|password|passwd|authorization|token|credentials?)$/;

/** The text without what looks like a secret. */
export const redactText = (text: string): string =>
  SECRETS.reduce((kept, [pattern, replacement]) => kept.replace(pattern, replacement), text);

/** Whether a field of this name may not be shown at all. */
export const isSecretField = (name: string): boolean => SECRET_FIELD.test(name.toLowerCase().replace(/[_-]/g, ''));

export { CUT };
