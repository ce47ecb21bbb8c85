#!/usr/bin/env bash
# Stops with the names of the scenarios, the nearest first, unless one has the name that is given. It needs nothing installed.
# usage: artillery/check-scenario.sh <value of SCENARIO>
set -euo pipefail

wanted=${1:-browse}
names=$(cd artillery/scenarios && for file in *.yml; do echo "${file%.yml}"; done)
grep -Fxq -- "$wanted" <<<"$names" && exit

# shellcheck disable=SC2086 # a list
nearest=$(bash deploy/nearest.sh "$wanted" $names)
sorted=$({ echo "$nearest"; grep -Fxv -- "$nearest" <<<"$names"; } | sed '/^$/d')
echo "SCENARIO must be one of ${sorted//$'\n'/, }, not \"$wanted\"." >&2
exit 2
