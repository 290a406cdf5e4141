#!/bin/sh
# What only root can make: a PID namespace with the wrapper as its process 1, network namespaces with one address
# family, with AWS's link-local addresses and with a pod's own, and a user that nobody has heard of. One line a check, a
# sum at the end, and an exit code other than 0 when anything fails or cannot be tried.
. "$(dirname "$0")/../prepare.sh"

[ "$(id -u)" = 0 ] || fail "root is needed to make namespaces"
for tool in unshare setpriv ip; do command -v "$tool" >/dev/null || fail "$tool is missing (Debian packages util-linux, iproute2)"; done
unshare -n true || fail "this machine lets nobody make a network namespace"
unshare -fp --mount-proc true || fail "this machine lets nobody make a PID namespace"
bundle
# Another user runs it, too.
chmod -R a+rX "$dist"

TOLLGATE_DIST=$dist "$node" "$here/check.ts" "$@"
