import { settle, stopAll } from './ending.ts';
import { HOMES } from './homes.ts';
import { type Fleet, threeHours } from './hours.ts';
import { typed } from './launch.ts';
import { isEven, type Row } from './reckoning/reckon.ts';
import { tableOf } from './reckoning/table.ts';
import { makeRecords } from './records.ts';
import { refusals } from './refusals.ts';
import { run } from './running.ts';
import { program, type Stage } from './stage.ts';

/** AWS's side, as a process; answers its address. */
const startEmulator = async (stage: Stage): Promise<string> => {
  let url: string | undefined;
  stage.children.start({
    name: 'emulator',
    words: [program('demo/emulator.ts')],
    env: stage.env,
    onOut: (line) => {
      url ??= line;
    },
  });
  await stage.until(() => url !== undefined);
  return url ?? '';
};

const startFleet = async (stage: Stage, emulator: string, records: ReturnType<typeof makeRecords>): Promise<Fleet> => {
  stage.story.part('Three that may, each a process with its own way to credentials');
  stage.story.add('The product sells requests (10 make a unit), data_gb (to 3 decimals) and users (the most at once).');
  for (const home of Object.values(HOMES)) stage.story.command(typed(home));
  const [task, pod, instance] = await Promise.all([
    run(stage, emulator, HOMES.task, records),
    run(stage, emulator, HOMES.pod, records),
    run(stage, emulator, HOMES.instance, records),
  ]);
  return { task, pod, instance };
};

const tell = ({ story }: Stage, rows: readonly Row[]): void => {
  story.part('The bill');
  for (const line of tableOf(rows)) story.line(line === '' ? '' : `  ${line}`);
  story.line('');
  story.line(
    isEven(rows)
      ? '  Difference 0: everything that was counted is on the bill, once.'
      : '  THERE IS A DIFFERENCE: what was counted, what the ledgers hold and what is billed do not agree.',
  );
  story.line('  Left over is less than one unit: it waits for the next hour, and at the end it is not billed.');
};

/** The whole life of a paid container, from the gate to the bill. Answers whether the bill is right. */
export const play = async (stage: Stage): Promise<boolean> => {
  const { story } = stage;
  const emulator = await startEmulator(stage);
  story.tell(`AWS is an emulator at ${emulator}: gate, metering, STS, credentials, metadata`);
  await refusals(stage, emulator);

  const records = makeRecords(story);
  const fleet = await startFleet(stage, emulator, records);
  story.part('Usage, hour after hour');
  const atTheEnd = await threeHours(stage, emulator, fleet, records);
  await stopAll(stage, atTheEnd, records);

  const rows = await settle(stage, emulator, atTheEnd);
  tell(stage, rows);
  return isEven(rows);
};
