import { defineCommand } from 'citty';
import { makeEmulator } from '../emulator.ts';
import { type Journal, NO_JOURNAL, openJournal } from '../journal.ts';
import { type Opened, openWorld, WorldError } from '../world/readWorld.ts';
import { EXIT, Failure, wrongUsage } from './failure.ts';

const usage = (url: string): string => `The emulator of AWS Marketplace Metering listens at ${url}

  Run a command as AWS would:   tollgate-emulator task -- CMD      (pod, instance)
  See what would be invoiced:   tollgate-emulator bill             (records, calls)
  Make calls go wrong:          tollgate-emulator fault add throttle --times 3
  Move its clock:               tollgate-emulator clock --advance 1h
${url === 'http://127.0.0.1:8700' ? '' : `\n  export TOLLGATE_EMULATOR_URL=${url}   for these commands to find it\n`}
It answers AWS's calls itself; nothing goes to AWS. Stop it with Ctrl-C.
`;

const portOf = (text: string): number => {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw wrongUsage(`--port ${text}: 0 to 65535`);
  return port;
};

const open = (file: string): Opened => {
  try {
    return openWorld(file);
  } catch (cause) {
    if (cause instanceof WorldError) throw new Failure(cause.message, EXIT.usage, { cause });
    throw new Failure(`${file}: ${cause instanceof Error ? cause.message : String(cause)}`, EXIT.usage, { cause });
  }
};

const openState = (file: string): Journal => {
  try {
    return openJournal(file);
  } catch (cause) {
    throw new Failure(cause instanceof Error ? cause.message : String(cause), EXIT.usage, { cause });
  }
};

/** Waits for the signal that ends the program. */
const signalled = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });

/** AWS's side of the wire. */
export const serve = defineCommand({
  meta: { name: 'serve', description: "AWS's side of the wire, on one address." },
  args: {
    port: { type: 'string', default: '8700', description: '0 takes a free one', valueHint: 'P' },
    host: { type: 'string', default: '127.0.0.1', description: 'The address to listen at', valueHint: 'ADDRESS' },
    world: {
      type: 'string',
      description: 'Accounts, products, roles and faults (YAML); else a world of its own',
      valueHint: 'FILE',
    },
    state: { type: 'string', description: 'Keeps what happens in this file, over a restart', valueHint: 'FILE' },
  },
  run: async ({ args }) => {
    const port = portOf(args.port);
    const opened = args.world === undefined ? {} : open(args.world);
    const journal = args.state === undefined ? NO_JOURNAL : openState(args.state);
    const emulator = makeEmulator({ ...opened, journal });
    let url: string;
    try {
      url = await emulator.start(port, args.host);
    } catch (cause) {
      throw new Failure(
        `cannot listen at ${args.host}:${port}: ${cause instanceof Error ? cause.message : String(cause)}`,
        EXIT.unexpected,
        { cause },
      );
    }
    process.stdout.write(usage(url));
    await signalled();
    await emulator.stop();
  },
});
