import { readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** As `stat` numbers a device (Linux, makedev(3)). */
const numberOf = (folder: string): string => {
  const { dev } = statSync(folder, { bigint: true });
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
  const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn);
  return `${major}:${minor}`;
};

/** Where Linux keeps the serial number of a disk (NVMe, virtio, SCSI), seen from the disk and from a partition of it. */
const SERIALS = ['device/serial', '../device/serial', 'serial', '../serial'];

/**
 * The serial number of the disk under a folder; an EBS volume says its volume id (EC2 user guide, "Map NVMe disks to
 * volumes"). A volume that moves with its pod keeps it, a volume made of a snapshot or an image has another one. Undefined where
 * there is no such disk (overlay, tmpfs, device mapper) or none that says it.
 */
export const diskUnder = (folder: string, sys = '/sys'): string | undefined => {
  try {
    const device = realpathSync(join(sys, 'dev/block', numberOf(folder)));
    for (const place of SERIALS) {
      try {
        const serial = readFileSync(join(device, place), 'utf8').trim();
        if (serial !== '') return serial;
      } catch {
        // Another kind of disk keeps it elsewhere.
      }
    }
  } catch {
    // Not on a block device.
  }
  return undefined;
};
