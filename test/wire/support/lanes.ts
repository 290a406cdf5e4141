/** Does a task for each item, so many at a time. A failure is its own promise's alone. */
export const inLanes = <Item, Result>(
  items: readonly Item[],
  lanes: number,
  task: (item: Item) => Promise<Result>,
): readonly Promise<Result>[] => {
  const all = items.map((item) => ({ item, ...Promise.withResolvers<Result>() }));
  const queue = [...all];
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      // Whoever waits for it is told; nobody may be waiting yet.
      next.promise.catch(() => {});
      await task(next.item).then(next.resolve, next.reject);
    }
  };
  void Promise.all(Array.from({ length: lanes }, lane));
  return all.map(({ promise }) => promise);
};
