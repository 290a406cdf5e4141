#!/bin/sh
# The charts and the example products: linted, rendered and packaged by Helm 3 and 4, each value changed, compared with kept
# output (golden/, renewed by `run.sh --renew`), checked strictly against the schemas of two Kubernetes versions, and their
# configurations by `tollgate config check`. One line a check, a sum at the end, and an exit code other than 0 when anything
# fails or cannot be tried.
. "$(dirname "$0")/../prepare.sh"

cache=${XDG_CACHE_HOME:-$HOME/.cache}/tollgate/charts

helm=$(sh "$here/../tools/helm.sh") || fail "Helm cannot be had"
command -v python3 >/dev/null || fail "python3 is needed"
mkdir -p "$cache"
[ -x "$cache/venv/bin/python" ] || python3 -m venv "$cache/venv" || fail "python3 -m venv (Debian package python3-venv)"
"$cache/venv/bin/python" -c 'import kubernetes_validate' 2>/dev/null ||
  "$cache/venv/bin/python" -m pip install --no-compile --quiet --disable-pip-version-check kubernetes-validate==1.37.0 ||
  fail "pip install kubernetes-validate"
bundle

HELM=$helm PYTHON=$cache/venv/bin/python TOLLGATE_DIST=$dist "$node" "$here/check.ts" "$@"
