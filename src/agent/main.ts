#!/usr/bin/env node
import { type CommandDef, defineCommand } from 'citty';
import { runCommandLine } from './cli/commandLine/runCommandLine.ts';
import { asItWas } from './supervisor/aside.ts';

// Taken before anything of ours or of a library can change it: `exec` hands it to the product as it was.
const environment = asItWas(process.env);

// Node opens its debugger at SIGUSR1 unless somebody listens; `exec` hands the signal to the product beside this.
process.on('SIGUSR1', () => {});

/** The entry of the agent's thread lies beside this file, in the bundle as among the sources. */
const worker = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.mjs', import.meta.url);

const tollgate: CommandDef = defineCommand({
  meta: {
    name: 'tollgate',
    description: 'The gate and the toll of a paid container on AWS Marketplace.',
  },
  // Each command is loaded when it is known to be the one that runs.
  subCommands: {
    run: async () => (await import('./cli/run.ts')).run,
    exec: async () => {
      const [{ makeExec }, { supervise }] = await Promise.all([import('./cli/exec.ts'), import('./supervisor.ts')]);
      return makeExec({ supervise, worker, environment });
    },
    register: async () => (await import('./cli/register.ts')).register,
    gate: async () => (await import('./cli/gate.ts')).gate,
    report: async () => (await import('./cli/report.ts')).report,
    status: async () => (await import('./cli/status.ts')).status,
    ledger: async () => (await import('./cli/ledger.ts')).ledger,
    regions: async () => (await import('./cli/regions.ts')).regions,
    config: async () => (await import('./cli/config/config.ts')).config,
    version: async () => (await import('./cli/version.ts')).version,
  },
});

await runCommandLine(tollgate, process.argv.slice(2));
