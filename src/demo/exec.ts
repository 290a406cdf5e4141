import { defineCommand } from 'citty';
import { runCommandLine } from '../agent/cli/commandLine/runCommandLine.ts';
import { makeExec } from '../agent/cli/exec.ts';
import { supervise } from '../agent/supervisor.ts';

const environment: Readonly<Record<string, string | undefined>> = { ...process.env };

// As in `tollgate`: without a listener Node would open its debugger.
process.on('SIGUSR1', () => {});

/** `tollgate exec`, with an agent whose hours pass quickly. `tollgate` itself has no such switch. */
const tollgate = defineCommand({
  meta: { name: 'tollgate', description: 'The part of tollgate that the demo runs.' },
  subCommands: {
    exec: makeExec({ supervise, worker: new URL('./worker.ts', import.meta.url), environment }),
  },
});

await runCommandLine(tollgate, process.argv.slice(2));
