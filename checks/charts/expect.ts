/** Throws what is there, with what it is about. */
export const expectNone = (found: readonly string[], about = ''): void => {
  if (found.length > 0) throw new Error(`${about}${about === '' ? '' : ':\n'}${found.join('\n')}`);
};

export const expectEqual = (seen: unknown, wanted: unknown, about: string): void => {
  const [one, other] = [JSON.stringify(seen), JSON.stringify(wanted)];
  if (one !== other) throw new Error(`${about}: ${one} instead of ${other}`);
};

export const expectThat = (holds: boolean, about: string): void => {
  if (!holds) throw new Error(about);
};
