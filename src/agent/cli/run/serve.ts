import type { AgentHandle, Stopped, StopReason } from '../../agentHandle.ts';
import { withFix } from '../../core/errors.ts';
import { EXIT } from '../../core/exitCode.ts';
import type { Verdict } from '../../core/gate/verdict.ts';
import { type Millis, SECOND } from '../../core/time/hour.ts';
import type { Log } from '../../ports.ts';

export type ServeParts = {
  readonly agent: AgentHandle;
  readonly log: Log;
  /** How long a stop may take. */
  readonly grace: Millis;
  readonly announce: (verdict: Verdict) => void;
  /** Last words for whoever looks at the ended container. */
  readonly leaveMessage: (text: string) => void;
  /** Calls back for each signal that asks for a stop. */
  readonly onStop: (take: () => void) => void;
};

/** How far a stop may go beyond its budget before it is given up. */
const SLACK: Millis = SECOND;

const LATE = 'the time to stop was over before everything was sent; the ledger keeps the rest';

/**
 * The agent as a service, from its start to its exit code: 0, 75 when usage is still in the ledger, or a refusal's own.
 * Rejects with what `start` rejects with.
 */
export const serve = async ({ agent, log, grace, announce, leaveMessage, onStop }: ServeParts): Promise<number> => {
  const hurry = new AbortController();
  const asked = Promise.withResolvers<'stop'>();
  const refused = Promise.withResolvers<Verdict>();
  let stops = 0;

  onStop(() => {
    stops += 1;
    if (stops === 1) asked.resolve('stop');
    else hurry.abort();
  });

  const judge = (verdict: Verdict): void => {
    announce(verdict);
    if (verdict.value === 'refused') refused.resolve(verdict);
  };

  const stop = async (reason: StopReason): Promise<readonly string[]> => {
    const late = Promise.withResolvers<Stopped>();
    const timer = setTimeout(() => late.resolve({ unsent: true, lines: [LATE] }), grace + SLACK);
    const order = { reason, budget: grace, hurry: hurry.signal };
    const { unsent, lines } = await Promise.race([agent.stop(order), late.promise]);
    clearTimeout(timer);
    for (const line of lines) log.warn('not sent', { line });
    return unsent && lines.length === 0 ? [LATE] : lines;
  };

  agent.onVerdict(judge);
  const started = agent.start();
  if ((await Promise.race([started, asked.promise])) === 'stop') {
    // Nothing has been acknowledged by an agent whose door is not open yet.
    started.catch(() => {});
    return EXIT.done;
  }
  const verdict = agent.verdict();
  if (verdict.value !== 'pending') judge(verdict);

  const end = await Promise.race([asked.promise, refused.promise]);
  if (end === 'stop') {
    const lines = await stop('signal');
    if (lines.length > 0) leaveMessage(lines.join('\n'));
    return lines.length > 0 ? EXIT.unsent : EXIT.done;
  }
  // The orchestrator will start us again: the open hour goes on then.
  const lines = await stop('childCrashed');
  const { reason, remedy, exitCode } = end;
  leaveMessage([withFix(reason, remedy), ...lines].join('\n'));
  return exitCode;
};
