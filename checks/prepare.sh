# shellcheck shell=sh
# For every check here: how it fails, and where things are. Read by `. "$(dirname "$0")/../prepare.sh"`.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
node=$root/node_modules/.bin/node

fail() {
  echo "not ok - $1"
  echo "0 passed, 1 failed"
  exit 1
}

[ -x "$node" ] || fail "npm ci first: $node is missing"

# Bundles the programs into a folder of this run's own, which goes with it.
bundle() {
  dist=$(mktemp -d)
  trap 'rm -rf "$dist"' EXIT
  (cd "$root" && "$node" -e "import('./scripts/bundle.ts').then(({ build }) => build(process.argv[1]))" "$dist") ||
    fail "the program does not build"
}

# Finds Debian's faketime, and installs it where it is not; leaves its library's path in $library.
faketime() {
  library=$(ls /usr/lib/*/faketime/libfaketime.so.1 2>/dev/null | head -n 1)
  [ -n "$library" ] && return
  "$root/checks/tools/packages.sh" faketime ||
    fail "faketime is missing and apt could not install it (Debian package faketime)"
  library=$(ls /usr/lib/*/faketime/libfaketime.so.1 2>/dev/null | head -n 1)
  [ -n "$library" ] || fail "faketime was installed without its library"
}
