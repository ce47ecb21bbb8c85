#!/usr/bin/env bash
# On a host, before it has any of our files: fails with one sentence if the stack cannot run there, and changes nothing. Prints facts, one
# per line: "name value".
# usage: check.sh <seconds since 1970 on the machine that deploys>
set -uo pipefail
export LC_ALL=C
now=$1

fail() { echo "$1" >&2; exit 1; }
has_docker() { command -v docker >/dev/null; }

main() {
  check_folder
  check_system
  check_memory
  check_disk
  check_clock
  check_docker
  check_rights
  check_ports
  check_lock
  echo "serving $(cat elier/releases/serving 2>/dev/null)"
}

# The files of a release would replace those of a checkout.
check_folder() {
  [ ! -e elier/Dockerfile ] || fail "The folder elier of $(id -un) holds a checkout on this host. Rename it, and deploy again: its volumes stay."
}

check_system() {
  local id
  # shellcheck disable=SC1091 # the host's
  id=$(. /etc/os-release 2>/dev/null && echo "$ID ${VERSION_ID:-}")
  case $id in
    'debian 13') echo 'system Debian 13' ;;
    'ubuntu 22.04' | 'ubuntu 24.04') echo "system Ubuntu ${id#* } (by its documentation, not tried)" ;;
    *) fail "This host runs ${id:-an unknown system}. Use Debian 13, or Ubuntu 22.04 or 24.04." ;;
  esac
  case $(uname -m) in
    x86_64) echo 'architecture amd64' ;;
    aarch64) echo 'architecture arm64' ;;
    *) fail "This host's processor is $(uname -m). The images exist for x86_64 (amd64) and aarch64 (arm64)." ;;
  esac
}

# A machine that is sold with 1 GiB has less.
check_memory() {
  local memory_MiB
  memory_MiB=$(awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo)
  [ "$memory_MiB" -ge 900 ] || fail "This host has $memory_MiB MiB of memory. The stack needs 900 MiB: use a machine with 1 GiB."
  echo "memory $memory_MiB MiB"
}

# Docker and the images take 1.6 GiB, and the swap file 1 GiB. A later release takes up to 400 MiB beside the ones that are kept.
check_disk() {
  local folder=/var/lib/docker need_MiB=3072 free_MiB
  [ -d $folder ] || folder=/
  [ ! -e elier/releases/serving ] || need_MiB=500
  free_MiB=$(df -Pk $folder | awk 'NR == 2 { print int($4 / 1024) }')
  [ "$free_MiB" -ge $need_MiB ] ||
    fail "The disk of this host has $free_MiB MiB free in $folder. A deploy needs $need_MiB MiB: free some, or use a larger disk."
}

check_clock() {
  local ahead=$(($(date +%s) - now))
  [ ${ahead#-} -le 120 ] ||
    fail "The clock of this host differs from this machine's by ${ahead#-} s. On the one that is wrong run: sudo timedatectl set-ntp true"
}

# 24 and 2.26 are the lowest versions that were tried.
check_docker() {
  has_docker || return
  local docker compose
  docker=$(docker --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
  [ "${docker:-0}" -ge 24 ] || fail "This host has Docker ${docker:-of an unknown version}. The stack needs 24 or newer: remove it, and deploy again."
  compose=$(docker compose version --short 2>/dev/null) || return
  printf '2.26\n%s\n' "${compose#v}" | sort -CV ||
    fail "This host has Compose $compose. The stack needs 2.26 or newer: remove it, and deploy again."
}

# Once the host is prepared, sudo is no longer needed.
check_rights() {
  if [ -e /var/lib/elier-host ] && docker info >/dev/null 2>&1 && docker compose version >/dev/null 2>&1; then
    echo 'prepared yes'
  elif [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
    fail "$(id -un) may not use sudo without a password on this host. As root run: echo '$(id -un) ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/$(id -un)"
  fi
}

# The ports of .env, which the first deploy makes with 80 and 443. Docker may have published them for our own Nginx.
check_ports() {
  local http=80 https=443
  [ ! -e elier/.env ] || { http=8080; https=8443; }
  echo "names $(setting SERVER_NAMES '' | tr -s ', ' '  ')"
  check_port http "$(setting HTTP_PORT $http)"
  [ "$(setting TLS off)" = off ] || check_port https "$(setting HTTPS_PORT $https)"
}

setting() {
  local value
  value=$(sed -n "s/['\"]//g; s/^$1=//p" elier/.env 2>/dev/null | tail -n 1)
  echo "${value:-$2}"
}

check_port() {
  local port=${2##*:}
  echo "$1 $2"
  [ -n "$(ss -ltnH "sport = :$port")" ] || return
  ! docker ps --filter label=com.docker.compose.service=nginx --format '{{.Ports}}' 2>/dev/null | grep -q ":$port->" || return
  fail "Port $port of this host is taken by another program. End it: sudo ss -ltnp 'sport = :$port' shows which."
}

check_lock() {
  [ -e elier/.lock ] || return
  flock --nonblock elier/.lock true || fail "$(cat elier/.lock)."
}

main </dev/null # the script itself comes from the standard input
