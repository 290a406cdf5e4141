import { hash } from 'node:crypto';
import { textOf } from '../../../core/tags/tagSet.ts';
import * as quantity from '../../../core/usage/quantity.ts';
import type { Report } from '../../../core/usage/report.ts';

/** 128 bits of SHA-256: enough that two ids never meet by chance. */
const fingerprintOf = (text: string): Buffer => hash('sha256', text, 'buffer').subarray(0, 16);

/** Ids of reports and keys of whole requests share the tables, never a name. */
export const idOf = (id: string): Buffer => fingerprintOf(`id:${id}`);
export const keyOf = (key: string): Buffer => fingerprintOf(`key:${key}`);

/** What makes two reports the same. The time belongs to it only when the reporter gave one: a retry arrives later. */
export const contentOf = ({ dimension, quantity: count, at, dated, tags, source, start }: Report): Buffer => {
  const parts = [dimension, quantity.format(count), dated ? at : null, textOf(tags)];
  return fingerprintOf(JSON.stringify(source === undefined ? parts : [...parts, source, start ?? null]));
};

/** A counter's series within its dimension. */
export const seriesOf = ({ source, tags }: Pick<Report, 'source' | 'tags'>): Buffer =>
  fingerprintOf(`series:${JSON.stringify([source, textOf(tags)])}`);

/** A thing that was seen, within its dimension and the period that counts it once. */
export const sightingOf = (within: string, source: string): Buffer => fingerprintOf(`sighting:${within}:${source}`);

export const digestOf = (digest: string): Buffer => fingerprintOf(digest);
