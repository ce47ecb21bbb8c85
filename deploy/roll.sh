#!/usr/bin/env bash
# Replaces the containers of the app one by one by new ones, for `make roll`.
. deploy/stack.sh
. deploy/checks.sh
. deploy/replace.sh
. deploy/lock.sh

replicas=$(docker compose ps --all --quiet app)
is_running app || fail 'The stack does not run: make up starts it.'
take_lock 'make roll'
refuse_unfinished
build --quiet
check_app_settings
run_once prepare
# shellcheck disable=SC2086 # a list
roll_app $replicas
