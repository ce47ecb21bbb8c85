#!/usr/bin/env bash
# Puts the replicas of the app, one by one, into new containers made from what is here. `make roll`.
. deploy/stack.sh

replicas=$(docker compose ps --all --quiet app)
[ -n "$(docker compose ps --quiet --status running app)" ] || stop 'The stack does not run: make up starts it.'
echo 'Building the image …'
docker compose build --quiet app
check_app_settings
run_once prepare
# shellcheck disable=SC2086 # a list
roll_app $replicas
