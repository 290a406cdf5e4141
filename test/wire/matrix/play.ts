import { expect } from '@jest/globals';
import { bodiesByRecord } from '../support/books.ts';
import type { Scene } from './cells.ts';
import { judge, reckon } from './judge.ts';
import { HOUR, MINUTE, makeWorld } from './world.ts';

/**
 * Plays scenes one after the other on one ledger, each in a life of the program that is killed at its end:
 *
 *   first lives  doubtful cells are reported and flushed, their answers lost; first attempts of the first scene are reported
 *   each scene   an hour later by AWS's time: its first attempts are due, its doubtful records are sent again; a look at all
 *   last life    another hour later, AWS is well: everything that waits goes out, and the bill is compared
 */
export const play = async (scenes: readonly Scene[]): Promise<void> => {
  const cells = scenes.flat();
  await using world = await makeWorld(cells);
  const { aws, hour } = world;
  const firstOf = (scene: Scene = []): Scene => scene.filter(({ situation }) => situation === 'first');
  await world.seed(cells, firstOf(scenes[0]));

  world.moveTo((hour + 1) * HOUR + 20 * MINUTE);
  for (const [index, scene] of scenes.entries()) {
    world.turn(scene, 'now');
    const from = aws.requests.length;
    await using program = await world.begin();
    await judge(world, scene, program, from);
    await world.report(firstOf(scenes[index + 1]));
    await world.kill(program);
    world.turn(scene, 'well');
  }

  world.moveTo((hour + 2) * HOUR + 20 * MINUTE);
  await using last = await world.begin();
  last.child.kill('SIGTERM');
  expect({ code: (await last.ended).code, log: last.stderr() }).toEqual({ code: 0, log: expect.anything() });
  await reckon(world, cells);
  expect(world.strays).toEqual([]);
  for (const [record, bodies] of bodiesByRecord(aws.calls('MeterUsage')))
    expect({ record, bodies: bodies.size }).toEqual({ record, bodies: 1 });
};
