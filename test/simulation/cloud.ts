import type { Answer } from '../../src/agent/core/sending/answer.ts';
import { hourOf } from '../../src/agent/core/time/hour.ts';
import type { Marketplace, MeterRequest } from '../../src/agent/ports.ts';
import { STATUS } from '../../src/emulator/rules/answer.ts';
import { apply } from '../../src/emulator/rules/change.ts';
import { decide } from '../../src/emulator/rules/service.ts';
import { firstState } from '../../src/emulator/rules/state.ts';
import type { World } from '../../src/emulator/rules/world.ts';
import { DEFAULT_WORLD } from '../../src/emulator/world/defaultWorld.ts';
import { bodyOf, callerOf, PRODUCT, REGION } from '../support/taskAtAws.ts';
import type { Dice } from './dice.ts';
import { DIMENSIONS, OTHER_DIMENSIONS, WEATHERS, type Weather } from './story.ts';

const product = DEFAULT_WORLD.products[PRODUCT];
if (product === undefined) throw new Error('the default world has lost its product');

const WORLD: World = {
  ...DEFAULT_WORLD,
  products: {
    ...DEFAULT_WORLD.products,
    [PRODUCT]: {
      ...product,
      dimensions: Object.fromEntries([...DIMENSIONS, ...OTHER_DIMENSIONS].map((name) => [name, { decimals: true }])),
    },
  },
};

/** AWS's own truth, with its own clock, and the weather between it and us. */
export const makeCloud = (now: () => number, dice: Dice) => {
  const state = firstState(WORLD);
  let weather: Weather = 'fine';
  let calls = 0;
  /** What ever went out for one resource, dimension and hour. */
  const bodies = new Map<string, Set<string>>();
  /** Hours of which AWS refused the tags when it certainly had nothing of them. */
  const tagsRefused = new Set<string>();
  const broken: string[] = [];

  const date = (): number => Math.floor(now() / 1000) * 1000;
  const refusal = (name: string, status: number): Answer<never> => ({
    kind: 'refusal',
    name,
    message: 'weather',
    status,
    requestId: `q${calls}`,
    date: date(),
  });

  const keyOf = (request: MeterRequest, resource: string): string => `${resource} ${request.dimension} ${request.hour}`;

  /** The same record without its tags, under another token. */
  const withoutTags = (body: string): string => {
    const { allocations: _tags, clientToken: _token, ...rest } = JSON.parse(body);
    return JSON.stringify(rest);
  };

  /**
   * One body for each resource, dimension and hour, for ever; but where AWS refused the tags of the first one, a second
   * without them.
   */
  const look = (request: MeterRequest, resource: string, launchedAt: number, body: string): void => {
    const key = keyOf(request, resource);
    const seen = bodies.get(key) ?? new Set();
    bodies.set(key, seen.add(body));
    const [first = body, second] = seen;
    const mayFollow =
      tagsRefused.has(key) && second?.includes('"allocations"') === false && withoutTags(first) === withoutTags(second);
    if (seen.size > (mayFollow ? 2 : 1)) broken.push(`two bodies for ${key}: ${[...seen].join(' and ')}`);
    if (request.hour < hourOf(launchedAt)) broken.push(`${key} lies before the first hour of its resource`);
    if (request.timestamp > now() + 1000) broken.push(`a time in the future was sent for ${key}`);
  };

  const portFor = (resource: string, launchedAt: number): Marketplace => {
    const caller = callerOf(resource, launchedAt);
    const store = (request: MeterRequest): Answer<{ readonly recordId: string | undefined }> => {
      const body = bodyOf(request);
      const { answer, changes } = decide(
        WORLD,
        state,
        { operation: 'MeterUsage', region: REGION, caller, body },
        now(),
      );
      for (const change of changes) apply(state, change);
      if (answer.ok)
        return {
          kind: 'ok',
          body: { recordId: String(answer.body['MeteringRecordId']) },
          requestId: `q${calls}`,
          date: date(),
        };
      const { name, message } = answer.error;
      return { kind: 'refusal', name, message, status: STATUS[name], requestId: `q${calls}`, date: date() };
    };

    const holds = ({ dimension, hour }: MeterRequest): boolean =>
      [...state.records.values()].some(
        (record) => record.resource === resource && record.dimension === dimension && record.hour === hour,
      );

    const answerIn = (current: Weather, request: MeterRequest): Answer<{ readonly recordId: string | undefined }> => {
      switch (current) {
        case 'fine':
          return store(request);
        case 'unsent':
          return { kind: 'trouble', message: 'refused', sent: false };
        case 'lostBefore':
          return { kind: 'trouble', message: 'cut', sent: true };
        case 'lostAfter':
          store(request);
          return { kind: 'trouble', message: 'cut', sent: true };
        case 'throttle':
          return refusal('ThrottlingException', 400);
        case 'error500':
          return refusal('InternalServiceErrorException', 500);
        case 'error500Stored':
          store(request);
          return refusal('InternalServiceErrorException', 500);
        case 'foreign':
          return { kind: 'foreign', message: 'html', status: 502 };
        case 'foreignStored':
          store(request);
          return { kind: 'foreign', message: 'html', status: 200 };
        case 'denied':
          return refusal('AccessDeniedException', 403);
        case 'notEntitled':
          return refusal('CustomerNotEntitledException', 400);
        case 'wrongDimension':
          return request.dimension === DIMENSIONS[0] ? refusal('InvalidUsageDimensionException', 400) : store(request);
        case 'expired':
          return refusal('ExpiredTokenException', 403);
        case 'noId':
          store(request);
          return { kind: 'ok', body: { recordId: undefined }, requestId: `q${calls}`, date: date() };
        case 'noIdLost':
          return { kind: 'ok', body: { recordId: undefined }, requestId: `q${calls}`, date: date() };
        case 'duplicate':
          // Somebody else was first, but not where ours lies already: the same bytes would be a success there.
          return holds(request) ? store(request) : refusal('DuplicateRequestException', 400);
        case 'invalidTag':
          if (request.allocations === undefined) return store(request);
          if (!holds(request)) tagsRefused.add(keyOf(request, resource));
          return refusal('InvalidTagException', 400);
        case 'mixed':
          return answerIn(
            dice.chance(0.3) ? 'fine' : dice.pick(WEATHERS.filter((other) => other !== 'mixed')),
            request,
          );
        default:
          return current satisfies never;
      }
    };

    return {
      meter: async (request) => {
        calls += 1;
        look(request, resource, launchedAt, JSON.stringify(request));
        return answerIn(weather, request);
      },
      register: async () => ({ kind: 'trouble', message: 'not asked here', sent: false }),
      dryRun: async () => ({ kind: 'trouble', message: 'not asked here', sent: false }),
      date: async () => (weather === 'unsent' ? undefined : date()),
      renewCredentials: () => undefined,
    };
  };

  return {
    portFor,
    state,
    broken,
    setWeather: (next: Weather): void => {
      weather = next;
    },
    calls: () => calls,
  };
};

export type Cloud = ReturnType<typeof makeCloud>;
