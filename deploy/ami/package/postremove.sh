#!/bin/sh
# deb: "remove", "purge", "upgrade". rpm: 0 at the removal, 1 at an upgrade.
# The ledger stays when the package goes: it may hold usage that AWS has not taken yet. Only a purge takes it.
set -e
if [ "$1" = purge ]; then rm -rf /var/lib/private/tollgate /var/lib/tollgate; fi
case "$1" in
  purge | 0) rm -f /etc/systemd/system/multi-user.target.wants/tollgate.service ;;
esac
if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
