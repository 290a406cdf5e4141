import type { CallList } from '../calls.ts';
import type { FaultBook } from '../faults/book.ts';
import type { House } from '../house.ts';
import type { Resource } from '../rules/caller.ts';

/** What the admin routes may reach. */
export type Desk = {
  readonly house: House;
  readonly faults: FaultBook;
  readonly calls: CallList;
  readonly url: () => string;
  readonly imdsUrl: (instance: Resource) => Promise<string>;
  readonly newKey: () => string;
  readonly reset: () => void;
};

/** What a route gets: the path's free part, the query, and the body. */
export type Ask = {
  readonly name: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
};

/** A route's answer: the value becomes the JSON object, `schema` is added. */
export type Route = (desk: Desk, ask: Ask) => object | Promise<object>;
