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
export const contentOf = ({ dimension, quantity: count, at, dated, tags }: Report): Buffer =>
  fingerprintOf(JSON.stringify([dimension, quantity.format(count), dated ? at : null, textOf(tags)]));

export const digestOf = (digest: string): Buffer => fingerprintOf(digest);
