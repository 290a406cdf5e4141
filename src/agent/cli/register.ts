import { defineCommand } from 'citty';
import { withFix } from '../core/errors.ts';
import { mayRun } from '../core/gate/verdict.ts';
import { makePlainLog } from '../io/log/plainLog.ts';
import { makeSink } from '../io/log/sink.ts';
import { writeTerminationMessage } from '../io/termination/terminationMessage.ts';
import { configurationOf } from './configuration.ts';

export const register = defineCommand({
  meta: {
    name: 'register',
    description:
      'Asks AWS once whether the product may run, and prints the verdict. For hourly and monthly products this is RegisterUsage, which starts billing the task or pod it runs in; for usage products a DryRun of MeterUsage, which bills nothing.',
  },
  args: {
    config: { type: 'string', valueHint: 'FILE', description: 'The configuration file.' },
    wait: { type: 'boolean', description: "Waits up to the gate's patience for a verdict." },
    yes: { type: 'boolean', description: 'RegisterUsage outside a task or pod: I know that it starts a bill.' },
    json: { type: 'boolean', description: 'One JSON object on stdout.' },
  },
  run: async ({ args }) => {
    const config = configurationOf(args.config, process.env);
    const log = makePlainLog(makeSink(), () => config.log);
    if (config.product.pricing === 'hourly' || config.product.pricing === 'monthly') {
      process.stderr.write('RegisterUsage: from a yes on, AWS bills this task or pod until it ends.\n');
    }
    const { registerOnce } = await import('../agent/registerOnce.ts');
    const verdict = await registerOnce(config, {
      env: process.env,
      log,
      wait: args.wait === true,
      confirmed: args.yes === true,
    });
    const { value, reason, remedy } = verdict;
    const words = withFix(`${value}: ${reason}`, remedy);
    if (!mayRun(verdict)) writeTerminationMessage(words);
    process.stdout.write(
      args.json
        ? `${JSON.stringify({ schema: 1, verdict: { value, reason, remedy: remedy ?? null } })}\n`
        : `${words}\n`,
    );
    process.exitCode = mayRun(verdict) ? 0 : verdict.exitCode;
  },
});
