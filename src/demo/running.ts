import { ask } from '../emulator/cli/client.ts';
import type { AgentEvent } from './agentLog.ts';
import type { Child } from './children.ts';
import { filesOf, type Home } from './homes.ts';
import { type Entry, read } from './journal.ts';
import { launch } from './launch.ts';
import { type Records, titled } from './records.ts';
import type { Stage } from './stage.ts';

/** A home that was let in, and what runs in it now. */
export type Running = {
  readonly home: Home;
  /** How AWS names it. */
  readonly resource: string;
  readonly child: Child;
  readonly entries: () => readonly Entry[];
};

const resourceOf = async (emulator: string, { name }: Home): Promise<string> => {
  const { resources } = (await ask(emulator, 'GET', 'resources')) as {
    readonly resources: readonly { readonly id: string; readonly name: string }[];
  };
  const found = resources.find((resource) => resource.name === name);
  if (found === undefined) throw new Error(`the emulator does not know ${name}`);
  return found.id;
};

/** How AWS says that a caller came by its credentials. */
const SOURCES: Readonly<Record<string, string>> = {
  taskRole: 'its task role',
  irsa: "its service account's role (IRSA)",
  instanceRole: 'its instance role (IMDSv2)',
};

const credentialsOf = async (emulator: string, resource: string): Promise<string> => {
  const { calls } = (await ask(emulator, 'GET', 'calls?operation=MeterUsage')) as {
    readonly calls: readonly { readonly resource: string | null; readonly source: string | null }[];
  };
  const source = calls.find((call) => call.resource === resource)?.source ?? 'nothing';
  return SOURCES[source] ?? source;
};

type Verdict = Extract<AgentEvent, { kind: 'verdict' }>;

export const acknowledgedIn = (entries: readonly Entry[]): number =>
  entries.filter(({ kind }) => kind === 'acknowledged').length;

/** Starts a home and waits until its app has counted something. */
export const run = async (stage: Stage, emulator: string, home: Home, records: Records): Promise<Running> => {
  let grant: Verdict | undefined;
  const take = (event: AgentEvent): void => {
    if (event.kind === 'record') records.take(home, event);
    else if (event.value === 'granted') grant ??= event;
    else stage.story.tell(`${titled(home)} ${event.value}: ${event.reason}`, 'mishap');
  };
  const { book } = filesOf(stage.folder, home);
  const entries = () => read(book);
  const before = acknowledgedIn(entries());
  const child = launch(stage, emulator, home, take);
  await stage.until(() => acknowledgedIn(entries()) > before);
  const resource = await resourceOf(emulator, home);
  const memory = grant?.remembered === true ? ' as before, from its ledger' : '';
  const credentials = await credentialsOf(emulator, resource);
  stage.story.tell(`${titled(home)} granted${memory}; AWS knows it by ${credentials}`, 'good');
  return { home, resource, child, entries };
};
