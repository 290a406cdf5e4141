import { writeFileSync } from 'node:fs';
import { type AgentEvent, eventOf } from './agentLog.ts';
import type { Child } from './children.ts';
import { configurationText } from './configuration.ts';
import { filesOf, type Home } from './homes.ts';
import { program, type Stage } from './stage.ts';

/** The words after `node`: the emulator's own command around `exec` around the app, each a program of its own. */
const wordsOf = (home: Home, { configuration, book }: ReturnType<typeof filesOf>): readonly string[] => [
  program('emulator/main.ts'),
  home.command,
  ...['--name', home.name, '--region', home.region, '--product', home.product, '--'],
  ...[process.execPath, program('demo/exec.ts'), 'exec', '--config', configuration, '--'],
  ...[process.execPath, program('demo/app.ts'), book],
];

/** What a person would type for it. */
export const typed = ({ command, region, product }: Home): string =>
  `tollgate-emulator ${command} --region ${region} --product ${product} -- tollgate exec -- node app.js`;

/** Starts a home with an agent and the app in it. The same home again is a restart of its container. */
export const launch = (stage: Stage, emulator: string, home: Home, onEvent: (event: AgentEvent) => void): Child => {
  const files = filesOf(stage.folder, home);
  writeFileSync(files.configuration, configurationText(home.product, files.ledger));
  return stage.children.start({
    name: home.title,
    words: wordsOf(home, files),
    env: { ...stage.env, TOLLGATE_EMULATOR_URL: emulator },
    onLine: (line) => {
      const event = eventOf(line);
      if (event !== undefined) onEvent(event);
    },
  });
};
