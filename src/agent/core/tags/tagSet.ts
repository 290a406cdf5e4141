import type { Report } from '../usage/report.ts';

/**
 * The canonical text of a tag set: JSON of its [key, value] pairs, sorted by key, so that equal sets have equal texts
 * whatever the order in which they were written; '' is the untagged bucket. Keys such as `__proto__` are keys like any other.
 */
export type TagSet = string;

export const UNTAGGED: TagSet = '';

/** At most so many tags in a set, and so many different keys in all sets of a record (user guide, "Container metering with MeterUsage"). */
export const MOST_KEYS = 5;
/** At most so many tag sets are kept apart in an hour of a dimension. */
export const MOST_TAG_SETS = 4_096;

const KEY_LENGTH = 100;
const VALUE_LENGTH = 256;

/**
 * The characters that AWS's prose lists. The model's pattern holds ` -=`, a range that would let more through; assumed: the
 * prose is meant. They are all ASCII, so that no text has two normal forms.
 */
const TAG_TEXT = /^[a-zA-Z0-9+\-=._:/@ ]+$/;

type Pair = readonly [key: string, value: string];

const isTaken = ([key, value]: Pair): boolean =>
  key.length <= KEY_LENGTH && value.length <= VALUE_LENGTH && TAG_TEXT.test(key) && TAG_TEXT.test(value);

const sorted = (tags: NonNullable<Report['tags']>): readonly Pair[] =>
  Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1));

/** All tags as they were written, also such that AWS would refuse: what makes two reports the same. */
export const textOf = (tags: Report['tags']): string => (tags === undefined ? '' : JSON.stringify(sorted(tags)));

/** The tag set in which a report counts; undefined when AWS would refuse its tags (API reference, MeterUsage, Tag). */
export const tagSetOf = (tags: Report['tags']): TagSet | undefined => {
  if (tags === undefined) return UNTAGGED;
  const pairs = sorted(tags);
  if (pairs.length === 0) return UNTAGGED;
  return pairs.length <= MOST_KEYS && pairs.every(isTaken) ? JSON.stringify(pairs) : undefined;
};

/** The pairs of a canonical text, by key. */
export const pairsOf = (set: TagSet): readonly Pair[] => (set === UNTAGGED ? [] : JSON.parse(set));

/** The tags of a canonical text by key. */
export const tagsOf = (set: TagSet): Readonly<Record<string, string>> => Object.fromEntries(pairsOf(set));
