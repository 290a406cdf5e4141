import { type Incoming, json, type Reply } from '../wire/http.ts';
import { AdminError } from './ask.ts';
import { clockRoutes } from './clockRoutes.ts';
import type { Desk, Route } from './desk.ts';
import { faultRoutes } from './faultRoutes.ts';
import { listRoutes } from './listRoutes.ts';
import { resourceRoutes } from './resourceRoutes.ts';
import { worldRoutes } from './worldRoutes.ts';

export type Admin = (incoming: Incoming) => Promise<Reply>;

const ROUTES: Readonly<Record<string, Route>> = {
  ...listRoutes,
  ...faultRoutes,
  ...clockRoutes,
  ...resourceRoutes,
  ...worldRoutes,
};

/** A page in a browser must not steer the emulator: only a loopback name in Host is answered. */
const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(host);

/** `/admin/faults/3` is the route `faults/*` with the name `3`; a longer path keeps its last part: `resources/*` + `/stop`. */
const keysOf = ({ method, path }: Incoming): readonly (readonly [string, string])[] => {
  const [first = '', name = '', last] = path.slice('/admin/'.length).split('/');
  const under = last === undefined ? `${first}/*` : `${first}/*/${last}`;
  return [
    [`${method} ${name === '' ? first : under}`, decodeURIComponent(name)],
    [`${method} ${path.slice('/admin/'.length)}`, ''],
  ];
};

const bodyOf = ({ body }: Incoming): unknown => {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new AdminError(400, 'The body is not JSON.');
  }
};

const answer = async (desk: Desk, incoming: Incoming): Promise<Reply> => {
  if (!isLoopback(incoming.headers['host'] ?? ''))
    throw new AdminError(403, 'Admin routes answer on a loopback name only.');
  for (const [key, name] of keysOf(incoming)) {
    const route = Object.hasOwn(ROUTES, key) ? ROUTES[key] : undefined;
    if (route === undefined) continue;
    const value = await route(desk, { name, query: new URLSearchParams(incoming.query), body: bodyOf(incoming) });
    return json(200, { schema: 1, ...value });
  }
  throw new AdminError(404, `There is no admin route ${incoming.method} ${incoming.path}.`);
};

/** The admin side: JSON in and out, on its own path, never on the list of calls. */
export const makeAdmin =
  (desk: Desk): Admin =>
  async (incoming) => {
    try {
      return await answer(desk, incoming);
    } catch (error) {
      if (error instanceof AdminError) return json(error.status, { schema: 1, error: error.message });
      throw error;
    }
  };
