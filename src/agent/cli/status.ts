import { setTimeout as sleep } from 'node:timers/promises';
import { defineCommand } from 'citty';
import { TollgateError } from '../core/errors.ts';
import { EXIT } from '../core/exitCode.ts';
import type { Status } from '../core/status.ts';
import { type Millis, SECOND } from '../core/time/hour.ts';
import { type AgentAddress, findAgent } from './agentAddress.ts';
import { AGENT_ARGS, askDoor, stranger } from './client.ts';
import { statusText } from './statusText.ts';

/** Between two looks of `--watch`. */
const PAUSE: Millis = 2 * SECOND;

/** Cursor home, and everything below it cleared. */
const REDRAW = '\u001B[H\u001B[J';

/** The status as the agent sent it. */
const look = async (agent: AgentAddress): Promise<{ readonly text: string; readonly body: object }> => {
  const heard = await askDoor(agent, { path: '/v1/status' });
  if (heard.status !== 200 || !('schema' in heard.body)) throw stranger(agent.door, heard);
  return heard;
};

/** Throws a TollgateError when the agent is of another major version. */
const statusOf = (body: object): Status => {
  if ('schema' in body && body.schema === 1) return body as Status;
  throw new TollgateError('status_schema', "the agent's status is of another version than this program", {
    exitCode: EXIT.unexpected,
    remedy: "use the agent's own program, or --json",
  });
};

export const status = defineCommand({
  meta: {
    name: 'status',
    description: 'Shows verdict, platform, Region, clock, disk, sender and every hour not receipted',
  },
  args: {
    json: { type: 'boolean', description: 'One JSON object, as GET /v1/status answers it' },
    watch: { type: 'boolean', description: 'Again every two seconds, until stopped' },
    ...AGENT_ARGS,
  },
  run: async ({ args }) => {
    const agent = await findAgent(args, process.env);
    const redraw = args.watch === true && args.json !== true && process.stdout.isTTY;
    for (;;) {
      const { text, body } = await look(agent);
      process.stdout.write(`${redraw ? REDRAW : ''}${args.json ? text : statusText(statusOf(body))}\n`);
      if (args.watch !== true) return;
      if (!redraw && !args.json) process.stdout.write('\n');
      await sleep(PAUSE);
    }
  },
});
