# Prints the commands of the Makefile by group, in lines of at most 70 characters. The Makefile marks them with "## Group" and
# "target: … ## description".
BEGIN { width = 70; indent = 21 }

/^## / { printf "\n%s\n", substr($0, 4) }

/^[a-z-]+:.*## / {
  target = $0
  sub(/:.*/, "", target)
  sub(/^[^#]*## /, "")
  line = sprintf("  make %-" (indent - 7) "s", target)
  count = split($0, words, " ")
  for (i = 1; i <= count; i++) {
    if (length(line) + 1 + length(words[i]) > width) {
      print line
      line = sprintf("%" indent "s", "")
    }
    line = line (line ~ /^ +$/ || i == 1 ? "" : " ") words[i]
  }
  print line
}
