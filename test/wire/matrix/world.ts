import { expect } from '@jest/globals';
import { no, type ScriptedAws, startScriptedAws, type WireRequest } from '../../support/scriptedAws.ts';
import { type Books, makeBooks, sent } from '../support/books.ts';
import { type Program, pause } from '../support/program.ts';
import { makeService, type Service } from '../support/service.ts';
import { type Cell, THEIRS } from './cells.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export const hourText = (hour: number): string => `${new Date(hour * HOUR).toISOString().slice(0, 13)}Z`;

/** Which answer a cell's record gets at the moment. */
export type Phase = 'before' | 'now' | 'well';

export type World = AsyncDisposable & {
  readonly aws: ScriptedAws;
  readonly books: Books;
  readonly service: Service;
  /** The hour in which everything is reported. */
  readonly hour: number;
  /** AWS's time becomes this. */
  readonly moveTo: (instant: number) => void;
  readonly turn: (cells: readonly Cell[], phase: Phase) => void;
  /** Requests for a cell's own hour, after the request of that number. */
  readonly callsOf: (cell: Cell, from?: number) => readonly WireRequest[];
  readonly report: (cells: readonly Cell[]) => Promise<void>;
  readonly begin: () => Promise<Program>;
  /** Ends a life by force. */
  readonly kill: (program: Program) => Promise<void>;
  /** Two lives: doubtful cells are reported and flushed, their answers lost; then these first attempts are reported. */
  readonly seed: (cells: readonly Cell[], first: readonly Cell[]) => Promise<void>;
  /** First attempts that came before their time: none may. */
  readonly strays: readonly string[];
};

export type Place = {
  readonly aws: ScriptedAws;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
};
export type Surroundings = { readonly env: Readonly<Record<string, string>>; readonly close?: () => Promise<void> };

/** An hour in which there is still a moment to report. */
const awaitRoom = async (): Promise<void> => {
  const left = HOUR - (Date.now() % HOUR);
  if (left < 10_000) await pause(left + 100);
};

/** One ledger with a dimension for each cell, and an AWS whose time is moved by hand: by it alone an hour is over. */
export const makeWorld = async (
  cells: readonly Cell[],
  /** What the program's environment is, given the usual one; and what the usual configuration is given besides. */
  surroundings: (place: Place) => Surroundings | Promise<Surroundings> = ({ env }) => ({ env }),
): Promise<World> => {
  await awaitRoom();
  const began = Date.now();
  const hour = Math.floor(began / HOUR);
  let ahead = 0;
  const now = (): number => Date.now() + ahead;
  const aws = await startScriptedAws({ now });
  const books = makeBooks(now);
  const byDimension = new Map(cells.map((cell) => [cell.dimension, cell]));
  const phases = new Map<string, Phase>();
  const strays: string[] = [];
  const isOwn = (request: WireRequest): boolean => sent(request).Timestamp * 1000 < (hour + 1) * HOUR;

  const before = ({ situation, dimension }: Cell, request: WireRequest) => {
    if (situation === 'stored') return books.lose(request);
    if (situation === 'unstored') return { do: 'reset' } as const;
    strays.push(dimension);
    return no('ThrottlingException');
  };
  aws.script('MeterUsage', (request) => {
    const cell = byDimension.get(sent(request).UsageDimension);
    if (cell === undefined) throw new Error(`nobody reported ${request.body}`);
    const phase = phases.get(cell.dimension) ?? 'before';
    if (phase === 'before') return before(cell, request);
    // What moved to the next hour is a record of its own, and welcome.
    if (phase === 'well' || !isOwn(request)) return books.store(request);
    if (cell.row.means === 'receipted') books.store(request);
    if (cell.row.means === 'conflict') books.occupy(request, THEIRS);
    const { reply } = cell.row;
    return typeof reply === 'function' ? reply() : reply;
  });
  const service = await makeService(aws, {
    dimensions: Object.fromEntries(cells.map(({ dimension }) => [dimension, { meter: 'sum' }])),
    shutdown: { grace: '30s', drain: '27s' },
  });

  const { folder, env: usual } = service.stage;
  const { env, close } = await surroundings({ aws, folder, env: usual });

  const callsOf: World['callsOf'] = ({ dimension }, from = 0) =>
    aws
      .calls('MeterUsage')
      .filter((request) => request.number > from && sent(request).UsageDimension === dimension && isOwn(request));

  const report: World['report'] = async (some) => {
    if (some.length === 0) return;
    const timestamp = new Date(began).toISOString();
    const answer = await service.report(
      some.map(({ dimension, quantity }) => ({ dimension, quantity, timestamp, id: dimension })),
    );
    expect(await answer.json()).toMatchObject({ accepted: some.length, late: 0 });
  };

  const begin: World['begin'] = async () => {
    const program = await service.run({ env });
    await service.granted(program);
    return program;
  };

  const kill: World['kill'] = async (program) => {
    program.child.kill('SIGKILL');
    await program.ended;
    expect(program.stderr()).not.toMatch(/scripted-secret|scripted-session|TypeError|"unexpected"/);
  };

  const seed: World['seed'] = async (all, first) => {
    const doubtful = all.filter(({ situation }) => situation !== 'first');
    if (doubtful.length > 0) {
      await using seeding = await begin();
      await report(doubtful);
      seeding.child.kill('SIGTERM');
      await seeding.until('every answer was lost', () => doubtful.every((cell) => callsOf(cell).length > 0));
      await kill(seeding);
    }
    await using second = await begin();
    await report(first);
    await kill(second);
  };

  return {
    aws,
    books,
    service,
    hour,
    moveTo: (instant) => {
      ahead = instant - Date.now();
    },
    turn: (some, phase) => {
      for (const { dimension } of some) phases.set(dimension, phase);
    },
    callsOf,
    report,
    begin,
    kill,
    seed,
    strays,
    [Symbol.asyncDispose]: async () => {
      await aws[Symbol.asyncDispose]();
      await close?.();
      service[Symbol.dispose]();
    },
  };
};
