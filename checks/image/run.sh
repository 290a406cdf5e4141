#!/bin/sh
# The image, built from the Dockerfile and run by a Docker engine: confined as careful clusters do it, killed, under
# other users, beside an application, and baked into images with Debian's C library, with musl and with nothing. Root on
# Debian 12; installs what it needs. One line a check, a sum at the end, and an exit code other than 0 when anything
# fails or cannot be tried.
#
#   run.sh [WORDS]   only the checks whose name has all the words
. "$(dirname "$0")/../prepare.sh"
. "$root/checks/tools/docker.sh"
. "$root/checks/tools/image.sh"

work=$(mktemp -d)
bundle
judge=
trap '[ -z "$judge" ] || kill "$judge" 2>/dev/null || :; stop_docker; rm -rf "$dist" "$work"' EXIT

# All at once on a new machine: apt takes its time with each call.
need dockerd docker.io iptables binutils gcc libc6-dev patchelf tini busybox-static musl-tools python3-venv
python3 -c 'import ensurepip' 2>/dev/null || need ensurepip python3-venv

# What judges the Dockerfiles and the bill of materials.
{ python3 -m venv "$work/venv" && "$work/venv/bin/pip" install --no-compile --quiet --requirement "$here/requirements.txt"; } \
  >"$work/pip" 2>&1 &
judge=$!

start_docker "$work/docker"
tollgate_image tollgate:local
base_debian app-debian:local
base_musl app-musl:local
base_empty app-empty:local
wait "$judge" || fail "pip install: $(cat "$work/pip")"
judge=

export_docker
TOLLGATE_DIST=$dist TOLLGATE_DOCKER=$docker_client TOLLGATE_VENV=$work/venv "$node" "$here/check.ts" "$@"
