import { defineCommand } from 'citty';
import type { Config } from '../core/configuration/config.ts';
import { type LogSettings, makePlainLog } from '../io/log/plainLog.ts';
import { makeSink } from '../io/log/sink.ts';
import type { Log } from '../ports.ts';
import { usageError } from './commandLine/resolve.ts';

/** Runs the product beside the agent; resolves with the exit code of the whole. The process edge brings it. */
export type Supervise = (start: {
  readonly words: readonly string[];
  readonly worker: URL;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly configFile: string | undefined;
  readonly log: Log;
  readonly onConfigured: (settings: Pick<Config, 'log'>) => void;
}) => Promise<number>;

export type ExecParts = {
  readonly supervise: Supervise;
  /** The entry file of the agent's thread. */
  readonly worker: URL;
  /** The container's own environment. */
  readonly environment: Readonly<Record<string, string | undefined>>;
};

/** How the supervisor's own few lines look until the configuration has been read. */
const BEFORE_CONFIGURED: LogSettings = { level: 'info', format: 'auto' };

export const makeExec = ({ supervise, worker, environment }: ExecParts) =>
  defineCommand({
    meta: {
      name: 'exec',
      description: 'Runs your command once AWS Marketplace allows it, and meters it: tollgate exec -- COMMAND ARGS...',
    },
    args: {
      config: { type: 'string', valueHint: 'FILE', description: 'The configuration file.' },
      command: { type: 'positional', required: false, description: 'Your command and its arguments, after --.' },
    },
    run: async ({ args, data }) => {
      const words = data as readonly string[];
      if (words.length === 0) throw usageError('exec wants a command to run', 'tollgate exec -- COMMAND ARGS...');
      let settings = BEFORE_CONFIGURED;
      const sink = makeSink();
      const log = makePlainLog(sink, () => settings);
      // Nobody but us starts and ends the product: an error of ours may cost a line of the log, never the product.
      process.on('uncaughtException', (error) => log.error('the supervisor survived an unexpected error', { error }));
      const code = await supervise({
        words,
        worker,
        environment,
        configFile: args.config,
        log,
        onConfigured: ({ log: configured }) => {
          settings = configured;
        },
      });
      sink.close();
      process.exit(code);
    },
  });
