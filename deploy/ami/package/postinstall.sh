#!/bin/sh
# deb: "configure" and the version before, if any. rpm: 1 at the first install, 2 at an upgrade.
set -e
command -v systemctl >/dev/null || exit 0
[ ! -d /run/systemd/system ] || systemctl daemon-reload
case "$1:$2" in
  configure: | 1:*)
    # From the next boot on. Not now: where an image is built there is nothing to meter, and often no configuration yet.
    systemctl enable tollgate.service
    ;;
  *)
    [ ! -d /run/systemd/system ] || systemctl try-restart tollgate.service
    ;;
esac
