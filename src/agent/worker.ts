import { makeAgent } from './agent.ts';
import { configurationOf } from './cli/configuration.ts';
import { runAgentInThread } from './worker/agentInThread.ts';

runAgentInThread({
  loadConfig: async (configFile) => configurationOf(configFile, process.env),
  makeAgent,
});
