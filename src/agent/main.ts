#!/usr/bin/env node
import { type CommandDef, defineCommand } from 'citty';
import { runCommandLine } from './cli/commandLine/runCommandLine.ts';

// Node opens its debugger at SIGUSR1 unless somebody listens; `exec` hands the signal to the product beside this.
process.on('SIGUSR1', () => {});

const tollgate: CommandDef = defineCommand({
  meta: {
    name: 'tollgate',
    description: 'The gate and the toll of a paid container on AWS Marketplace.',
  },
  subCommands: {
    version: async () => (await import('./cli/version.ts')).version,
  },
});

await runCommandLine(tollgate, process.argv.slice(2));
