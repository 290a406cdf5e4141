/** The supervisor from its sources, impatient: WORKER_FILE WORDS... */
import { pathToFileURL } from 'node:url';
import { makePlainLog } from '../../../src/agent/io/log/plainLog.ts';
import { makeSink } from '../../../src/agent/io/log/sink.ts';
import { supervise } from '../../../src/agent/supervisor.ts';

const [worker = '', ...words] = process.argv.slice(2);
const code = await supervise({
  words,
  worker: pathToFileURL(worker),
  environment: { ...process.env },
  configFile: undefined,
  log: makePlainLog(makeSink(), () => ({ level: 'debug', format: 'json' })),
  onConfigured: () => {},
  pace: { watch: { every: 500, ticks: 4 }, firstWait: 10, longestWait: 40, calm: 600_000 },
});
process.exit(code);
