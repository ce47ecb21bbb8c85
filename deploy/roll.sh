#!/usr/bin/env bash
# Replaces the containers of the app one by one by new ones, built from this checkout, for `make roll`.
. deploy/stack.sh

replicas=$(docker compose ps --all --quiet app)
[ -n "$(docker compose ps --quiet --status running app)" ] || fail 'The stack does not run: make up starts it.'
echo 'Building the image …'
docker compose build --quiet app
check_app_settings
run_once prepare
# shellcheck disable=SC2086 # a list
roll_app $replicas
