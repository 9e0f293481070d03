# Shared by scripts/build, run and test, and .ci/run: what they install, how they fail and build.
# To be sourced by bash; sets root, and leaves the working directory there.

set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
export LC_ALL=C.UTF-8

# shellcheck disable=SC2034  # for who sources this file
packages_build=(g++ cmake ninja-build ccache mold binutils pkg-config python3 ca-certificates
                libboost1.81-dev libre2-dev libfmt-dev libssl-dev zlib1g-dev libzstd-dev
                liblz4-dev libtomlplusplus-dev)
# shellcheck disable=SC2034
packages_test=(curl zstd python3-h11 shellcheck zsh fish tmux man-db vim-tiny libspdlog-dev)
# shellcheck disable=SC2034
packages_peers=(nats-server rsyslog docker.io mmdebstrap lintian systemd-container chromium openssl
                golang-go golang-github-graylog2-go-gelf-dev default-jdk-headless maven mypy)

say() { printf '%s: %s\n' "${script:-logio}" "$*" >&2; }

# fail CODE MESSAGE REMEDY: sysexits codes, as the binary uses them.
fail() {
  printf '%s: %s\n' "${script:-logio}" "$2" >&2
  [ $# -lt 3 ] || printf '%s: remedy: %s\n' "${script:-logio}" "$3" >&2
  exit "$1"
}

# The comment at the head of the calling script is its help.
usage() { sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; }

need_disk() { # MIB FOLDER
  local have
  have=$(df -Pm "$2" | awk 'NR==2 {print $4}')
  [ "$have" -ge "$1" ] ||
    fail 73 "$2 has $have MiB free, $1 MiB are needed" "free some space, or use another folder"
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

# Only apt's last words, and only when it fails.
apt_quietly() {
  local log
  log=$(mktemp)
  if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 \
      -o Acquire::Retries=3 "$@" >"$log" 2>&1 </dev/null; then
    tail -n 12 "$log" >&2
    if grep -qiE 'could not (resolve|connect)|connection (failed|timed)|unable to fetch' "$log"
    then
      rm -f "$log"
      fail 69 "apt-get cannot reach the package archive" \
        "check the network, the proxy and /etc/apt, then run again"
    fi
    rm -f "$log"
    fail 69 "apt-get $1 failed (its last lines are above)" \
      "repair the machine's packages (apt-get -f install), then run again"
  fi
  rm -f "$log"
}

installed() { dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed; }

install_packages() {
  local missing=() package id version
  command -v dpkg-query >/dev/null || fail 69 "this system has no dpkg: it is not Debian" \
    "use Debian 12, or docker/Dockerfile"
  for package in "$@"; do
    installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  # shellcheck source=/dev/null
  id=$(. /etc/os-release && echo "${ID:-}")
  # shellcheck source=/dev/null
  version=$(. /etc/os-release && echo "${VERSION_ID:-}")
  [ "$id $version" = "debian 12" ] ||
    fail 69 "this is ${id:-unknown} ${version}, not Debian 12, and lacks ${missing[*]}" \
      "install them by hand, or use docker/Dockerfile, or Debian 12"
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
    fail 77 "packages are missing, and neither root nor sudo is at hand: ${missing[*]}" \
      "as root: apt-get install ${missing[*]}"
  need_disk 2000 /usr
  say "installing ${missing[*]}"
  apt_quietly update
  apt_quietly install -y --no-install-recommends "${missing[@]}"
}

# Debian's packages for tests, unpacked in the cache folder NAME and not installed, unless PROGRAM
# is there already.
provide_unpacked() { # NAME PROGRAM PACKAGE...
  local name=$1 program=$2 folder fresh package
  shift 2
  folder=${XDG_CACHE_HOME:-$HOME/.cache}/logio/$name
  [ ! -x "$folder/$program" ] || return 0
  mkdir -p "${folder%/*}"
  need_disk 500 "${folder%/*}"
  fresh=$(mktemp -d "$folder.XXXXXX")
  say "fetching $name"
  apt-cache show "$1" >/dev/null 2>&1 || apt_quietly update
  (cd "$fresh" && apt_quietly download "$@")
  for package in "$fresh"/*.deb; do
    dpkg-deb -x "$package" "$fresh/unpacked" ||
      fail 70 "the package ${package##*/} cannot be unpacked" "remove $fresh and run again"
  done
  rm -rf "$folder"
  mv "$fresh/unpacked" "$folder"
  rm -rf "$fresh"
}

# provide_jars NAME VERSION POM: what a pom names, by Maven, into a folder of the cache.
provide_jars() {
  local folder=${XDG_CACHE_HOME:-$HOME/.cache}/logio/$1-$2 fresh log
  if [ -d "$folder" ]; then return; fi
  mkdir -p "${folder%/*}"
  need_disk 500 "${folder%/*}"
  fresh=$(mktemp -d "$folder.XXXXXX")
  log=$fresh/maven.log
  say "fetching $1 $2"
  if ! timeout 600 mvn -B -f "$3" dependency:copy-dependencies -DincludeScope=runtime \
      -DoutputDirectory="$fresh/jars" >"$log" 2>&1 </dev/null; then
    grep -m 8 ERROR "$log" >&2 || tail -n 8 "$log" >&2
    rm -rf "$fresh"
    fail 69 "maven cannot fetch $1 $2 (its errors are above)" \
      "check the network, the proxy and ~/.m2/settings.xml, then run again"
  fi
  chmod 755 "$fresh/jars"
  mv "$fresh/jars" "$folder"
  rm -rf "$fresh"
}

# Installed, the package would start a service, and bring a dozen packages for a page that nobody
# looks at here.
provide_prometheus() {
  if command -v promtool >/dev/null && command -v prometheus >/dev/null; then return; fi
  provide_unpacked prometheus usr/bin/promtool prometheus
}

# Installed, it would take port 80.
provide_nginx() {
  provide_unpacked nginx usr/sbin/nginx nginx
}

# As a package it does not go with rsyslog, which is a peer too.
provide_syslog_ng() {
  provide_unpacked syslog-ng usr/sbin/syslog-ng syslog-ng-core libivykis0 libnet1 libpcre3 \
    libwrap0 libglib2.0-0 libjson-c5
}

# Kafka for the tests of its sink.
provide_kafka() {
  local pom=$root/tests/peers/kafka/pom.xml
  provide_jars kafka "$(sed -n '/kafka_2.13/{n;s/.*<version>\(.*\)<.*/\1/p}' "$pom")" "$pom"
}

# OpenSearch, its security plugin and Elasticsearch for the tests of the Elasticsearch sink.
provide_opensearch() {
  local folder=$root/tests/peers/search name pom
  for name in opensearch:pom opensearch-security:security.pom elasticsearch:elasticsearch.pom; do
    pom=$folder/${name#*:}.xml name=${name%:*}
    provide_jars "$name" "$(sed -n "s/.*<$name.version>\(.*\)<.*/\1/p" "$pom")" "$pom"
  done
}

need_pip() {
  python3 -m pip --version >/dev/null 2>&1 || install_packages python3-pip
}

# provide_by_pip NAME LIST PACKAGE: what the list names, into a folder of the cache that has the
# version of this package in its name.
provide_by_pip() {
  local name=$1 list=$2 version folder fresh log
  version=$(sed -n "s/^$3==\([0-9.]*\).*/\1/p" "$list")
  folder=${XDG_CACHE_HOME:-$HOME/.cache}/logio/$name-$version
  if cmp -s "$list" "$folder/requirements.txt"; then return; fi
  need_pip
  mkdir -p "${folder%/*}"
  need_disk 100 "${folder%/*}"
  fresh=$(mktemp -d "$folder.XXXXXX")
  log=$fresh/pip.log
  say "fetching $name $version"
  if ! timeout 600 python3 -m pip install --require-hashes --no-deps --only-binary :all: \
      --no-input --target "$fresh/site" -r "$list" >"$log" 2>&1 </dev/null; then
    grep -m 8 ERROR "$log" >&2 || tail -n 8 "$log" >&2
    rm -rf "$fresh"
    fail 69 "pip cannot fetch $name $version (its errors are above)" \
      "check the network, the proxy and pip's configuration, then run again"
  fi
  cp "$list" "$fresh/site/requirements.txt"
  chmod 755 "$fresh/site"
  rm -rf "$folder"
  mv "$fresh/site" "$folder"
  rm -rf "$fresh"
}

# Marathon's stock Python client, before which the tests' Marathon must stand.
provide_marathon_client() {
  provide_by_pip marathon-client "$root/tests/marathon/requirements.txt" marathon
}

# What the Python client is tested under, and what builds its packages.
provide_python_frameworks() {
  provide_by_pip python-frameworks "$root/clients/python/tests/requirements.txt" flask
}

# A Go that is new enough for clients/go, as $go: the one in PATH, or a pinned one that Debian's
# fetches as a module, which Go's checksum data base verifies. Debian's own is too old.
provide_go() {
  local version=1.22.12 folder fresh log machine
  for go in go /usr/local/go/bin/go; do
    if GOTOOLCHAIN=local "$go" version 2>/dev/null | grep -qE ' go1\.(2[1-9]|[3-9][0-9])'; then
      return
    fi
  done
  folder=${XDG_CACHE_HOME:-$HOME/.cache}/logio/go-$version
  go=$folder/bin/go
  if [ -x "$go" ]; then return; fi
  install_packages golang-go gcc libc6-dev
  machine=$(dpkg --print-architecture)
  mkdir -p "${folder%/*}"
  need_disk 800 "${folder%/*}"
  fresh=$(mktemp -d "$folder.XXXXXX")
  log=$fresh/fetch.log
  say "fetching go $version"
  if ! (cd "$fresh" && GOFLAGS="-mod=mod -modcacherw" GOPATH=$fresh/path GOMODCACHE=$fresh/modules \
      timeout 600 /usr/bin/go mod download -json \
      "golang.org/toolchain@v0.0.1-go$version.linux-$machine" >"$log" 2>&1 </dev/null); then
    grep -m 8 '"Error"' "$log" >&2 || tail -n 8 "$log" >&2
    rm -rf "$fresh"
    fail 69 "go $version cannot be fetched (the reason is above)" \
      "check the network and go env GOPROXY GOSUMDB, or put Go 1.21 or newer into PATH"
  fi
  # A module's files are not executable.
  mv "$fresh/modules/golang.org/toolchain@v0.0.1-go$version.linux-$machine" "$fresh/go"
  chmod 755 "$fresh/go" "$fresh"/go/bin/* "$fresh"/go/pkg/tool/*/*
  rm -rf "$folder"
  mv "$fresh/go" "$folder"
  rm -rf "$fresh"
}

provide_third_party() {
  scripts/third-party --check >/dev/null 2>&1 && return
  need_pip
  scripts/third-party
}

# Compilers of Beast take up to 0.7 GiB each.
jobs_max() {
  local cores gib
  cores=$(nproc)
  gib=$(awk '/^MemAvailable/ {print int($2 / 1048576)}' /proc/meminfo)
  [ "$gib" -ge 1 ] || gib=1
  echo $((cores < gib ? cores : gib))
}

# build_preset PRESET TARGET [CMAKE-OPTION...]
build_preset() {
  local preset=$1 target=$2
  shift 2
  mkdir -p build
  need_disk 2000 build
  say "building preset $preset, target $target, $(jobs_max) jobs"
  cmake --preset "$preset" "$@" >"build/configure-$preset.log" 2>&1 || {
    tail -n 20 "build/configure-$preset.log" >&2
    fail 70 "cmake could not configure preset $preset (build/configure-$preset.log)" \
      "remove build/$preset and run again; if it stays, the log's first error says why"
  }
  cmake --build --preset "$preset" --target "$target" -j "$(jobs_max)" >&2 ||
    fail 70 "the build of preset $preset failed (its first error is above)" \
      "if the compiler was killed, give the machine at least 1 GiB of memory per core"
}

# A binary that runs anywhere: no program interpreter, no shared library.
prove_static() {
  local binary=$1 headers
  headers=$(readelf -lW "$binary") || fail 70 "readelf cannot read $binary"
  if grep -q INTERP <<<"$headers"; then
    fail 70 "$binary asks for a program interpreter" "see LOGIO_STATIC in scripts/cmake"
  fi
  if readelf -dW "$binary" | grep -E '\(NEEDED\)'; then
    fail 70 "$binary needs the shared libraries above" "see LOGIO_STATIC in scripts/cmake"
  fi
}

seconds_as_text() { printf '%dm %02ds' $(($1 / 60)) $(($1 % 60)); }
