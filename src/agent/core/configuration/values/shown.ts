/** A longer value is cut where a person is told of it. */
const LONGEST = 80;

const codeOf = (character: string): string => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;

/** What JSON leaves as it is and nobody can see: space-like, invisible and direction characters. */
const UNSEEN = /[\u007f-\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]/g;

const CONTROL = /\p{Cc}/gu;

/** A text that must stay on its line, such as the name of a setting: what breaks it or cannot be seen is escaped. */
export const onOneLine = (text: string): string =>
  text.replace(CONTROL, (character) => JSON.stringify(character).slice(1, -1)).replace(UNSEEN, codeOf);

/** A value as a message shows it: in quotes, what cannot be seen escaped, and no longer than a line. */
export const shown = (value: string): string => {
  const cut = value.length > LONGEST ? `${value.slice(0, LONGEST)}...` : value;
  return JSON.stringify(cut).replace(UNSEEN, codeOf);
};
