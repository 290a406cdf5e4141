type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What the launcher of the image (scripts/opt/launcher.c) puts in front of the names of variables that would reach into
 * our own Node: LD_AUDIT, LD_LIBRARY_PATH, LD_PRELOAD and NODE_OPTIONS.
 */
const ASIDE = 'ASIDE_BY_TOLLGATE_';

/** The container's environment, under the names and in the order that it had before the launcher. */
export const asItWas = (environment: Environment): Environment =>
  Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name.startsWith(ASIDE) ? name.slice(ASIDE.length) : name,
      value,
    ]),
  );

/** The same for a thread of ours: it would take its options from NODE_OPTIONS, which are the product's. */
export const forThread = ({ NODE_OPTIONS: _, ...environment }: Environment): Environment => environment;
