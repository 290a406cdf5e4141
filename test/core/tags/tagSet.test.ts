import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { tagSetOf, tagsOf, UNTAGGED } from '../../../src/agent/core/tags/tagSet.ts';

const CHARACTERS = 'abcXYZ019+-=._:/@ ';
const text = (most: number) =>
  fc.string({ unit: fc.constantFrom(...CHARACTERS), minLength: 1, maxLength: most, size: 'max' });
const key = fc.oneof(text(100), fc.constantFrom('__proto__', 'constructor', 'toString', '1', '-1'));
const pairs = fc.uniqueArray(fc.tuple(key, text(256)), { minLength: 1, maxLength: 5, selector: ([name]) => name });

test('a set has one text whatever the order of its keys, and the text has one set', () => {
  fc.assert(
    fc.property(pairs, fc.nat(), (list, turn) => {
      const turned = [...list.slice(turn % list.length), ...list.slice(0, turn % list.length)];
      const set = tagSetOf(Object.fromEntries(list)) ?? 'refused';
      expect(tagSetOf(Object.fromEntries(turned))).toBe(set);
      const back = tagsOf(set);
      expect(Object.keys(back).sort()).toEqual(list.map(([name]) => name).sort());
      for (const [name, value] of list) expect(Object.getOwnPropertyDescriptor(back, name)?.value).toBe(value);
    }),
    { numRuns: 200 },
  );
});

test('two different sets never share a text', () => {
  fc.assert(
    fc.property(pairs, pairs, (one, other) => {
      const plain = (list: typeof one) => JSON.stringify([...list].sort(([a], [b]) => (a < b ? -1 : 1)));
      const equal = tagSetOf(Object.fromEntries(one)) === tagSetOf(Object.fromEntries(other));
      expect(equal).toBe(plain(one) === plain(other));
    }),
    { numRuns: 200 },
  );
  expect(tagSetOf({ a: 'b=c' })).not.toBe(tagSetOf({ 'a=b': 'c' }));
});

test.each([
  ['no tags', {}],
  ['nothing', undefined],
])('%s is the untagged bucket', (_, tags) => expect(tagSetOf(tags)).toBe(UNTAGGED));

test.each([
  ['an empty key', { '': 'x' }],
  ['an empty value', { team: '' }],
  ['a key of 101 characters', { ['k'.repeat(101)]: 'x' }],
  ['a value of 257 characters', { team: 'v'.repeat(257) }],
  ['a comma, which only the range in the pattern lets through', { team: 'a,b' }],
  ['a quote', { team: 'a"b' }],
  ['a line end', { team: 'a\n' }],
  ['a letter beyond ASCII', { team: 'café' }],
  ['the same letter in its other normal form', { team: 'café'.normalize('NFD') }],
  ['a letter that looks like K', { '\u212a': 'x' }],
  ['six keys', { a: '1', b: '1', c: '1', d: '1', e: '1', f: '1' }],
])('AWS would not take %s', (_, tags) => expect(tagSetOf(tags)).toBeUndefined());

test('what is just within the limits is taken', () => {
  const most = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name.repeat(100), 'v'.repeat(256)]));
  expect(tagsOf(tagSetOf(most) ?? '')).toEqual(most);
  expect(tagSetOf({ ' ': 'a+-=._:/@ Z9' })).toBe('[[" ","a+-=._:/@ Z9"]]');
});
