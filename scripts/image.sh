#!/bin/sh
# image.sh TAG [OPTIONS of docker build]: builds the image with labels that say which commit it is of. DOCKER names another
# client. For a registry that takes no attestations, and for both processors:
#
#   DOCKER='docker buildx' scripts/image.sh REGISTRY/tollgate:0.1.0 \
#     --platform linux/amd64,linux/arm64 --provenance=false --sbom=false --push
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
tag=${1:?usage: image.sh TAG [OPTIONS of docker build]}
shift

# Without a commit at hand the labels stay empty.
of_commit() { git -C "$root" "$@" 2>/dev/null || :; }

# shellcheck disable=SC2086
exec ${DOCKER:-docker} build \
  --build-arg VERSION="$(sed -nE 's/^  "version": "(.*)",$/\1/p' "$root/package.json")" \
  --build-arg REVISION="$(of_commit rev-parse HEAD)" \
  --build-arg CREATED="$(of_commit show -s --format=%cI HEAD)" \
  --tag "$tag" "$@" "$root"
