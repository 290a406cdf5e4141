#!/bin/sh
# Hours, outages and months in minutes: the built program against a scripted AWS, both on one clock that Debian's
# faketime moves. One line a check, a sum at the end, and an exit code other than 0 when anything fails or cannot be tried.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
node=$root/node_modules/.bin/node
library=$(ls /usr/lib/*/faketime/libfaketime.so.1 2>/dev/null | head -n 1)

fail() {
  echo "not ok - $1"
  echo "0 passed, 1 failed"
  exit 1
}

if [ -z "$library" ]; then
  (apt-get update && apt-get install -y --no-install-recommends faketime) >/dev/null 2>&1 ||
    fail "faketime is missing and apt could not install it (Debian package faketime)"
  library=$(ls /usr/lib/*/faketime/libfaketime.so.1 2>/dev/null | head -n 1)
  [ -n "$library" ] || fail "faketime was installed without its library"
fi
[ -x "$node" ] || fail "npm ci first: $node is missing"
dist=$(mktemp -d)
trap 'rm -rf "$dist"' EXIT
(cd "$root" && "$node" -e "import('./scripts/bundle.ts').then(({ build }) => build(process.argv[1]))" "$dist") || fail "the program does not build"

FAKETIME_LIBRARY=$library TOLLGATE_DIST=$dist "$node" "$here/check.ts" "$@"
