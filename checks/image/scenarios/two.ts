import assert from 'node:assert/strict';
import { CONFINED, IMAGE, startContainer } from '../support/docker.ts';
import { makeStage } from '../support/stage.ts';
import type { InsideScenario } from './inside.ts';

/** An application of another user and another C library, with nothing of ours in its image. */
const APP = `
post() {
  wget -q -O - --header 'Content-Type: application/json' --post-data "$1" http://127.0.0.1:8787/v1/usage
}
post '{"dimension":"requests","quantity":3,"id":"at the start"}' && echo && musl-hello && echo started
trap 'post "{\\"dimension\\":\\"requests\\",\\"quantity\\":4,\\"id\\":\\"at the end\\"}"; exit 0' TERM
while :; do sleep 1 & wait $!; done
`;

export const TWO: readonly InsideScenario[] = [
  {
    name: 'two containers in one namespace: the application starts when the other one is healthy, reports, and ends first',
    play: async (namespace) => {
      using stage = await makeStage(namespace);
      // With an init of the engine's in front, as ECS has with initProcessEnabled.
      await using sidecar = await startContainer(
        '--init',
        '--health-interval=1s',
        ...CONFINED,
        ...(await stage.task('two')),
        ...stage.configured,
        IMAGE,
      );
      await sidecar.isHealthy();
      await using app = await startContainer(
        ...CONFINED,
        `--network=container:${namespace}`,
        '--user=1000:1000',
        'app-musl:local',
        'sh',
        '-c',
        APP,
      );
      await app.until('it has reported', async () => (await app.logs()).includes('started'));
      assert.match(await app.logs(), /"accepted":1.*\nhello from musl\n/);
      assert.equal(await app.stop(), 0, await app.logs());
      assert.equal(await sidecar.stop(), 0, await sidecar.logs());
      assert.equal(stage.billed(), '7');
      assert.doesNotMatch(await sidecar.logs(), /tini/i);
    },
  },
];
