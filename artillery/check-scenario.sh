#!/usr/bin/env bash
# Fails with the list of scenarios, nearest name first, when the given scenario does not exist. Needs no installed packages.
# usage: artillery/check-scenario.sh <value of SCENARIO>
set -euo pipefail

wanted=${1:-browse}
names=$(cd artillery/scenarios && for file in *.yml; do echo "${file%.yml}"; done)
grep -Fxq -- "$wanted" <<<"$names" && exit

# shellcheck disable=SC2086 # $names is a list of words
nearest=$(bash deploy/nearest.sh "$wanted" $names)
sorted=$({ echo "$nearest"; grep -Fxv -- "$nearest" <<<"$names"; } | sed '/^$/d')
echo "SCENARIO must be one of ${sorted//$'\n'/, }, not \"$wanted\"." >&2
exit 2
