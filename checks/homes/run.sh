#!/bin/sh
# What is shipped for ECS, EKS and EC2 (deploy/), judged by those who will read it: AWS's API model, CloudFormation's
# schemas, eksctl's schema, a parser of Terraform's language. One line a check, a sum at the end, and an exit code other
# than 0 when anything fails or cannot be tried.
. "$(dirname "$0")/../prepare.sh"

cache=${TOLLGATE_CHECK_CACHE:-$root/.cache/homes}

command -v python3 >/dev/null || fail "python3 is needed"
command -v go >/dev/null || fail "go is needed"
mkdir -p "$cache"
[ -x "$cache/venv/bin/python" ] || python3 -m venv "$cache/venv" || fail "python3 -m venv"
"$cache/venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$here/requirements.txt" ||
  fail "pip install botocore cfn-lint python-hcl2 jsonschema"
# Only its source is wanted, for the schema in it.
eksctl=$(cd "$cache" && GOFLAGS=-mod=mod go mod download -json github.com/weaveworks/eksctl@v0.215.0 |
  sed -nE 's/^.*"Dir": "(.*)",?$/\1/p')
[ -n "$eksctl" ] || fail "go mod download github.com/weaveworks/eksctl"

"$cache/venv/bin/python" "$here/validate.py" "$eksctl/pkg/apis/eksctl.io/v1alpha5/assets/schema.json"
