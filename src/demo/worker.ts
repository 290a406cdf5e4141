import { makeAgent } from '../agent/agent.ts';
import { configurationOf } from '../agent/cli/configuration.ts';
import { runAgentInThread } from '../agent/worker/agentInThread.ts';
import { fromEnvironment, makeFastClock, makeFastScheduler } from './fastTime.ts';

// Read at once: the agent takes out of this thread's environment what the SDK need not see.
const time = fromEnvironment(process.env);

/** The agent's thread as `tollgate exec` has it, but for the clock that it is handed. */
runAgentInThread({
  loadConfig: async (configFile) => configurationOf(configFile, process.env),
  makeAgent: (config, options) =>
    makeAgent(config, { ...options, clock: makeFastClock(time), scheduler: makeFastScheduler(time) }),
});
