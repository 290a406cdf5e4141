import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isNumber, isObject, type Json, readJson } from '../../../src/agent/core/door/json.ts';

const jsonOf = (text: string): Json => {
  const reading = readJson(text);
  if (!reading.ok) throw new Error(reading.why);
  return reading.value;
};

/** As JSON.parse would have it. */
const loose = (value: Json): unknown => {
  if (isObject(value)) return Object.fromEntries([...value].map(([name, inner]) => [name, loose(inner)]));
  if (isNumber(value)) return Number(value.source);
  return Array.isArray(value) ? value.map(loose) : value;
};

const native = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
};

test('any JSON text means what JSON.parse makes of it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(0, 1, '\t'), (value, indent) => {
      const text = JSON.stringify(value, undefined, indent);
      expect(loose(jsonOf(text))).toEqual(JSON.parse(text));
    }),
    { numRuns: 500 },
  );
});

test('a text with something put in, taken out or cut off is taken exactly when JSON.parse takes it', () => {
  const piece = fc.constantFrom(
    ...['"', '\\', '{', '}', '[', ']', ',', ':', '0', '1', '-', '+', '.', 'e', 'E', ' ', '\n', '\u00a0', '\u0000'],
    ...['true', 'nul', 'NaN', '\\u12', '\\ud800', '\\x', '01', '1.', '.5', '/**/', '\ufeff', "'a'"],
  );
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.json({ maxDepth: 2 }), piece), { maxLength: 4 }),
      fc.nat(40),
      fc.nat(3),
      piece,
      (parts, at, cut, extra) => {
        const base = parts.join('');
        const text = `${base.slice(0, at)}${extra}${base.slice(at + cut)}`;
        const reading = readJson(text);
        const told = native(text);
        if (reading.ok) expect(loose(reading.value)).toEqual(told?.value);
        // Names that stand twice are the only thing that JSON.parse takes and we do not (nothing here is deep).
        else if (told !== undefined) expect(reading.why).toContain('stands twice');
      },
    ),
    { numRuns: 3_000 },
  );
});

test('a number keeps its source text, whatever a double makes of it', () => {
  for (const source of ['0.1234567890123456789', '9007199254740993', '1e400', '-0', '1.0', '4503599627370496.49999']) {
    expect(jsonOf(` ${source} `)).toEqual({ source });
  }
});

test('a name that stands twice is refused with its place: nobody knows which one to bill', () => {
  expect(readJson('{"quantity":1,\n"quantity":2}')).toEqual({
    ok: false,
    why: 'the name "quantity" stands twice in one object (line 2, column 11)',
  });
  expect(readJson('{"a":1,"\\u0061":2}').ok).toBe(false);
  expect(readJson('[{"a":1},{"a":1}]').ok).toBe(true);
});

test('__proto__ is a name like any other and changes nothing', () => {
  const value = jsonOf('{"__proto__":{"polluted":true}}');
  expect(isObject(value) && [...value.keys()]).toEqual(['__proto__']);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('deep nesting is refused, not a full stack', () => {
  expect(readJson('['.repeat(500_000))).toMatchObject({ ok: false, why: expect.stringContaining('nested deeper') });
  expect(readJson('{"a":'.repeat(500_000)).ok).toBe(false);
  expect(readJson('['.repeat(32) + ']'.repeat(32)).ok).toBe(true);
});

test('what is missing is named at its place', () => {
  expect(readJson('')).toMatchObject({ why: 'expected a value, found the end of the text (line 1, column 1)' });
  expect(readJson('{"a" 1}')).toMatchObject({ why: 'expected a colon, found "1}" (line 1, column 6)' });
  expect(readJson('{"a":NaN}')).toMatchObject({ why: 'expected a value, found "NaN}" (line 1, column 6)' });
  expect(readJson('[1] 2')).toMatchObject({ why: 'expected the end of the text, found "2" (line 1, column 5)' });
  expect(readJson('["a\nb"]')).toMatchObject({ why: expect.stringContaining('control character') });
});
