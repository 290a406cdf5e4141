#!/bin/sh
# packages.sh NAME...: installs Debian packages, one check after the other, since the package manager serves one at a time.
set -eu
exec 9>/run/lock/tollgate-packages
flock 9
{
  apt-get -o DPkg::Lock::Timeout=300 update &&
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@"
} >/dev/null 2>&1
