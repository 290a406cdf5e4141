# shellcheck shell=sh disable=SC2154
# The product's image on bases that this machine makes, since nothing can be pulled. Read after checks/prepare.sh and
# checks/tools/docker.sh, with an engine started.
#
#   tollgate_image TAG    builds the Dockerfile as it stands on local bases and tags it in the engine. What one check has
#                         built is kept in .cache/ and taken by the next one, as long as nothing it is made of changes.
#   tollgate_image_tar    sets $image_tar to a file with the same image, as of `docker save` (for `ctr images import`);
#                         its name in there is tollgate:local.
#                         Both need the npm registry when they build, and take $node and $root of checks/prepare.sh.
#   base_empty TAG        a base with nothing in it.
#   base_debian TAG       a base with Debian's C library, shell and tools.
#   base_musl TAG         a base with musl as its C library: busybox (static), /bin/musl-hello, which only starts there, and
#                         /lib/libmusl-only.so, which programs for another C library cannot load.

# What a root with Debian's own programs has, and how they get there with the libraries they load.
debian_root() {
  base_root=$1
  shift
  mkdir -p "$base_root/usr/bin" "$base_root/usr/sbin" "$base_root/usr/lib" "$base_root/usr/lib64" "$base_root/etc" "$base_root/tmp"
  chmod 1777 "$base_root/tmp"
  for name in bin sbin lib lib64; do ln -s "usr/$name" "$base_root/$name"; done
  cp /etc/os-release "$base_root/etc/os-release"
  printf 'root:x:0:0:root:/:/bin/sh\n' >"$base_root/etc/passwd"
  cp -L --parents "$@" "$base_root"
  # A static program has no libraries, and ldd says so by failing.
  for program in "$@"; do ldd "$program" 2>/dev/null || :; done |
    grep -oE '/[^ ]+\.so[^ ]*' | sort -u |
    # The link that programs name, and the file that a package owns.
    while read -r library; do
      echo "$library"
      readlink -f "$library"
    done | sed -E 's#^/lib#/usr/lib#' | sort -u | xargs cp -d --parents -t "$base_root"
}

import_base() {
  base_root=$1
  base_tag=$2
  shift 2
  tar -C "$base_root" -c . | docker_ import "$@" - "$base_tag" >/dev/null || fail "the base $base_tag cannot be imported"
}

base_empty() {
  base_root=$(mktemp -d)
  import_base "$base_root" "$1"
  rm -rf "$base_root"
}

DEBIAN_TOOLS='/bin/sh /bin/cat /bin/chmod /bin/chown /bin/date /bin/echo /usr/bin/env /bin/grep /usr/bin/id
  /usr/bin/install /bin/ls /bin/mkdir /bin/mktemp /bin/mv /bin/rm /usr/bin/seq /bin/sleep /usr/bin/tail /usr/bin/touch
  /bin/true /bin/uname /usr/bin/wc'

base_debian() {
  base_root=$(mktemp -d)
  # shellcheck disable=SC2086
  debian_root "$base_root" $DEBIAN_TOOLS
  import_base "$base_root" "$1" -c 'ENV PATH=/usr/bin:/bin'
  rm -rf "$base_root"
}

base_musl() {
  need musl-gcc musl-tools
  need busybox busybox-static
  if ldd "$(command -v busybox)" >/dev/null 2>&1; then fail "busybox is not static (Debian package busybox-static)"; fi
  base_root=$(mktemp -d)
  mkdir -p "$base_root/bin" "$base_root/lib" "$base_root/tmp"
  chmod 1777 "$base_root/tmp"
  cp -L "$(command -v busybox)" "$base_root/bin/busybox"
  chroot "$base_root" /bin/busybox --install -s /bin
  cp -L /lib/ld-musl-*.so.1 "$base_root/lib"
  printf '#include <stdio.h>\nint main(void) { return puts("hello from musl") < 0; }\n' >"$base_root/hello.c"
  musl-gcc -o "$base_root/bin/musl-hello" "$base_root/hello.c" || fail "musl-gcc does not compile"
  echo 'void nothing(void) {}' >"$base_root/hello.c"
  musl-gcc -shared -fPIC -o "$base_root/lib/libmusl-only.so" "$base_root/hello.c"
  rm "$base_root/hello.c"
  import_base "$base_root" "$1" -c 'ENV PATH=/bin'
  rm -rf "$base_root"
}

# A C compiler for static programs, without what else comes with one.
compiler() {
  compiler_root=$1
  # shellcheck disable=SC2046
  cp -d --parents $(dpkg -L libc6-dev linux-libc-dev | grep -E '^/usr/(include|lib)/') "$compiler_root" 2>/dev/null || :
  for part in cc1 collect2 lto-wrapper; do cp -L --parents "$(gcc -print-prog-name=$part)" "$compiler_root"; done
  for part in libgcc.a libgcc_eh.a crtbeginT.o crtend.o include liblto_plugin.so; do
    cp -r --parents "$(gcc -print-file-name=$part)" "$compiler_root"
  done
}

# Node, npm, and what makes the folder; as node:24-bookworm-slim is, of which it stands in the place.
base_build() {
  need cc gcc libc6-dev
  need patchelf patchelf
  need strip binutils
  need tini-static tini
  base_root=$(mktemp -d)
  # shellcheck disable=SC2086
  debian_root "$base_root" $DEBIAN_TOOLS /usr/bin/dpkg-query /usr/bin/patchelf /usr/bin/tini-static /usr/bin/cc \
    /usr/bin/as /usr/bin/ld /usr/bin/strip "$(gcc -print-prog-name=cc1)" "$node"
  compiler "$base_root"
  mkdir -p "$base_root/usr/local/bin" "$base_root/usr/local/lib/node_modules" "$base_root/var/lib/dpkg/info"
  rm "$base_root/$node"
  cp -L "$node" "$base_root/usr/local/bin/node"
  node_package=$("$node" -p 'require("path").join(fs.realpathSync(process.execPath), "../..")')
  cp "$node_package"/node_modules/node-*/LICENSE "$base_root/usr/local/LICENSE"
  npm_folder=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
  cp -r "$npm_folder" "$base_root/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$base_root/usr/local/bin/npm"
  cp /var/lib/dpkg/status "$base_root/var/lib/dpkg/status"
  cp /var/lib/dpkg/info/format "$base_root/var/lib/dpkg/info/format"
  for name in libc6 libgcc-s1 libstdc++6 tini; do
    cp "/var/lib/dpkg/info/$name"[.:]* "$base_root/var/lib/dpkg/info"
    cp -L --parents "/usr/share/doc/$name/copyright" "$base_root"
  done
  # How this machine reaches the npm registry, if in a way of its own.
  set -- -c 'ENV PATH=/usr/local/bin:/usr/bin:/bin'
  for file in /etc/ssl/certs/ca-certificates.crt "${NODE_EXTRA_CA_CERTS:-}"; do
    [ ! -f "$file" ] || cp -L --parents "$file" "$base_root"
  done
  [ -z "${NODE_EXTRA_CA_CERTS:-}" ] || set -- "$@" -c "ENV NODE_EXTRA_CA_CERTS=$NODE_EXTRA_CA_CERTS"
  if [ -f "${HOME:-}/.npmrc" ]; then
    cp "$HOME/.npmrc" "$base_root/etc/npmrc"
    set -- "$@" -c 'ENV NPM_CONFIG_USERCONFIG=/etc/npmrc'
  fi
  import_base "$base_root" tollgate-build-base:local "$@"
  rm -rf "$base_root"
}

# As gcr.io/distroless/static is: certificates, a user, a place for temporary files, and nothing that runs.
base_static() {
  base_root=$(mktemp -d)
  mkdir -p "$base_root/etc/ssl/certs" "$base_root/tmp" "$base_root/home/nonroot"
  chmod 1777 "$base_root/tmp"
  cp -L /etc/ssl/certs/ca-certificates.crt "$base_root/etc/ssl/certs"
  printf 'root:x:0:0:root:/:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n' >"$base_root/etc/passwd"
  printf 'root:x:0:\nnonroot:x:65532:\n' >"$base_root/etc/group"
  import_base "$base_root" tollgate-base:local
  rm -rf "$base_root"
}

# Everything that the image is made of.
image_state() {
  (
    cd "$root" || exit 1
    uname -m
    "$node" --version
    find .dockerignore .npmrc Dockerfile LICENSE package.json package-lock.json scripts src checks/tools -type f |
      LC_ALL=C sort | xargs sha256sum
  ) | sha256sum | cut -c 1-16
}

image_tar=
tollgate_image_tar() {
  image_cache=$root/.cache/image
  image_tar=$image_cache/$(image_state).tar
  mkdir -p "$image_cache"
  # One check builds, another one that runs beside it waits.
  exec 9>"$image_cache/lock"
  flock 9
  if [ ! -f "$image_tar" ]; then
    need update-ca-certificates ca-certificates
    base_build
    base_static
    (
      export_docker
      DOCKER=$docker_client sh "$root/scripts/image.sh" tollgate:local --network host --force-rm \
        --build-arg BUILD_BASE=tollgate-build-base:local --build-arg BASE=tollgate-base:local
    ) >"$image_cache/log" 2>&1 ||
      fail "the image does not build: $(tail -n 40 "$image_cache/log")"
    rm -f "$image_cache"/*.tar
    docker_ save --output "$image_tar.part" tollgate:local
    mv "$image_tar.part" "$image_tar"
  fi
  exec 9>&-
}

tollgate_image() {
  tollgate_image_tar
  docker_ image inspect tollgate:local >/dev/null 2>&1 || docker_ load --input "$image_tar" >/dev/null
  docker_ tag tollgate:local "$1"
}
