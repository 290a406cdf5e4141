/** A value read from its text, or what is wrong with the text and how to write it. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string; readonly fix: string };

export const good = <T>(value: T): Reading<T> => ({ ok: true, value });
export const bad = (message: string, fix: string): Reading<never> => ({ ok: false, message, fix });
