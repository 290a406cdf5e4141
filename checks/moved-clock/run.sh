#!/bin/sh
# Hours, outages and months in minutes: the built program against a scripted AWS, both on one clock that Debian's
# faketime moves. One line a check, a sum at the end, and an exit code other than 0 when anything fails or cannot be tried.
. "$(dirname "$0")/../prepare.sh"

faketime
bundle

FAKETIME_LIBRARY=$library TOLLGATE_DIST=$dist "$node" "$here/check.ts" "$@"
