import type { MessagePort } from 'node:worker_threads';
import type { AgentHandle, Stopped } from '../agentHandle.ts';
import type { Config } from '../core/configuration/config.ts';
import { describe, TollgateError, toError, withFix } from '../core/errors.ts';
import { EXIT } from '../core/exitCode.ts';
import { mayRun, type Verdict } from '../core/gate/verdict.ts';
import { type FromWorker, HEARTBEAT, type ToWorker } from '../workerProtocol.ts';

export type Served = {
  readonly port: MessagePort;
  /** Whether the product runs already: a stop then waits for the start, since the ledger wants its last flush. */
  readonly replaces: boolean;
  readonly loadConfig: () => Promise<Config>;
  readonly makeAgent: (config: Config) => AgentHandle | Promise<AgentHandle>;
  /** Each verdict, for the log. */
  readonly announce: (verdict: Verdict) => void;
  /** A refusal, a failure, or what could not be sent, for whoever looks at the ended container. */
  readonly leaveMessage: (text: string) => void;
  /** Called before the last word, after which the thread may be gone. */
  readonly closeLog: () => void;
};

type StopMessage = Extract<ToWorker, { kind: 'stop' }>;

const fatal = (thrown: unknown): FromWorker => {
  const error = toError(thrown);
  if (!(error instanceof TollgateError)) {
    return { kind: 'fatal', code: 'unexpected', message: error.stack ?? error.message, exitCode: EXIT.unexpected };
  }
  const { code, message, remedy, exitCode } = error;
  return { kind: 'fatal', code, message, exitCode, ...(remedy === undefined ? {} : { remedy }) };
};

/** Runs an agent at the end of a supervisor's port, from its configuration to its last word. Never rejects. */
export const serveAgent = async (served: Served): Promise<void> => {
  const { port, leaveMessage } = served;
  const say = (message: FromWorker): void => port.postMessage(message);
  const hurry = new AbortController();
  const stopping = Promise.withResolvers<StopMessage & { readonly until: number }>();
  let over = false;
  let finishing = false;

  const heartbeat = setInterval(() => say({ kind: 'heartbeat' }), HEARTBEAT);
  const end = (lastWord: FromWorker): void => {
    if (over) return;
    over = true;
    clearInterval(heartbeat);
    served.closeLog();
    say(lastWord);
    port.close();
  };

  port.on('message', (message: ToWorker) => {
    if (message.kind === 'stop') stopping.resolve({ ...message, until: performance.now() + message.deadline });
    else hurry.abort();
  });

  const stop = async (agent: AgentHandle): Promise<void> => {
    const { reason, until } = await stopping.promise;
    const budget = Math.max(0, until - performance.now());
    const stopped: Stopped = await agent.stop({ reason, budget, hurry: hurry.signal });
    if (stopped.lines.length > 0) leaveMessage(stopped.lines.join('\n'));
    end({ kind: 'stopped', ...stopped });
  };

  const judge = (verdict: Verdict): void => {
    if (over) return;
    served.announce(verdict);
    if (verdict.value === 'refused') leaveMessage(withFix(verdict.reason, verdict.remedy));
    say({ kind: 'verdict', verdict });
  };

  /** Ends the thread once nothing is left to do after the grant: hourly and monthly cost only the supervisor then. */
  const endWhenFinished = async (agent: AgentHandle): Promise<void> => {
    if (finishing || !agent.isFinished() || !mayRun(agent.verdict())) return;
    finishing = true;
    await agent.stop({ reason: 'childEnded', budget: 0, hurry: hurry.signal });
    end({ kind: 'done' });
  };

  try {
    const config = await served.loadConfig();
    say({ kind: 'configured', settings: { shutdown: config.shutdown, log: config.log } });
    const agent = await served.makeAgent(config);
    agent.onVerdict((verdict) => {
      judge(verdict);
      endWhenFinished(agent).catch((thrown) => end(fatal(thrown)));
    });
    const started = agent.start();
    const stoppedFirst = served.replaces ? started : Promise.race([started, stopping.promise.then(() => 'stop')]);
    if ((await stoppedFirst) === 'stop') {
      started.catch(() => {});
      end({ kind: 'stopped', unsent: false, lines: [] });
      return;
    }
    say({ kind: 'ready', childEnvironment: agent.childEnvironment() });
    const verdict = agent.verdict();
    if (verdict.value === 'pending') say({ kind: 'verdict', verdict });
    else judge(verdict);
    await endWhenFinished(agent);
    if (!over) await stop(agent);
  } catch (thrown) {
    leaveMessage(describe(thrown));
    end(fatal(thrown));
  }
};
