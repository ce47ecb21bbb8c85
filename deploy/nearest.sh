#!/usr/bin/env bash
# Prints the candidate with the smallest edit distance to a word, or nothing when more than half of the letters differ.
# usage: deploy/nearest.sh <word> <candidate>…
set -euo pipefail
word=$1
shift

printf '%s\n' "$@" | awk -v word="$word" '
  function distance(a, b,    i, j, cost, row, above, left) {
    for (j = 0; j <= length(b); j++) row[j] = j
    for (i = 1; i <= length(a); i++) {
      above = row[0]
      row[0] = i
      for (j = 1; j <= length(b); j++) {
        cost = above + (substr(a, i, 1) != substr(b, j, 1))
        above = row[j]
        left = row[j - 1] + 1
        row[j] = above + 1
        if (left < row[j]) row[j] = left
        if (cost < row[j]) row[j] = cost
      }
    }
    return row[length(b)]
  }
  { d = distance(toupper(word), toupper($0)) }
  NR == 1 || d < least { least = d; nearest = $0 }
  END { if (2 * least <= length(word)) print nearest }'
