#!/usr/bin/env bash
# Runs a command of the stack in this folder, or with HOST in the folder of the stack there.
# usage: deploy/on-host.sh <make target> <command> [<argument>…]
. deploy/stack.sh
. deploy/ssh.sh

target=$1
shift
[ -n "$HOST" ] || bash deploy/check-docker.sh "$target"
connect_if_named
[ ! -t 0 ] || [ ! -t 1 ] || ssh_options+=(-t)
on env CONFIRM="${CONFIRM:-}" TO="${TO:-}" STARTED_BY="$(id -un)@$(hostname)" "$@"
