import { setTimeout as sleep } from 'node:timers/promises';
import { defineCommand } from 'citty';
import * as duration from '../core/configuration/values/duration.ts';
import type { Probe } from '../core/door/verdictReply.ts';
import { TollgateError } from '../core/errors.ts';
import { EXIT } from '../core/exitCode.ts';
import { DAY, type Millis } from '../core/time/hour.ts';
import { type AgentAddress, findAgent } from './agentAddress.ts';
import { AGENT_ARGS, ask, askDoor, type Heard, stranger } from './client.ts';

/** What an agent says of its gate; `reason` and `remedy` only by the door. */
type Gate = Probe & { readonly reason?: string; readonly remedy?: string };

const gateOf = ({ body }: Heard): Gate | undefined =>
  typeof body['verdict'] === 'string' && typeof body['started'] === 'boolean' && typeof body['exitCode'] === 'number'
    ? (body as unknown as Gate)
    : undefined;

/**
 * Asks the health listener, which needs no token, and the door when there is none or something else answers there (in
 * `exec` it is off unless set). When the door was named, only the door.
 */
const askGate = async (agent: AgentAddress): Promise<Gate> => {
  if (agent.health !== undefined) {
    const heard = await ask(agent.health, { path: '/startz' }).catch(() => undefined);
    const gate = heard === undefined ? undefined : gateOf(heard);
    if (gate !== undefined) return gate;
  }
  const heard = await askDoor(agent, { path: '/v1/entitlement' });
  const gate = gateOf(heard);
  if (gate === undefined) throw stranger(agent.door, heard);
  return gate;
};

const EXIT_CODES: ReadonlySet<number> = new Set(Object.values(EXIT));

/** The error of a gate that is not open: a refusal with its own exit code, anything else 69. */
const shut = ({ verdict, reason, remedy, exitCode }: Gate): TollgateError => {
  const refused = verdict === 'refused';
  const known = EXIT_CODES.has(exitCode) && exitCode !== EXIT.done ? exitCode : EXIT.refused;
  return new TollgateError(refused ? 'gate_refused' : 'gate_pending', `${verdict}${reason ? `: ${reason}` : ''}`, {
    exitCode: refused ? known : EXIT.unreachable,
    remedy: remedy ?? '"tollgate status" says why',
  });
};

const check = defineCommand({
  meta: {
    name: 'check',
    description:
      'Ends with 0 once the product may run, and for ever after in that process; for probes and health checks',
  },
  args: AGENT_ARGS,
  run: async ({ args }) => {
    const gate = await askGate(await findAgent(args, process.env));
    if (!gate.started) throw shut(gate);
    process.stdout.write(`${gate.verdict}\n`);
  },
});

/** Between two questions of `gate wait`. */
const PAUSE: Millis = 500;

const timeoutOf = (text: string | undefined): Millis => {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  const read = duration.read(text, { least: 0, most: DAY });
  if (read.ok) return read.value;
  throw new TollgateError('wrong_usage', `--timeout: ${read.message}`, { exitCode: EXIT.usage, remedy: read.fix });
};

const processOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new TollgateError('wrong_usage', `--pid: "${text}" is no process`, {
    exitCode: EXIT.usage,
    remedy: "write the number of the agent's process, $MAINPID in an ExecStartPost of systemd",
  });
};

/** Whether there is a process of this number; one that is not ours to signal is one, too. */
const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (cause) {
    return !(cause instanceof Error && 'code' in cause && cause.code === 'ESRCH');
  }
};

const gone = (pid: number): TollgateError =>
  new TollgateError('agent_unreachable', `the agent, process ${pid}, has ended before the gate was open`, {
    exitCode: EXIT.unreachable,
    remedy: 'its log and its exit code say why',
  });

const isMissingFile = (cause: unknown): boolean => cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';

/** Whether waiting helps: the agent may not be up yet, and its token not written. */
const maySettle = (error: unknown): error is TollgateError =>
  error instanceof TollgateError && (error.exitCode === EXIT.unreachable || isMissingFile(error.cause));

/** The open gate, or why it is not open or not known yet. Throws what waiting does not help. */
const openGate = async (agent: AgentAddress): Promise<Gate | TollgateError> => {
  try {
    const gate = await askGate(agent);
    if (gate.started) return gate;
    const trouble = shut(gate);
    if (gate.verdict !== 'refused') return trouble;
    throw trouble;
  } catch (error) {
    // A refusal may bear the code of trouble (69), and is a refusal all the same.
    if (maySettle(error) && error.code !== 'gate_refused') return error;
    throw error;
  }
};

const wait = defineCommand({
  meta: { name: 'wait', description: 'Waits until the product may run (0) or may not (the code of the refusal)' },
  args: {
    timeout: { type: 'string', description: 'Give up with 69 after this time; without it never', valueHint: '30m' },
    pid: { type: 'string', description: 'Give up with 69 when this process, the agent, has ended', valueHint: 'PID' },
    ...AGENT_ARGS,
  },
  run: async ({ args }) => {
    const end = performance.now() + timeoutOf(args.timeout);
    const pid = processOf(args.pid);
    const agent = await findAgent(args, process.env);
    for (;;) {
      const found = await openGate(agent);
      if (!(found instanceof TollgateError)) {
        process.stdout.write(`${found.verdict}\n`);
        return;
      }
      if (pid !== undefined && !isThere(pid)) throw gone(pid);
      if (performance.now() + PAUSE > end) throw found;
      await sleep(PAUSE);
    }
  },
});

export const gate = defineCommand({
  meta: { name: 'gate', description: 'Asks a running agent whether the product may run' },
  subCommands: { check, wait },
});
