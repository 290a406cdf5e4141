#!/bin/sh
# Three hundred lives of the built program, each ended by SIGKILL at a random moment under load: while it starts, takes its
# ledger over, counts, freezes, sends, is answered or flushes. One line a check, a sum at the end, and an exit code other
# than 0 when a unit is lost or billed twice. A failure names its seed: TOLLGATE_SEED=n run.sh plays it again (the weather
# and the plan are the seed's; the moments are the machine's).
#
#   run.sh [KILLS]
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
node=$root/node_modules/.bin/node

fail() {
  echo "not ok - $1"
  echo "0 passed, 1 failed"
  exit 1
}

[ -x "$node" ] || fail "npm ci first: $node is missing"
dist=$(mktemp -d)
trap 'rm -rf "$dist"' EXIT
(cd "$root" && "$node" -e "import('./scripts/bundle.ts').then(({ build }) => build(process.argv[1]))" "$dist") || fail "the program does not build"

TOLLGATE_DIST=$dist "$node" "$here/check.ts" "$@"
