import { closeSync, constants, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';

/** Where Kubernetes looks for a container's last words, unless the pod says otherwise. */
const FILE = '/dev/termination-log';

/** Kubernetes reads no more (Kubernetes documentation, "Determine the Reason for Pod Failure"). */
const MOST_BYTES = 4096;

/** The longest beginning of the text that fits, without half a character at its end. */
const cut = (text: string): Buffer => {
  const bytes = Buffer.from(text);
  if (bytes.length <= MOST_BYTES) return bytes;
  let end = MOST_BYTES;
  while (end > 0 && ((bytes[end] ?? 0) & 0b1100_0000) === 0b1000_0000) end -= 1;
  return bytes.subarray(0, end);
};

/**
 * Leaves a text where Kubernetes shows it beside the container's exit code. Without such a file, or without the right to
 * write it, nothing happens: the same text is in the log. Never throws, never makes the file.
 */
export const writeTerminationMessage = (text: string, file: string = FILE): void => {
  try {
    const descriptor = openSync(file, constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      if (!fstatSync(descriptor).isFile()) return;
      ftruncateSync(descriptor);
      writeSync(descriptor, cut(text));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // No pod, or a file that is not ours: nothing to say and nobody to say it to.
  }
};
