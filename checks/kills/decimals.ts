/** A decimal as millionths: exact, and no kin of the program's own numbers. */
export type Millionths = bigint;

const WRITTEN = /^(\d+)(?:\.(\d{1,6}))?$/;

export const millionths = (text: string): Millionths => {
  const [, whole, fraction = ''] = WRITTEN.exec(text) ?? [];
  if (whole === undefined) throw new Error(`${JSON.stringify(text)} is no decimal of at most six places`);
  return BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
};

export const decimal = (value: Millionths): string => {
  const digits = String(value).padStart(7, '0');
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`.replace(/\.?0+$/, '');
};
