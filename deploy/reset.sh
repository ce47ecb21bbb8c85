#!/usr/bin/env bash
# Resets the stack's database to the generated sample, for `make reset`. The replicas keep serving, and passwords stay.
# usage: deploy/reset.sh <value of CONFIRM>
. deploy/stack.sh

bash deploy/confirm.sh 'make reset' "deletes all data of the stack $(docker compose config | sed -n 's/^name: //p'), users' writes included" "$1"
docker compose build --quiet app
run_once prepare node db/reset.ts
