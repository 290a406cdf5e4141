#!/bin/sh
# What only root can make: a PID namespace with the documented ENTRYPOINT in it, network namespaces with one address
# family, with AWS's link-local addresses and with a pod's own, and a user that nobody has heard of. One line a check, a
# sum at the end, and an exit code other than 0 when anything fails or cannot be tried.
. "$(dirname "$0")/../prepare.sh"

[ "$(id -u)" = 0 ] || fail "root is needed to make namespaces"
for tool in unshare setpriv ip; do command -v "$tool" >/dev/null || fail "$tool is missing (Debian packages util-linux, iproute2)"; done
unshare -n true || fail "this machine lets nobody make a network namespace"
unshare -fp --mount-proc true || fail "this machine lets nobody make a PID namespace"
command -v tini >/dev/null ||
  (apt-get update && apt-get install -y --no-install-recommends tini) >/dev/null 2>&1 ||
  fail "tini is missing and apt could not install it (Debian package tini)"
bundle
# Another user runs it, too.
chmod -R a+rX "$dist"

TOLLGATE_DIST=$dist "$node" "$here/check.ts" "$@"
