import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emulate, type Launched } from '../../emulator/support.ts';
import { pause } from '../../wire/support/program.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** One accepted record, as the emulator's `records` says it. */
export type Stored = {
  readonly dimension: string;
  readonly resource: string;
  /** `2026-03-01T10:00:00Z`. */
  readonly hour: string;
  readonly timestamp: string;
  readonly quantity: string;
  readonly clientToken: string | null;
};

/** One call, as the emulator's `calls` says it. */
export type Call = {
  readonly body: string;
  readonly resource: string | null;
  readonly error: string | null;
  readonly stored: boolean;
};

/** A test that says what hour it is must not begin at the end of one. */
const LEAST_LEFT = 50 * SECOND;

/**
 * AWS as the emulator has it, on a socket. Its clock is the machine's until it is moved; a program that runs hears of that
 * with AWS's next answer only, so it is moved while none runs.
 */
export const startEmulatedAws = async () => {
  const left = HOUR - (Date.now() % HOUR);
  if (left < LEAST_LEFT) await pause(left);
  let ahead = 0;
  let held: number | undefined;
  const now = (): number => held ?? Date.now() + ahead;
  const aws = await emulate({ clock: now });
  // The programs' own clock stays where it is.
  await aws.admin('POST', 'settings', { clockSkew: 10 * 365 * 24 * HOUR });
  return {
    ...aws,
    origin: aws.url,
    now,
    /** Sets AWS's clock. `time`: RFC 3339. */
    setTo: (time: string): void => {
      held = undefined;
      ahead = Date.parse(time) - Date.now();
    },
    /** Lets AWS's clock stand at a time until it is set, so that a slow start costs nothing of the hour. `time`: RFC 3339. */
    hold: (time: string): void => {
      held = Date.parse(time);
    },
    /** Moves AWS's clock to so many minutes after the end of the hour it is in. */
    advance: (minutes: number): void => {
      ahead += HOUR - (now() % HOUR) + minutes * MINUTE;
    },
    /** The hour it is now, as `Stored` has it. */
    hour: (): string => `${new Date(now()).toISOString().slice(0, 13)}:00:00Z`,
    /** The environment of a home, for a program of ours; a pod's token is written into `folder`. */
    environmentOf: ({ environment, files }: Launched, folder = ''): Readonly<Record<string, string>> => ({
      PATH: process.env['PATH'] ?? '',
      ...environment,
      ...Object.fromEntries(
        files.map(({ variable, text }) => {
          const file = join(folder, variable);
          writeFileSync(file, text);
          return [variable, file];
        }),
      ),
    }),
    records: async (): Promise<readonly Stored[]> =>
      (await aws.admin<{ readonly records: readonly Stored[] }>('GET', 'records')).records,
    /** MeterUsage calls but for the gate's questions. */
    meterings: async (): Promise<readonly Call[]> =>
      (await aws.admin<{ readonly calls: readonly Call[] }>('GET', 'calls?operation=MeterUsage')).calls.filter(
        ({ body }) => !body.includes('"DryRun":true'),
      ),
    [Symbol.asyncDispose]: aws[Symbol.asyncDispose],
  };
};

export type EmulatedAws = Awaited<ReturnType<typeof startEmulatedAws>>;
