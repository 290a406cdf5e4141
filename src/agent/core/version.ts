/** The version of this program, as package.json states it. */
export const VERSION = '0.1.0';

/** The least Node that this program works on, as package.json states it: `node:sqlite` without a flag, and its WAL. */
export const LEAST_NODE = '24.15';

/** Whether a version of Node (`24.21.0`) is new enough. */
export const isNewEnough = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = LEAST_NODE.split('.').map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
};
