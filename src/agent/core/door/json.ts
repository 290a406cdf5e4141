/**
 * JSON as a usage report needs it. JSON.parse rounds numbers, lets the second of two equal names win and lets
 * `__proto__` through; on a bill each of these is a fault. So a number stays its source text, a name that stands twice
 * is refused, and members live in a Map. Accepts otherwise exactly what JSON.parse accepts (RFC 8259).
 */
export type Json = null | boolean | string | JsonNumber | readonly Json[] | JsonObject;

/** A number as it was written. */
export type JsonNumber = { readonly source: string };

export type JsonObject = ReadonlyMap<string, Json>;

export type JsonReading = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly why: string };

export const isObject = (value: Json | undefined): value is JsonObject => value instanceof Map;

export const isNumber = (value: Json | undefined): value is JsonNumber =>
  typeof value === 'object' && value !== null && 'source' in value;

/** A report is two levels deep; this is room enough, and far from the end of the stack. */
const DEEPEST = 32;

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const SPACE = /[ \t\n\r]*/y;

class Fault extends Error {}

const LITERALS = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const;

/** Reads one JSON text. Never throws. `why` names the line and column, counted from 1. */
export const readJson = (text: string): JsonReading => {
  let at = 0;

  const fail = (what: string): never => {
    const before = text.slice(0, at).split('\n');
    throw new Fault(`${what} (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`);
  };

  const here = (): string => (at < text.length ? JSON.stringify(text.slice(at, at + 12)) : 'the end of the text');

  const skipSpace = (): void => {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    SPACE.lastIndex = at;
    SPACE.test(text);
    at = SPACE.lastIndex;
  };

  const string = (): string => {
    const start = at;
    let escaped = false;
    for (at += 1; ; at += 1) {
      const code = text.charCodeAt(at);
      if (code === 0x22) break;
      if (code === 0x5c) {
        escaped = true;
        at += 1;
      } else if (!(code >= 0x20)) {
        // Also NaN, behind the end of the text.
        return fail('a string has no end, or a control character in it');
      }
    }
    at += 1;
    if (!escaped) return text.slice(start + 1, at - 1);
    try {
      return JSON.parse(text.slice(start, at));
    } catch {
      at = start;
      return fail('a string has a broken escape');
    }
  };

  const array = (depth: number): readonly Json[] => {
    const items: Json[] = [];
    at += 1;
    skipSpace();
    if (text.charCodeAt(at) === 0x5d) {
      at += 1;
      return items;
    }
    for (;;) {
      items.push(value(depth));
      skipSpace();
      const code = text.charCodeAt(at);
      if (code !== 0x2c && code !== 0x5d) return fail(`expected a comma or ], found ${here()}`);
      at += 1;
      if (code === 0x5d) return items;
    }
  };

  const object = (depth: number): JsonObject => {
    const members = new Map<string, Json>();
    at += 1;
    skipSpace();
    if (text.charCodeAt(at) === 0x7d) {
      at += 1;
      return members;
    }
    for (;;) {
      skipSpace();
      if (text.charCodeAt(at) !== 0x22) return fail(`expected a name in quotes, found ${here()}`);
      const name = string();
      if (members.has(name)) return fail(`the name ${JSON.stringify(name.slice(0, 64))} stands twice in one object`);
      skipSpace();
      if (text.charCodeAt(at) !== 0x3a) return fail(`expected a colon, found ${here()}`);
      at += 1;
      members.set(name, value(depth));
      skipSpace();
      const code = text.charCodeAt(at);
      if (code !== 0x2c && code !== 0x7d) return fail(`expected a comma or }, found ${here()}`);
      at += 1;
      if (code === 0x7d) return members;
    }
  };

  const scalar = (): Json => {
    for (const [word, meaning] of LITERALS) {
      if (text.startsWith(word, at)) {
        at += word.length;
        return meaning;
      }
    }
    NUMBER.lastIndex = at;
    if (!NUMBER.test(text)) return fail(`expected a value, found ${here()}`);
    const source = text.slice(at, NUMBER.lastIndex);
    at = NUMBER.lastIndex;
    return { source };
  };

  const value = (depth: number): Json => {
    skipSpace();
    const code = text.charCodeAt(at);
    if (code === 0x22) return string();
    if (code !== 0x7b && code !== 0x5b) return scalar();
    if (depth === DEEPEST) return fail(`nested deeper than ${DEEPEST} levels`);
    return code === 0x7b ? object(depth + 1) : array(depth + 1);
  };

  try {
    const whole = value(0);
    skipSpace();
    if (at < text.length) fail(`expected the end of the text, found ${here()}`);
    return { ok: true, value: whole };
  } catch (fault) {
    if (fault instanceof Fault) return { ok: false, why: fault.message };
    throw fault;
  }
};
