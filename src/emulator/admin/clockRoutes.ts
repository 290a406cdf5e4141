import * as z from 'zod';
import { isoOf } from '../rules/values/instant.ts';
import { read } from './ask.ts';
import type { Desk, Route } from './desk.ts';

const STEER = z.strictObject({
  set: z.iso.datetime({ offset: true }).optional(),
  /** Milliseconds. */
  advance: z.number().optional(),
  rate: z.number().gt(0).optional(),
});

const shown = ({ house }: Desk) => ({
  now: isoOf(house.clock.now()),
  milliseconds: house.clock.now(),
  rate: house.clock.steering().rate,
});

/** The emulator's clock: shown, set, advanced, sped up. */
export const clockRoutes: Readonly<Record<string, Route>> = {
  'GET clock': shown,
  'POST clock': (desk, { body }) => {
    const { set, advance, rate } = read(STEER, body);
    const { clock } = desk.house;
    if (set !== undefined) clock.set(Date.parse(set));
    if (advance !== undefined) clock.advance(advance);
    if (rate !== undefined) clock.speed(rate);
    return shown(desk);
  },
};
