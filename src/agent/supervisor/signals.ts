import { constants } from 'node:os';

/** How a signal is treated while the product runs. */
type Row = {
  /** The beginning of a stop, for the agent too. */
  readonly stops?: true;
  /** A terminal sends it to the whole foreground group: with one on stdin the product has had it already. */
  readonly fromTerminal?: true;
};

/**
 * Every signal that can be passed on and that means something to a product. Not among them: KILL and STOP, which no
 * process sees; PIPE, ALRM, CHLD, TTIN and TTOU, which tell a process of its own doings; the faults (SEGV and its kind).
 */
export const SIGNALS = {
  SIGHUP: {},
  SIGINT: { stops: true, fromTerminal: true },
  SIGQUIT: { stops: true, fromTerminal: true },
  SIGTERM: { stops: true },
  SIGUSR1: {},
  SIGUSR2: {},
  SIGWINCH: {},
  SIGCONT: {},
  SIGTSTP: { fromTerminal: true },
} as const satisfies Readonly<Partial<Record<NodeJS.Signals, Row>>>;

export type PassedSignal = keyof typeof SIGNALS;

const rowOf = (signal: PassedSignal): Row => SIGNALS[signal];

export const isStop = (signal: PassedSignal): boolean => rowOf(signal).stops === true;

/** Whether the product gets the signal from us, or has it from its terminal. */
export const isForwarded = (signal: PassedSignal, stdinIsTerminal: boolean): boolean =>
  !(stdinIsTerminal && rowOf(signal).fromTerminal === true);

/** What a shell makes of an end by a signal: 128 + its number. */
const SIGNAL_BASE = 128;

export const exitCodeOfSignal = (signal: NodeJS.Signals): number => SIGNAL_BASE + constants.signals[signal];

/** Listens to every signal of the table until told to stop. */
export const listen = (take: (signal: PassedSignal) => void): { readonly stop: () => void } => {
  const names = Object.keys(SIGNALS) as PassedSignal[];
  const listeners = names.map((name) => ({ name, listener: () => take(name) }));
  for (const { name, listener } of listeners) process.on(name, listener);
  return {
    stop: () => {
      for (const { name, listener } of listeners) process.off(name, listener);
    },
  };
};
