#!/bin/sh
# Two real agents and a real Kubernetes API server, on a clock that Debian's faketime moves: the leader is killed, stopped
# within a send, and cut off. One line a check, a sum at the end, and an exit code other than 0 when anything fails or
# cannot be tried. Needs root, Go, and the registries.
. "$(dirname "$0")/../prepare.sh"

tool=$root/checks/tools/kubernetes.sh
faketime
"$tool" build 1.36 >/dev/null || fail "the API server does not build"
bundle

FAKETIME_LIBRARY=$library TOLLGATE_DIST=$dist "$tool" inside "$node" "$here/check.ts" "$@"
