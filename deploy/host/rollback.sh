#!/usr/bin/env bash
# On a host: makes an earlier release serve again, for `make rollback`: the one that served before, or the one named in TO.
. deploy/stack.sh
. deploy/host/releases.sh

serving=$(serving_release)
release=
for past in $(past_releases); do
  case $past in "$serving") [ -n "${TO:-}" ] || continue ;; esac
  case $past in "${TO:-}"*) release=$past; break ;; esac
done
[ -n "$release" ] || fail "There is no ${TO:-earlier} release here to go back to: make releases lists them."
[ -e "releases/$release/nginx/tls" ] || ! grep -Eq "^TLS=['\"]?files" .env ||
  fail "Release $release has no HTTPS, and nothing was changed: run make config TLS=off first."
echo "Going back from release $serving to $release …"
if ! output=$(bash "releases/$release/deploy/host/try-release.sh" "$release" 2>&1); then
  backup=$(cat "releases/$release/backup" 2>/dev/null || true)
  fail "Release $release cannot run here, and nothing was changed: $output${backup:+ The backup to restore is $backup.}"
fi
exec bash "releases/$release/deploy/host/follow.sh" bash "releases/$release/deploy/host/release.sh" "$release" "$serving"
