import { parse } from 'yaml';

/**
 * The value of a YAML text, unchecked. Throws for what is no YAML. A file of its own, so that the reader is loaded only
 * when it is needed: bundled, `import('yaml')` itself has no named exports.
 */
export const looseYaml = (text: string): unknown => parse(text, { logLevel: 'silent' });
