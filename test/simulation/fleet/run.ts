import { playCrowd } from './crowd.ts';
import { type FleetResult, play } from './play.ts';
import { FULL } from './story.ts';

/** `npm run simulate:fleet -- [NAME]...`: the stories whose name contains one of these; without any, all. */
const wanted = process.argv.slice(2);
const isWanted = (name: string): boolean => wanted.length === 0 || wanted.some((words) => name.includes(words));
const CROWD = 'all gates open at once';
const PODS = 600;
const minutes = (milliseconds: number): string => `${(milliseconds / 60_000).toFixed(1)} min`;

const isGood = ({ reported, placed, displaced, unsent, refused, sound }: FleetResult): boolean =>
  placed === reported && displaced === 0 && unsent === 0 && refused === 0 && sound;

let [passed, failed] = [0, 0];
for (const story of FULL.filter(({ name }) => isWanted(name))) {
  const began = performance.now();
  const result = await play(story);
  const good = isGood(result);
  if (good) passed += 1;
  else failed += 1;
  const spent = ((performance.now() - began) / 1_000).toFixed(1);
  process.stdout.write(
    `${good ? 'ok' : 'not ok'} - ${story.name}: ${result.placed} of ${result.reported} records placed, ${result.displaced} displaced, ${result.unsent} unsent\n` +
      `    an hour: ${result.perHour.join(', ')}; throttled ${(100 * result.throttledShare).toFixed(1)} % of calls; age median ${minutes(result.medianAge)}, oldest ${minutes(result.oldestAge)}; ${spent} s\n`,
  );
}
if (isWanted(CROWD)) {
  const { granted, refused, throttledShare, longestWait } = await playCrowd(PODS);
  const good = granted === PODS && refused === 0;
  if (good) passed += 1;
  else failed += 1;
  process.stdout.write(
    `${good ? 'ok' : 'not ok'} - ${CROWD}: ${granted} of ${PODS} granted, the last after ${minutes(longestWait)}; throttled ${(100 * throttledShare).toFixed(1)} % of calls\n`,
  );
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
