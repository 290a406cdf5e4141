import { defineCommand } from 'citty';

export const config = defineCommand({
  meta: { name: 'config', description: 'Checks, shows and starts a configuration' },
  subCommands: {
    check: async () => (await import('./check.ts')).check,
    schema: async () => (await import('./schema.ts')).schema,
    init: async () => (await import('./init.ts')).init,
    show: async () => (await import('./show.ts')).show,
  },
});
