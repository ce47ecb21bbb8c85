#!/usr/bin/env bash
# Resets the stack's database to the generated sample, for `make reset`. The replicas keep serving, and passwords stay.
. deploy/stack.sh

bash deploy/confirm.sh 'make reset' "deletes all data of the stack $(project), users' writes included" "${CONFIRM:-}"
build app
run_once prepare node db/reset.ts
tell_nginx
