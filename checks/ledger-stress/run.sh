#!/bin/sh
# The built program's ledger on disks that fail for real: full, with syncs that fail, read-only, torn off in the middle,
# with its file deleted underneath, read slowly while it is written. The program is killed in each. One line a check, a sum
# at the end, and an exit code other than 0 when a unit is lost or billed twice, or anything cannot be tried.
#
#   run.sh [WORDS]    only the checks whose name has all the words
. "$(dirname "$0")/../prepare.sh"

[ "$(id -u)" = 0 ] || fail "root is needed to mount file systems"
for tool in unshare setpriv mount mkfs.ext4; do
  command -v "$tool" >/dev/null || fail "$tool is missing (Debian packages util-linux, mount, e2fsprogs)"
done
unshare -m true || fail "this machine lets nobody make a mount namespace"
command -v fiu-run >/dev/null ||
  "$root/checks/tools/packages.sh" fiu-utils libfiu-dev ||
  fail "fiu-run is missing and apt could not install it (Debian packages fiu-utils, libfiu-dev)"
bundle
chmod -R a+rX "$dist"

# What is mounted is seen in here alone, and goes with it.
TOLLGATE_DIST=$dist unshare -m "$node" "$here/check.ts" "$@"
