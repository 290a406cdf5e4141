import { defineCommand } from 'citty';
import { describe, toError } from '../core/errors.ts';
import { EXIT } from '../core/exitCode.ts';
import { makeLog } from '../io/log/log.ts';
import { writeTerminationMessage } from '../io/termination/terminationMessage.ts';
import { makeAnnouncer } from './announceVerdict.ts';
import { configurationOf } from './configuration.ts';
import { serve } from './run/serve.ts';

const STOPS = ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const;

export const run = defineCommand({
  meta: { name: 'run', description: 'Gate, door and toll as a service: sidecar, pod of its own, or systemd unit.' },
  args: { config: { type: 'string', valueHint: 'FILE', description: 'The configuration file.' } },
  run: async ({ args }) => {
    const stops: (() => void)[] = [];
    let early = 0;
    for (const name of STOPS) {
      process.on(name, () => {
        if (stops.length === 0) early += 1;
        for (const take of stops) take();
      });
    }
    // A terminal that closes, or an operator's "reload", ends no metering.
    process.on('SIGHUP', () => {});

    const config = configurationOf(args.config, process.env);
    const { log, lost, close } = makeLog(config.log);
    let troubles = 0;
    process.on('unhandledRejection', (reason) => {
      troubles += 1;
      log.error('a rejection that nobody awaited', { error: toError(reason) });
    });
    // The state of the agent is unknown then, and the ledger is made for a sudden end.
    process.on('uncaughtException', (error) => {
      log.error('unexpected', { error });
      close();
      process.exit(EXIT.unexpected);
    });
    for (const warning of config.warnings) log.warn('configuration', { warning });

    try {
      const { makeAgent } = await import('../agent.ts');
      const agent = makeAgent(config, {
        mode: 'run',
        env: process.env,
        log,
        edge: { lostLines: lost, troubles: () => troubles },
      });
      const code = await serve({
        agent,
        log,
        grace: config.shutdown.grace,
        announce: makeAnnouncer(log),
        leaveMessage: writeTerminationMessage,
        onStop: (take) => {
          stops.push(take);
          for (; early > 0; early -= 1) take();
        },
      });
      close();
      process.exit(code);
    } catch (thrown) {
      writeTerminationMessage(describe(thrown));
      close();
      throw thrown;
    }
  },
});
