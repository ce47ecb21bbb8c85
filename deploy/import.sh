#!/usr/bin/env bash
# Imports the data files of the folder $DATA into the stack here or on HOST, for `make import`. The container reads a stream of the files
# (db/import/data-stream.ts), so it needs no access to the folder, and nothing is stored twice.
. deploy/stack.sh
. deploy/ssh.sh

# The data files in the order in which the importer reads them (db/data-files.ts).
known='product.csv products.csv features.csv styles.csv photos.csv skus.csv related.csv
  questions.csv answers.csv answers_photos.csv'
start_bytes=65536 # startBytes in db/import/data-stream.ts

main() {
  find_files
  check_rejects
  master_options=(-C)
  connect_if_named
  on bash deploy/check-stack.sh </dev/null
  remove_abandoned
  [ -n "$HOST" ] || docker compose build --quiet app
  import_files
}

find_files() {
  find_folder
  [ -r "$folder" ] && [ -x "$folder" ] || fail "The folder $DATA cannot be read."
  list=$(basename "$(cd "$folder" && pwd)")
  files=()
  local name
  for name in $known; do
    [ -f "$folder/$name" ] || continue
    [ -r "$folder/$name" ] || fail "$DATA/$name cannot be read."
    files+=("$name")
  done
}

# The folder for the lists of rejected and repaired lines. Checked before the import, which takes minutes.
check_rejects() {
  mkdir -p rejects 2>/dev/null && [ -w rejects ] ||
    fail "The folder $PWD/rejects cannot be written by $(id -un): remove it, or give it to $(id -un)."
}

# An import whose connection was lost could not remove its container.
remove_abandoned() {
  local container
  for container in $(on docker ps --all --quiet --filter name=^import- --filter status=exited </dev/null); do
    on docker rm --volumes "$container" </dev/null >/dev/null
  done
}

import_files() {
  local container=import-$$-$RANDOM bars='' width status
  if [ -t 2 ]; then
    width=$(stty size <&2 | cut -d ' ' -f 2)
    [ "$width" -gt 0 ] || width=80
    bars="--columns $width"
  fi
  # shellcheck disable=SC2064 # expands the name now
  trap "on docker rm --force --volumes $container >/dev/null 2>&1 || true; disconnect" EXIT
  # shellcheck disable=SC2064
  trap "on docker kill --signal INT $container >/dev/null 2>&1 || true" INT TERM HUP # the importer aborts with a message
  set -m # a process group of its own, so that Ctrl-C does not reach it
  # shellcheck disable=SC2086 # options, or none
  send_files | on docker compose --progress quiet run --name "$container" --no-deps --no-TTY \
    --env DISCARD_USER_ROWS="${DISCARD_USER_ROWS:-}" --volume /app/rejects prepare \
    db/import/main.ts --stream $bars ${JSON:+--json} --rejects "rejects/$list.csv" "$DATA" &
  set +m
  status=0
  while wait $! || status=$?; [ "$status" -gt 128 ] && kill -0 $! 2>/dev/null; do status=0; done
  tell_nginx on
  rm -f "rejects/$list.csv" "rejects/$list.repaired.csv"
  on docker cp "$container:/app/rejects/." - | tar -xf - -C rejects
  exit "$status"
}

send_files() {
  local name sizes=() index
  for name in ${files[@]+"${files[@]}"}; do
    sizes+=("$(wc -c <"$folder/$name" | tr -d ' ')")
    echo "${sizes[${#sizes[@]} - 1]} $name"
  done
  list_further_files
  echo
  for name in ${files[@]+"${files[@]}"}; do head -c "$start_bytes" "$folder/$name"; done
  for index in ${sizes[@]+"${!sizes[@]}"}; do head -c "${sizes[$index]}" "$folder/${files[$index]}"; done
}

list_further_files() {
  local path name
  for path in "$folder"/*; do
    name=${path##*/}
    [ -f "$path" ] || continue
    case " ${files[*]+"${files[*]}"} " in
      *" $name "*) ;;
      *) echo "- ${name//$'\n'/ }" ;;
    esac
  done
}

main
