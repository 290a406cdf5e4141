#!/bin/sh
# The charts and examples on a real Kubernetes. Every render of them is put before the API servers of two versions; then the
# examples are installed, as they are, on a real node, where they get their tokens from the cluster and their grant from the
# emulator, which checks these tokens with the cluster's keys. One line a check, a sum at the end, and an exit code other
# than 0 when anything fails or cannot be tried.
#
#   run.sh [WORDS]   only what is installed, and of that only the checks whose name has all the words
#
# KUBERNETES_VERSIONS="1.36 1.35" builds the API server of 1.35 as well, in place of 1.36 with the APIs of 1.35.
. "$(dirname "$0")/../prepare.sh"
. "$root/checks/tools/docker.sh"
. "$root/checks/tools/image.sh"

kubernetes=$root/checks/tools/kubernetes.sh
# The second one by what the first one can do, since each takes five minutes of both cores to build.
versions=${KUBERNETES_VERSIONS:-1.36 1.36-as-1.35}
work=$(mktemp -d)
export TMPDIR="$work"
beside=
dist=
end() {
  stop_docker
  [ -z "$beside" ] || wait "$beside" || :
  rm -rf "$dist" "$work"
}
# Definitions of the kinds that only clusters with the Prometheus operator have.
monitoring=github.com/prometheus-operator/prometheus-operator@v0.85.0

[ "$(id -u)" = 0 ] || fail "root is needed to make namespaces"
need go golang-go
HELM=$("$root/checks/tools/helm.sh") || fail "Helm cannot be had"
export HELM

manifests() {
  "$node" "$here/renderAll.ts" "$work/rendered.json" || return
  definitions=$(go mod download -json "$monitoring" | sed -nE 's/^.*"Dir": "(.*)",?$/\1/p')/example/prometheus-operator-crd
  # shellcheck disable=SC2086 # a list of words
  for version in $versions; do
    "$kubernetes" build "${version%-as-*}" >/dev/null &&
      "$kubernetes" inside "$node" "$here/manifests.ts" "$work/$version" "$version" "$work/rendered.json" \
        "$definitions/monitoring.coreos.com_podmonitors.yaml" "$definitions/monitoring.coreos.com_prometheusrules.yaml"
  done
}

trap end EXIT
"$kubernetes" build 1.36 >/dev/null || fail "Kubernetes 1.36 cannot be built"
if [ $# = 0 ]; then
  manifests >"$work/manifests.log" 2>&1 &
  beside=$!
fi

bundle
trap end EXIT
start_docker "$work/docker"
tollgate_image_tar
stop_docker
mkdir -p "$work/images"
"$node" "$here/acmeImages.ts" "$image_tar" "$work/images/acme.tar" || fail "the products' images cannot be made"
TOLLGATE_DIST=$dist "$kubernetes" inside "$node" "$here/node.ts" "$work/node" "$work/images" "$@" >"$work/node.log" 2>&1 || :
[ -z "$beside" ] || wait "$beside" || :
beside=

cat "$work"/*.log
awk -v least="$([ $# = 0 ] && echo $(($(echo "$versions" | wc -w) + 1)) || echo 1)" '
  /^[0-9]+ passed, [0-9]+ failed$/ { parts++; passed += $1; failed += $3 }
  END { if (parts < least) failed++; printf "%d passed, %d failed\n", passed, failed; exit failed > 0 }' "$work"/*.log
