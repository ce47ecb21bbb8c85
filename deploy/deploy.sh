#!/usr/bin/env bash
# Deploys this checkout to HOST, for `make deploy`: a list of steps, each safe to run again. The host's part of the last step goes on when
# the connection is lost.
. deploy/stack.sh
. deploy/ssh.sh
. deploy/send.sh

release_files='compose.yaml compose.t2micro.yaml postgres.conf nginx deploy .env.example artillery/load-clean.sql'

main() {
  name_release
  step check check_host
  [ "$is_prepared" = yes ] || step prepare prepare_host
  if has_release; then
    skip build 'the host has this release'
  else
    step build build_image
    step send send_release
  fi
  step try try_release
  [ -z "$breaks" ] || step backup back_up
  roll
}

# Runs a step, and prints its name, its time and what it says in $detail.
step() {
  local start=$SECONDS
  detail=
  [ ! -t 1 ] || printf '%-9s …\r' "$1"
  "$2"
  printf '%-9s %3d s  %s\n' "$1" $((SECONDS - start)) "$detail"
}
skip() { printf '%-9s   -    %s\n' "$1" "$2"; }

# The release is named after the commit. A tree with changes gets the time as well, because no commit tells what it holds.
name_release() {
  commit=$(git rev-parse --short=12 HEAD 2>/dev/null) || commit=no-commit
  release=$commit
  is_dirty=no
  [ "$commit" != no-commit ] && [ -z "$(git status --porcelain 2>/dev/null)" ] || is_dirty=yes
  [ $is_dirty = no ] || release=$commit-dirty-$(date -u +%Y%m%d%H%M%S)
  started_by="$(id -un)@$HOSTNAME"
}

check_host() {
  local facts
  connect
  facts=$(ssh "${ssh_options[@]}" "$HOST" "bash -s $(date +%s)" <deploy/host/check.sh 2>"$sockets/error") || fail "$(remote_error | tail -n 1)"
  fact() { printf '%s\n' "$facts" | sed -n "s/^$1 //p"; }
  architecture=$(fact architecture)
  is_prepared=$(fact prepared)
  serving=$(fact serving)
  name_address
  check_is_newer
  detail="$(fact system), $architecture, $(fact memory)"
}

# Where the API answers, and the ports that a firewall must let in.
name_address() {
  local http https names port
  http=$(fact http)
  https=$(fact https)
  names=$(fact names)
  ports=
  for port in "$http" "$https"; do
    case $port in '' | 127.* | '[::1]'*) ;; *) ports="${ports:+$ports and }${port##*:}" ;; esac
  done
  address=http://${HOST#*@}:${http##*:}
  [ -z "$https" ] || address=https://${names%% *}:${https##*:}
  [ -z "$https" ] || [ -n "$names" ] || address=https://${HOST#*@}:${https##*:}
}

# Another laptop may have deployed commits that this checkout lacks.
check_is_newer() {
  local theirs=${serving%%-dirty*}
  [ -n "$serving" ] && [ "$commit" != no-commit ] && [ "$theirs" != no-commit ] && [ "${CONFIRM:-}" != yes ] || return 0
  git merge-base --is-ancestor "$theirs" HEAD 2>/dev/null ||
    fail "$HOST serves release $serving, which this checkout does not contain: git pull first, or add CONFIRM=yes to replace it."
}

# A new connection, because a user's groups are those of the login.
prepare_host() {
  local sudo='sudo -n'
  [ "$(remote 'id -u')" != 0 ] || sudo=
  ssh "${ssh_options[@]}" "$HOST" "$sudo bash -s \"\$(id -un)\"" <deploy/host-setup >"$sockets/log" 2>&1 ||
    fail "$HOST could not be prepared: $(tail -n 3 "$sockets/log")"
  disconnect
  connect
  detail='Docker and Compose installed'
}

has_release() {
  [ $is_dirty = no ] && on_release receive.sh has
}

build_image() {
  DOCKER_BUILDKIT=1 docker build --quiet --platform "linux/$architecture" --tag "elier-app:$release" . >"$sockets/log" 2>&1 || case $(cat "$sockets/log") in
    *'exec format error'*) fail "This machine cannot build for $architecture: run docker run --privileged --rm tonistiigi/binfmt --install $architecture" ;;
    *) fail "$(tail -n 20 "$sockets/log")" ;;
  esac
  detail="release $release"
}

try_release() {
  breaks=$(on_release try-release.sh) || fail "$(remote_error)
Nothing was changed."
  detail='settings and files are valid'
  [ -n "$breaks" ] || return 0
  [ "${CONFIRM:-}" = yes ] ||
    fail "After migration $(echo $breaks) earlier releases cannot run, so the way back is a backup. Nothing was changed. Add CONFIRM=yes to back up to this machine and deploy."
}

# Before a migration that earlier releases cannot run on. The file holds e-mail addresses.
back_up() {
  local file
  file=backups/${HOST#*@}-$(date -u +%Y%m%dT%H%M%SZ).dump
  mkdir -p backups
  (umask 077 && remote 'cd elier && docker compose exec -T postgres pg_dump -U elier -Fc elier' </dev/null >"$file.part") ||
    fail "The backup failed. Nothing was changed."
  mv "$file.part" "$file"
  remote "echo '$file on $started_by' >elier/releases/${serving}/backup"
  detail="$file, $(du -h "$file" | cut -f 1)"
}

# Prints what the host says meanwhile.
roll() {
  local start=$SECONDS status=0
  remote "cd elier && CONFIRM='${CONFIRM:-}' STARTED_BY='$started_by' bash releases/$release/deploy/host/follow.sh \
    bash releases/$release/deploy/host/release.sh $release '$serving'" </dev/null || status=$?
  [ $status != 255 ] || fail "The connection to $HOST was lost. The deploy goes on there: make releases HOST=$HOST shows how it ended."
  [ $status = 0 ] || exit 1
  printf '%-9s %3d s  %s\n' roll $((SECONDS - start)) "release $release serves on $address"
  [ -z "$ports" ] || echo "The security group or firewall in front of $HOST must let in: TCP $ports."
}

main
