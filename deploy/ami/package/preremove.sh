#!/bin/sh
# deb: "remove" or "upgrade". rpm: 0 at the removal, 1 at an upgrade.
set -e
case "$1" in
  remove | 0)
    # Sends what is left, within TimeoutStopSec.
    [ ! -d /run/systemd/system ] || systemctl stop tollgate.service
    ;;
esac
