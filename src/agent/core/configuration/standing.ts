/** What a ledger holds that a new configuration could touch. Quantities are decimal texts, so that it travels as JSON. */
export type Standing = {
  /** The product and the mode of the agent that held it last; undefined in a ledger of an old version. */
  readonly product: string | undefined;
  readonly mode: string | undefined;
  /** Bytes of the file in use. */
  readonly bytes: number;
  /** Hours that no record has been made of; `definition` as it is stored. */
  readonly open: readonly {
    readonly dimension: string;
    readonly hour: string;
    readonly definition: string;
    readonly counted: string;
    readonly moved: string;
  }[];
  /** Records that still have to go to AWS. */
  readonly unsettled: readonly {
    readonly dimension: string;
    readonly hour: string;
    readonly product: string;
    readonly quantity: string;
  }[];
  readonly dimensions: readonly {
    readonly name: string;
    /** Raw count left over, and whose usage it is. */
    readonly carry: string;
    readonly product: string | undefined;
    /** Units that wait to be released. */
    readonly held: string;
    /** How its newest hour was metered; undefined when it never had one. */
    readonly definition: string | undefined;
  }[];
};
