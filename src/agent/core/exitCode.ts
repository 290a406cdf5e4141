/** What the process's end tells whoever started it (docs/reference.md, Exit codes). */
export const EXIT = {
  done: 0,
  unexpected: 1,
  /** Wrong usage of the command line. */
  usage: 64,
  /** AWS could not be reached within the gate's patience; a restart helps. */
  unreachable: 69,
  /** The ledger cannot be opened, or another meterer holds this resource. */
  ledger: 73,
  /** `run` stopped with usage still in the ledger; a restart helps. */
  unsent: 75,
  /** Platform, source of credentials or Region not supported. */
  platform: 76,
  /** Not entitled, or the signed answer is false. */
  refused: 77,
  /** Configuration, or access denied after the gate's patience. */
  configuration: 78,
} as const;
