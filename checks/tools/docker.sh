# shellcheck shell=sh
# A Docker engine of a check's own, for machines without one. Read by `. "$root/checks/tools/docker.sh"` after
# checks/prepare.sh; needs root and Debian 12.
#
#   start_docker FOLDER   installs Debian's engine if it is missing and starts it with everything it keeps in FOLDER, a
#                         new one. Several may run on a machine at the same time. It makes no firewall rules: containers
#                         reach this machine at $docker_host and each other, and nothing else.
#   stop_docker           ends the containers and the engine and removes FOLDER. For a trap: it may be called twice, and
#                         when nothing was started.
#   docker_ WORDS         the client, speaking to this engine and no other.
#   docker_host           an address of this machine that containers of the default network reach.
#   export_docker         sets the variables by which any client speaks to it; $docker_client is the one to take.
#   docker_socket         the engine's socket, for programs of one's own (DOCKER_HOST=unix://...).
#   need TOOL PACKAGE...  installs Debian packages when the tool is not there.
#
# Nothing can be pulled: run with --pull=never, and make bases with checks/tools/image.sh.

need() {
  need_tool=$1
  shift
  command -v "$need_tool" >/dev/null && return
  "$root/checks/tools/packages.sh" "$@" ||
    fail "$need_tool is missing and apt could not install it ($*)"
}

docker_client=docker
[ -x /usr/bin/docker ] && docker_client=/usr/bin/docker

export_docker() {
  # The old builder: its successor is a plug-in that Debian has not.
  export DOCKER_HOST="unix://$docker_socket" DOCKER_BUILDKIT=0 DOCKER_CONFIG="$docker_folder/client"
}

docker_() {
  (
    export_docker
    exec "$docker_client" "$@"
  )
}

docker_folder=
docker_pid=
docker_bridge=
docker_host=
docker_socket=

# The first free network of 10.98: another check's engine may run beside.
make_bridge() {
  docker_bridge=tollgate$$
  docker_n=1
  while ip -4 -o address | grep -q " 10\.98\.$docker_n\."; do docker_n=$((docker_n + 1)); done
  ip link add "$docker_bridge" type bridge || fail "this machine lets nobody make a bridge"
  docker_host=10.98.$docker_n.1
  ip address add "$docker_host/24" dev "$docker_bridge"
  ip link set "$docker_bridge" up
}

start_docker() {
  [ "$(id -u)" = 0 ] || fail "root is needed to start a Docker engine"
  need ip iproute2
  need dockerd docker.io iptables
  [ -x /usr/bin/docker ] && docker_client=/usr/bin/docker
  docker_folder=$1
  # Layers in memory: they are written once, read once and thrown away. Volumes on the disk, as a ledger expects.
  mkdir -p "$docker_folder" "$docker_folder-volumes"
  mount -t tmpfs -o mode=0755,size=8g tmpfs "$docker_folder" || fail "this machine lets nobody mount a tmpfs"
  docker_socket=$docker_folder/docker.sock
  make_bridge
  dockerd --data-root "$docker_folder/data" --exec-root "$docker_folder/exec" --pidfile "$docker_folder/pid" \
    --host "unix://$docker_socket" --bridge "$docker_bridge" --iptables=false --ip-forward=false --ip-masq=false \
    --log-level warn >"$docker_folder/log" 2>&1 &
  docker_pid=$!
  docker_tries=0
  until docker_ version >/dev/null 2>&1; do
    kill -0 "$docker_pid" 2>/dev/null || fail "dockerd ended: $(tail -n 5 "$docker_folder/log")"
    docker_tries=$((docker_tries + 1))
    [ "$docker_tries" -lt 300 ] || fail "dockerd does not answer: $(tail -n 5 "$docker_folder/log")"
    sleep 0.2
  done
  # Not before: the engine mounts its folder anew, and without what is mounted in it.
  mount --bind "$docker_folder-volumes" "$docker_folder/data/volumes"
}

stop_docker() {
  if [ -n "$docker_pid" ]; then
    # shellcheck disable=SC2046
    set -- $(docker_ ps -aq 2>/dev/null)
    [ $# = 0 ] || docker_ rm -f "$@" >/dev/null 2>&1 || :
    kill "$docker_pid" 2>/dev/null || :
    wait "$docker_pid" 2>/dev/null || :
    docker_pid=
  fi
  if [ -n "$docker_bridge" ]; then
    ip link delete "$docker_bridge" 2>/dev/null || :
    docker_bridge=
  fi
  if [ -n "$docker_folder" ]; then
    # With all that is mounted in it.
    umount -R "$docker_folder" || umount -l -R "$docker_folder" || :
    rm -rf "$docker_folder" "$docker_folder-volumes"
    docker_folder=
  fi
}
