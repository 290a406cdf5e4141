#!/bin/sh
# A Kubernetes of a check's own: API server, controllers, scheduler and kubelet built from their Go modules, etcd and
# containerd from Debian. Needs root on Debian 12, and the registries.
#
#   kubernetes.sh build VERSION       builds 1.36 (everything, in one program) or 1.35 (the API server), unless it is there
#                                     already; prints the program's path
#   kubernetes.sh inside CMD ARGS     runs CMD where the commands below can be used: in network, mount and process
#                                     namespaces of its own. What was started there ends with it, however it ends
#   kubernetes.sh api FOLDER VERSION  starts etcd and the API server, https://10.97.0.1:16443, and waits until it is ready.
#                                     1.36-as-1.35 is the 1.36 server with the APIs and features of 1.35.
#                                     FOLDER/kubeconfig is the administrator's, FOLDER/NAME.log what a process says.
#                                     KUBERNETES_ISSUER is who its tokens say they are from
#   kubernetes.sh node FOLDER IMAGES  starts controllers, scheduler, containerd and kubelet with the images of the folder
#                                     IMAGES (*.tar, as of `docker save`), and waits until the node is ready. Pods reach
#                                     what listens at 10.97.0.1, ask it for names (port 53), and reach nothing else
#   kubernetes.sh stop FOLDER [NAME]  ends all of it, or one process: kubelet, scheduler, controllers, containerd,
#                                     apiserver, etcd
#   kubernetes.sh apiserver FOLDER    starts the API server again
set -eu

tools=$(cd "$(dirname "$0")" && pwd)
# The bridge of the pods. The node, the API server and whatever the check itself serves have this address.
host=10.97.0.1
api=$host:16443
issuer=${KUBERNETES_ISSUER:-https://kubernetes.default.svc}

die() {
  echo "kubernetes: $1" >&2
  exit 1
}

# Starts one of the cluster's processes; its name is that of its log and of the file that holds its process id.
begin() {
  name=$1
  shift
  "$@" >>"$folder/$name.log" 2>&1 &
  echo $! >"$folder/$name.pid"
}

# until_ok SECONDS NAME CMD...: runs CMD till it succeeds, as long as the process NAME lives.
until_ok() {
  tries=$(($1 * 5))
  name=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    kill -0 "$(cat "$folder/$name.pid")" 2>/dev/null || die "$name ended: $(tail -n 5 "$folder/$name.log")"
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || die "$name does not get ready: $(tail -n 20 "$folder/$name.log")"
    sleep 0.2
  done
}

packages() {
  "$tools/packages.sh" "$@" || die "apt could not install $*"
}

# From 1.21 on Go gets itself the version that a module asks for. An older one gets it here, in the same form.
find_go() {
  go version 2>/dev/null | grep -qE ' go(1\.(2[1-9]|[3-9][0-9])|[2-9])' && return
  command -v go >/dev/null || packages golang-go ca-certificates
  toolchain=$(go mod download -json "golang.org/toolchain@v0.0.1-go1.26.0.linux-$(dpkg --print-architecture)" |
    sed -nE 's/^.*"Dir": "(.*)",?$/\1/p')
  [ -n "$toolchain" ] || die "Go 1.26 cannot be had"
  chmod -R u+w,a+x "$toolchain/bin" "$toolchain/pkg/tool"
  PATH=$toolchain/bin:$PATH
}

install() {
  missing=
  for pair in etcd:etcd-server containerd:containerd runc:runc ip:iproute2 iptables:iptables openssl:openssl curl:curl; do
    command -v "${pair%%:*}" >/dev/null || missing="$missing ${pair#*:}"
  done
  [ -x /usr/lib/cni/bridge ] || missing="$missing containernetworking-plugins"
  # shellcheck disable=SC2086 # a list of words
  [ -z "$missing" ] || packages $missing
}

# compile TO WHAT [LDFLAGS]
compile() {
  # Inlining is a quarter of the compiler's work, and nobody debugs this.
  CGO_ENABLED=0 GOGC=800 go build -trimpath -buildvcs=false '-gcflags=all=-l -dwarf=0' -ldflags "-s -w ${3:-}" -o "$1" "$2" >&2 ||
    die "$2 does not build"
}

build() {
  module=$tools/kubernetes/$1
  [ -d "$module" ] || die "there is no $module"
  version=$(sed -nE 's/^(require )?\s*k8s.io\/kubernetes (v[0-9.]+)$/\2/p' "$module/go.mod")
  key=$(cat "$module"/* "$tools/kubernetes/pause.go" | sha256sum | cut -c1-16)
  programs=${XDG_CACHE_HOME:-$HOME/.cache}/tollgate/kubernetes/$1-$key
  if [ ! -x "$programs/kubernetes" ]; then
    find_go
    mkdir -p "$programs"
    cd "$module"
    compile "$programs/pause" ../pause.go
    compile "$programs/kubernetes.$$" . "-X k8s.io/component-base/version.gitVersion=$version"
    mv "$programs/kubernetes.$$" "$programs/kubernetes"
    cd - >/dev/null
  fi
  echo "$programs/kubernetes"
}

inside() {
  install
  # The first process in there reaps orphans; when it ends, the kernel ends all others.
  unshare --net --mount --pid --fork --kill-child --mount-proc -- sh -c '
    set -eu
    mount --make-rshared /
    for each in /run /var/log /var/lib/cni; do mkdir -p $each; mount -t tmpfs tmpfs $each; done
    ip link set lo up
    ip link add pods0 type bridge
    ip addr add 10.97.0.1/24 dev pods0
    ip link set pods0 up
    sysctl -qw net.ipv4.ip_forward=1
    "$@" || exit $?' inside "$@" &
  first=$!
  trap 'kill -KILL $first' HUP INT TERM
  code=0
  wait $first || code=$?
  # The control groups of pods that were not deleted are left, and empty: one with a process in it cannot be removed.
  find /sys/fs/cgroup -depth -type d -path '*/k8s.io*' -exec rmdir {} + 2>/dev/null || :
  exit "$code"
}

keys() {
  cd "$folder"
  openssl genrsa -out sa.key 2048
  openssl rsa -in sa.key -pubout -out sa.pub
  openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -subj /CN=check -days 30
  openssl req -newkey rsa:2048 -nodes -keyout api.key -out api.csr -subj /CN=kube-apiserver
  printf 'subjectAltName=IP:%s,IP:127.0.0.1,IP:10.96.0.1,DNS:kubernetes.default.svc\n' "$host" >api.ext
  openssl x509 -req -in api.csr -CA ca.crt -CAkey ca.key -CAcreateserial -extfile api.ext -out api.crt -days 30
  echo 'admintoken,admin,admin-uid,"system:masters"' >tokens.csv
  cat >kubeconfig <<END
{"apiVersion": "v1", "kind": "Config", "current-context": "check",
 "clusters": [{"name": "check", "cluster": {"server": "https://$api", "certificate-authority": "$folder/ca.crt"}}],
 "users": [{"name": "admin", "user": {"token": "admintoken"}}],
 "contexts": [{"name": "check", "context": {"cluster": "check", "user": "admin"}}]}
END
  cd - >/dev/null
}

apiserver() {
  emulated=$(cat "$folder/emulated" 2>/dev/null) || emulated=
  # etcd of Debian 12 knows no progress requests, so that nobody may ask for a list in the shape of a watch.
  begin apiserver "$(cat "$folder/program")" apiserver --etcd-servers=http://127.0.0.1:23790 \
    --bind-address=0.0.0.0 --advertise-address=$host --secure-port=16443 \
    --tls-cert-file="$folder/api.crt" --tls-private-key-file="$folder/api.key" --client-ca-file="$folder/ca.crt" \
    --token-auth-file="$folder/tokens.csv" --authorization-mode=RBAC --allow-privileged \
    --service-cluster-ip-range=10.96.0.0/24 --endpoint-reconciler-type=none --kubelet-preferred-address-types=InternalIP \
    --service-account-issuer="$issuer" --service-account-signing-key-file="$folder/sa.key" \
    --service-account-key-file="$folder/sa.pub" --api-audiences="$issuer" --feature-gates=WatchList=false \
    ${emulated:+"$emulated"}
  until_ok 120 apiserver curl -fsS --cacert "$folder/ca.crt" -H 'Authorization: Bearer admintoken' "https://$api/readyz"
}

api() {
  folder=$1
  mkdir -p "$folder"
  build "${2%-as-*}" >"$folder/program"
  case $2 in *-as-*) echo "--emulated-version=${2#*-as-}" >"$folder/emulated" ;; esac
  [ -e "$folder/kubeconfig" ] || keys >>"$folder/openssl.log" 2>&1
  begin etcd etcd --data-dir "$folder/etcd" --unsafe-no-fsync --listen-client-urls http://127.0.0.1:23790 \
    --advertise-client-urls http://127.0.0.1:23790 --listen-peer-urls http://127.0.0.1:23800
  apiserver
}

node() {
  folder=$1
  images=$2
  program=$(cat "$folder/program")
  export KUBE_FEATURE_WatchListClient=false KUBECONFIG="$folder/kubeconfig"
  # In place of a kube-proxy: the address that every pod is told for the API.
  iptables -t nat -A PREROUTING -d 10.96.0.1 -p tcp --dport 443 -j DNAT --to-destination $api
  iptables -t nat -A OUTPUT -d 10.96.0.1 -p tcp --dport 443 -j DNAT --to-destination $api
  mkdir -p "$folder/cni" "$folder/kubelet"
  cat >"$folder/containerd.toml" <<END
version = 2
root = "$folder/containerd"
state = "/run/containerd"
oom_score = 0
[grpc]
  address = "/run/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$folder/cni"
END
  cat >"$folder/cni/1-pods.conflist" <<END
{"cniVersion": "0.4.0", "name": "pods", "plugins": [{"type": "bridge", "bridge": "pods0", "isGateway": true, "hairpinMode": true,
 "ipam": {"type": "host-local", "dataDir": "/run/cni", "ranges": [[{"subnet": "10.97.0.0/24", "gateway": "$host"}]], "routes": [{"dst": "0.0.0.0/0"}]}}]}
END
  cat >"$folder/kubelet.yaml" <<END
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
containerRuntimeEndpoint: unix:///run/containerd.sock
authentication: { anonymous: { enabled: true }, webhook: { enabled: false } }
authorization: { mode: AlwaysAllow }
failCgroupV1: false
cgroupDriver: cgroupfs
cgroupsPerQOS: false
enforceNodeAllocatable: []
oomScoreAdj: 0
failSwapOn: false
clusterDNS: [$host]
clusterDomain: cluster.local
resolvConf: ""
localStorageCapacityIsolation: false
volumePluginDir: $folder/kubelet/plugins
evictionHard: { memory.available: 1Mi }
imageGCHighThresholdPercent: 100
registerWithTaints: []
nodeStatusUpdateFrequency: 2s
END
  begin containerd containerd --config "$folder/containerd.toml"
  until_ok 60 containerd ctr -a /run/containerd.sock version
  pause_image >"$folder/pause.tar"
  for image in "$folder/pause.tar" "$images"/*.tar; do
    ctr -a /run/containerd.sock -n k8s.io images import "$image" >>"$folder/images.log" 2>&1 || die "containerd does not take $image: $(tail -n 3 "$folder/images.log")"
  done
  begin controllers "$program" controllers --kubeconfig "$KUBECONFIG" --authentication-kubeconfig "$KUBECONFIG" \
    --authorization-kubeconfig "$KUBECONFIG" --leader-elect=false --secure-port 16457 \
    --service-account-private-key-file "$folder/sa.key" --root-ca-file "$folder/ca.crt" --use-service-account-credentials=false
  begin scheduler "$program" scheduler --kubeconfig "$KUBECONFIG" --authentication-kubeconfig "$KUBECONFIG" \
    --authorization-kubeconfig "$KUBECONFIG" --leader-elect=false --secure-port 16459
  begin kubelet "$program" kubelet --config "$folder/kubelet.yaml" --kubeconfig "$KUBECONFIG" --root-dir "$folder/kubelet" \
    --cert-dir "$folder/kubelet/pki" --hostname-override node --node-ip $host
  until_ok 120 kubelet is_ready
}

is_ready() {
  curl -fsS --cacert "$folder/ca.crt" -H 'Authorization: Bearer admintoken' "https://$api/api/v1/nodes/node" |
    tr -d ' \n' | grep -q '"type":"Ready","status":"True"\|"status":"True"[^}]*"type":"Ready"\|"type":"Ready"[^}]*"status":"True"'
}

# The process that holds a pod's namespaces, as an image with this one program.
pause_image() {
  parts=$(mktemp -d)
  mkdir "$parts/top"
  cp "$(dirname "$program")/pause" "$parts/top/pause"
  tar -C "$parts/top" --owner=0 --group=0 -cf "$parts/layer.tar" pause
  printf '{"architecture":"amd64","os":"linux","config":{"Entrypoint":["/pause"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
    "$(sha256sum "$parts/layer.tar" | cut -d ' ' -f 1)" >"$parts/config.json"
  echo '[{"Config":"config.json","RepoTags":["localhost/pause:1"],"Layers":["layer.tar"]}]' >"$parts/manifest.json"
  tar -C "$parts" -cf - manifest.json config.json layer.tar
  rm -r "$parts"
}

stop() {
  folder=$1
  for name in ${2:-kubelet scheduler controllers containerd apiserver etcd}; do
    [ -e "$folder/$name.pid" ] || continue
    pid=$(cat "$folder/$name.pid")
    rm "$folder/$name.pid"
    kill "$pid" 2>/dev/null || continue
    while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
  done
}

[ "$(id -u)" = 0 ] || die "root is needed"
command=${1:-}
shift || true
case $command in
build | inside | api | node | stop) "$command" "$@" ;;
apiserver)
  folder=$1
  apiserver
  ;;
*) die "build, inside, api, node, stop or apiserver" ;;
esac
