#!/usr/bin/env bash
# Runs a command of the stack in this folder, or with HOST in the folder of the stack there.
# usage: deploy/on-host.sh <make target> [--finish] <command> [<argument>…]
# With --finish the command on HOST goes on when the connection is lost.
. deploy/stack.sh
. deploy/ssh.sh

target=$1
shift
finish=no
[ "$1" != --finish ] || { finish=yes; shift; }
if [ -z "$HOST" ]; then
  bash deploy/check-docker.sh "$target"
  exec "$@"
fi
connect_if_named
[ $finish = no ] || set -- bash deploy/host/follow.sh "$@"
[ ! -t 0 ] || [ ! -t 1 ] || ssh_options+=(-t)
on env CONFIRM="${CONFIRM:-}" TO="${TO:-}" STARTED_BY="$(id -un)@$HOSTNAME" "$@"
