#!/bin/sh
# Three hundred lives of the built program, each ended by SIGKILL at a random moment under load: while it starts, takes its
# ledger over, counts, freezes, sends, is answered or flushes. One line a check, a sum at the end, and an exit code other
# than 0 when a unit is lost or billed twice. A failure names its seed: TOLLGATE_SEED=n run.sh plays it again (the weather
# and the plan are the seed's; the moments are the machine's).
#
#   run.sh [KILLS]
. "$(dirname "$0")/../prepare.sh"

bundle

TOLLGATE_DIST=$dist "$node" "$here/check.ts" "$@"
