/** One check: a name, and what throws when it does not hold. */
export type Scenario = {
  readonly name: string;
  readonly play: () => Promise<void>;
  /** It only waits, by the machine's own clock: it is played beside the others from the start. */
  readonly waits?: true;
};

const LANES = 3;

/**
 * faketime reads its file in every thread at once and now and then gives one of them the real time for a moment, at which
 * Node's timers stop the process. That says nothing of the program: such a check is played again.
 */
const CLOCK_BROKE = 'timer_base()';
const MOST_PLAYS = 4;

const play = async (scenario: Scenario): Promise<void> => {
  for (let plays = 1; ; plays += 1) {
    try {
      return await scenario.play();
    } catch (error) {
      if (plays === MOST_PLAYS || !String(error).includes(CLOCK_BROKE)) throw error;
      console.log(`# the clock's library broke the process; played again: ${scenario.name}`);
    }
  }
};

/** Plays all of them, a few at a time, says one line for each and a sum; answers how many failed. */
export const playAll = async (scenarios: readonly Scenario[], lanes = LANES): Promise<number> => {
  const queue = scenarios.filter(({ waits }) => waits !== true);
  let failed = 0;
  const tell = async (scenario: Scenario): Promise<void> => {
    try {
      await play(scenario);
      console.log(`ok - ${scenario.name}`);
    } catch (error) {
      failed += 1;
      console.log(`not ok - ${scenario.name}`);
      console.log(`# ${String(error instanceof Error ? error.stack : error).replaceAll('\n', '\n# ')}`);
    }
  };
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await tell(next);
  };
  const waiting = scenarios.filter(({ waits }) => waits === true).map(tell);
  await Promise.all([...Array.from({ length: lanes }, lane), ...waiting]);
  console.log(`${scenarios.length - failed} passed, ${failed} failed`);
  return failed;
};
