import * as quantity from '../../agent/core/usage/quantity.ts';

/** What `tollgate-emulator bill --json` prints, as far as it is read here. */
export type Bill = {
  readonly usage: readonly {
    readonly product: string;
    readonly dimension: string;
    readonly hours: readonly { readonly hour: string; readonly resource: string; readonly quantity: string }[];
  }[];
};

/** The units of one dimension that would be invoiced, for the resources that `isMeant` says. */
export const billed = ({ usage }: Bill, dimension: string, isMeant: (resource: string) => boolean): quantity.Quantity =>
  quantity.sum(
    usage
      .filter((line) => line.dimension === dimension)
      .flatMap(({ hours }) => hours)
      .filter(({ resource }) => isMeant(resource))
      .map((hour) => quantity.read(hour.quantity)),
  );

/** Every dimension on the bill, also those that nobody here sells. */
export const dimensionsOn = ({ usage }: Bill): readonly string[] => [
  ...new Set(usage.map(({ dimension }) => dimension)),
];
