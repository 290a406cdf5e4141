import { parentPort, workerData } from 'node:worker_threads';
import type { AgentHandle, AgentOptions } from '../agentHandle.ts';
import { makeAnnouncer } from '../cli/announceVerdict.ts';
import type { Config } from '../core/configuration/config.ts';
import { toError } from '../core/errors.ts';
import { makeLog, type OpenLog } from '../io/log/log.ts';
import { writeTerminationMessage } from '../io/termination/terminationMessage.ts';
import type { WorkerData } from '../workerProtocol.ts';
import { serveAgent } from './serveAgent.ts';

export type ThreadParts = {
  readonly loadConfig: (configFile: string | undefined) => Promise<Config>;
  readonly makeAgent: (config: Config, options: AgentOptions) => AgentHandle;
};

/** The agent in this worker thread, beside a product: its log, its survival of other people's errors, its end. */
export const runAgentInThread = ({ loadConfig, makeAgent }: ThreadParts): void => {
  if (parentPort === null)
    throw new Error('this file is the agent\'s thread of "tollgate exec", not a program of its own');
  const { configFile, handedOver } = workerData as WorkerData;
  let open: OpenLog | undefined;
  let announce: ReturnType<typeof makeAnnouncer> = () => {};
  let troubles = 0;

  // A library's rejection that nobody awaits says nothing of the agent's own state: the thread goes on.
  process.on('unhandledRejection', (reason) => {
    troubles += 1;
    open?.log.error('a rejection that nobody awaited', { error: toError(reason) });
  });

  void serveAgent({
    port: parentPort,
    replaces: handedOver !== undefined,
    loadConfig: () => loadConfig(configFile),
    makeAgent: (config) => {
      const opened = makeLog(config.log);
      open = opened;
      announce = makeAnnouncer(opened.log);
      for (const warning of config.warnings) opened.log.warn('configuration', { warning });
      return makeAgent(config, {
        mode: 'exec',
        env: process.env,
        log: opened.log,
        edge: { lostLines: opened.lost, troubles: () => troubles },
        ...(handedOver === undefined ? {} : { handedOver }),
      });
    },
    announce: (verdict) => announce(verdict),
    leaveMessage: writeTerminationMessage,
    closeLog: () => open?.close(),
  });
};
