#!/bin/sh
# The real AWS CLI and boto3 (the newest on PyPI) against the built emulator, and its RegisterUsage token against PyJWT.
# One line a check, a sum at the end, and an exit code other than 0 when anything fails or cannot be tried.
. "$(dirname "$0")/../prepare.sh"

cache=${TOLLGATE_CHECK_CACHE:-$root/.cache/aws-clients}

command -v python3 >/dev/null || fail "python3 is needed"
[ -f "$root/dist/emulator.mjs" ] || (cd "$root" && npm run --silent build >/dev/null) || fail "the emulator does not build"

mkdir -p "$cache"
[ -x "$cache/venv/bin/python" ] || python3 -m venv "$cache/venv" || fail "python3 -m venv"
# "newest" is asked for at every run; what is already there is not fetched again.
"$cache/venv/bin/python" -m pip install --no-compile --quiet --disable-pip-version-check --upgrade awscli boto3 'pyjwt[crypto]' ||
  fail "pip install awscli boto3 pyjwt"

exec "$cache/venv/bin/python" "$here/check.py" "$node" "$root/dist/emulator.mjs"
