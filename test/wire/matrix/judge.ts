import { expect } from '@jest/globals';
import type { WireRequest } from '../../support/scriptedAws.ts';
import type { Program } from '../support/program.ts';
import type { Status } from '../support/service.ts';
import { type Cell, fateOf, type Scene } from './cells.ts';
import { hourText, type World } from './world.ts';

/** What a status says of the record of a cell. */
const seenIn = (status: Status, cell: Cell, hour: number) => {
  const rows = status.hours.filter(({ dimension }) => dimension === cell.dimension);
  const record = rows.find((row) => row.hour === hourText(hour));
  const receipted = status.dimensions.find(({ name }) => name === cell.dimension)?.receipted;
  const isMoved = rows.some((row) => row.hour === hourText(hour + 1));
  const gone = receipted === String(cell.quantity) ? 'receipted' : isMoved ? 'moved' : 'nowhere';
  return { state: record?.state ?? gone, doubt: record?.doubt ?? false, lastAnswer: record?.lastAnswer ?? undefined };
};

/** Once more at once, and in between the credentials were asked for anew. */
const isRenewed = ({ aws }: World, [first, second]: readonly WireRequest[]): boolean =>
  aws.calls('GET /credentials').some(({ number }) => number > (first?.number ?? 0) && number < (second?.number ?? 0));

const judgeCell = async (world: World, cell: Cell, status: Status, program: Program, from: number): Promise<void> => {
  const { row, situation, dimension } = cell;
  const fate = fateOf(cell);
  const label = `${row.name}, ${situation}`;
  const { state, doubt, lastAnswer } = seenIn(status, cell, world.hour);
  expect({ label, state, doubt }).toEqual({ label, state: fate.state, doubt: fate.doubt });
  const calls = world.callsOf(cell, from);
  if (fate.state !== 'waiting') expect({ label, calls: calls.length }).toEqual({ label, calls: 1 });
  if (row.renews === true) expect({ label, renewed: isRenewed(world, calls) }).toEqual({ label, renewed: true });
  if (lastAnswer !== undefined) expect(`${label}: ${lastAnswer}`).toMatch(row.says);
  if (fate.state !== 'receipted')
    await program.until(`the log says ${row.says}`, () => row.says.test(program.stderr()));
  expect({ label, paused: status.sender.state === 'paused' }).toEqual({ label, paused: row.pauses === 'sender' });
  const refused = status.warnings.some((line) => line.startsWith(`${dimension} is refused by AWS`));
  expect({ label, refused }).toEqual({ label, refused: row.pauses === 'dimension' });
};

/** Waits until every answer of a scene has been written down, and compares what is then to be seen with the design. */
export const judge = async (world: World, scene: Scene, program: Program, from: number): Promise<void> => {
  const title = scene.map(({ row }) => row.name).join(', ');
  await program.until(`AWS is asked: ${title}`, () => scene.every((cell) => world.callsOf(cell, from).length > 0));
  const status = await program.until(`the answers are written down: ${title}`, async () => {
    const look = await world.service.status();
    const isDone = scene.every((cell) => !['sending', 'open'].includes(seenIn(look, cell, world.hour).state));
    return isDone && look;
  });
  for (const cell of scene) await judgeCell(world, cell, status, program, from);
};

type Line = Readonly<Record<'kind' | 'hour' | 'dimension' | 'state', string>>;

/** The bill, the bodies and the ledger at the end. */
export const reckon = async ({ books, service, hour }: World, cells: readonly Cell[]): Promise<void> => {
  const bill = books.bill();
  for (const cell of cells) {
    const label = `${cell.row.name}, ${cell.situation}`;
    const [own, next] = [hour, hour + 1].map((at) => bill[`${hourText(at)} ${cell.dimension}`]);
    const { billed } = fateOf(cell);
    expect({ label, own, next }).toEqual({ label, own: billed.own, next: billed.next });
  }
  await using exported = service.stage.start(['ledger', 'export', '--format', 'jsonl']);
  await exported.ended;
  const lines = exported.stdout().split('\n').filter(Boolean);
  const ends = lines
    .map((line) => JSON.parse(line) as Line)
    .filter((line) => line.kind === 'record' && line.hour === hourText(hour))
    .map(({ dimension, state }) => [dimension, state]);
  expect(Object.fromEntries(ends)).toEqual(Object.fromEntries(cells.map((cell) => [cell.dimension, fateOf(cell).end])));
  await using check = service.stage.start(['ledger', 'check']);
  expect({ code: (await check.ended).code, says: check.stdout() }).toEqual({ code: 0, says: expect.anything() });
};
