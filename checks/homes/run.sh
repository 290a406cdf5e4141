#!/bin/sh
# What is shipped for ECS, EKS and EC2 (deploy/). First it is judged by those who will read it: AWS's API model,
# CloudFormation's schemas, eksctl's schema, a parser of Terraform's language. Then the task definitions are run: real
# images in a Docker engine of this check's own, each task in a network namespace with the ECS agent's endpoints at their
# link-local address, started, watched and stopped as ECS does by nothing but the definition. One line a check, a sum at
# the end, and an exit code other than 0 when anything fails or cannot be tried.
#
#   run.sh [WORDS]   only the tasks whose name has all the words
. "$(dirname "$0")/../prepare.sh"
. "$root/checks/tools/docker.sh"
. "$root/checks/tools/image.sh"

cache=${TOLLGATE_CHECK_CACHE:-$root/.cache/homes}
scratch=$(mktemp -d)
judge=
trap '[ -z "$judge" ] || kill "$judge" 2>/dev/null || :; stop_docker; rm -rf "$scratch"' EXIT

judged() {
  mkdir -p "$cache"
  need go golang
  [ -x "$cache/venv/bin/python" ] || python3 -m venv "$cache/venv" || fail "python3 -m venv"
  "$cache/venv/bin/python" -m pip install --no-compile --quiet --disable-pip-version-check --requirement "$here/requirements.txt" ||
    fail "pip install -r requirements.txt"
  # Only its source is wanted, for the schema in it.
  eksctl=$(cd "$cache" && go mod download -json github.com/weaveworks/eksctl@v0.215.0 |
    sed -nE 's/^.*"Dir": "(.*)",?$/\1/p')
  [ -n "$eksctl" ] || fail "go mod download github.com/weaveworks/eksctl"
  "$cache/venv/bin/python" "$here/validate.py" "$eksctl/pkg/apis/eksctl.io/v1alpha5/assets/schema.json"
}

need nsenter util-linux
need python3 python3 python3-venv
judged >"$scratch/judged" 2>&1 &
judge=$!

start_docker "$scratch/engine"
tollgate_image tollgate:homes
cp -r "$here/ecs/images" "$scratch/images"
"$node" "$here/ecs/key.ts" "$scratch/images/key-1.pem"
for stage in tollgate-usage tollgate-hourly acme acme-metered acme-hourly; do
  docker_ build --quiet --target "$stage" --build-arg TOLLGATE=tollgate:homes --tag "homes-$stage" "$scratch/images" >"$scratch/log" 2>&1 ||
    fail "the image $stage does not build: $(cat "$scratch/log")"
done
docker_ tag homes-tollgate-usage homes-tollgate

code=0
DOCKER_HOST=unix://$docker_socket "$node" "$here/ecs/check.ts" "$@" >"$scratch/run" || code=1
wait "$judge" || code=1
judge=
cat "$scratch/judged" "$scratch/run"
awk '/^[0-9]+ passed, [0-9]+ failed$/ { passed += $1; failed += $3 } END { print passed " passed, " failed " failed" }' \
  "$scratch/judged" "$scratch/run"
exit "$code"
