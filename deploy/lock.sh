# A lock on this folder, so that two commands never change its stack at once. To be sourced after stack.sh.
# shellcheck shell=bash

# Fails with who runs which command since when, if one runs. The kernel frees the lock when the process ends, however it ends. Without
# flock, as on macOS, there is no lock.
take_lock() {
  local command=$1 file=.lock
  command -v flock >/dev/null || return 0
  exec 9>>"$file"
  flock --nonblock 9 || fail "Nothing was changed: $(cat "$file")."
  echo "$command runs here, started by ${STARTED_BY:-$(id -un)} at $(date -u '+%Y-%m-%d %H:%M:%S') UTC" >"$file"
}

# Fails if a deploy to this folder was interrupted, for example by a reboot: the files may be those of a release that never became ready.
refuse_unfinished() {
  [ ! -e releases/.unfinished ] ||
    fail "The deploy of release $(cat releases/.unfinished) was interrupted. Complete it with make deploy, or go back with make rollback TO=$(cat releases/serving)."
}
