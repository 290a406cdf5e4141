/** How often a process looks whether its parent still lives, in ms. */
const LOOK = 200;

/**
 * Ends this process when its parent is gone. In a container everything dies with process 1; on a laptop whatever is
 * killed without warning would leave its children behind.
 */
export const endWithParent = (): void => {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, LOOK).unref();
};
