#!/usr/bin/env node
import { defineCommand } from 'citty';
import { runCommandLine } from './cli/commandLine.ts';

const emulator = defineCommand({
  meta: {
    name: 'tollgate-emulator',
    description: "AWS's side of the wire for laptops and CI: Marketplace Metering, STS, and the homes of a container.",
  },
  default: 'serve',
  subCommands: {
    serve: async () => (await import('./cli/serve.ts')).serve,
    task: async () => (await import('./cli/homes.ts')).task,
    pod: async () => (await import('./cli/homes.ts')).pod,
    instance: async () => (await import('./cli/homes.ts')).instance,
    bill: async () => (await import('./cli/lists.ts')).bill,
    records: async () => (await import('./cli/lists.ts')).records,
    calls: async () => (await import('./cli/lists.ts')).calls,
    fault: async () => (await import('./cli/fault.ts')).fault,
    clock: async () => (await import('./cli/steer.ts')).clock,
    subscribe: async () => (await import('./cli/steer.ts')).subscribe,
    unsubscribe: async () => (await import('./cli/steer.ts')).unsubscribe,
    'rotate-key': async () => (await import('./cli/steer.ts')).rotateKey,
    keys: async () => (await import('./cli/steer.ts')).keys,
  },
});

await runCommandLine(emulator, process.argv.slice(2));
