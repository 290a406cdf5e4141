#!/bin/sh
# Hours, outages and months in minutes: the built program against a scripted AWS, both on one clock that Debian's
# faketime moves. One line a check, a sum at the end, and an exit code other than 0 when anything fails or cannot be tried.
. "$(dirname "$0")/../prepare.sh"

library=$(ls /usr/lib/*/faketime/libfaketime.so.1 2>/dev/null | head -n 1)

if [ -z "$library" ]; then
  (apt-get update && apt-get install -y --no-install-recommends faketime) >/dev/null 2>&1 ||
    fail "faketime is missing and apt could not install it (Debian package faketime)"
  library=$(ls /usr/lib/*/faketime/libfaketime.so.1 2>/dev/null | head -n 1)
  [ -n "$library" ] || fail "faketime was installed without its library"
fi
bundle

FAKETIME_LIBRARY=$library TOLLGATE_DIST=$dist "$node" "$here/check.ts" "$@"
