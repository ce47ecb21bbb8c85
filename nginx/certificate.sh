#!/bin/sh
# Publishes certificate and key for Nginx, as one file and by a rename. It does so only if they are good: a file that is broken or half written
# never replaces a good one. tls.sh runs this before Nginx starts. Later the health check runs it every 25 s. Prints one sentence about a
# certificate that is not good, or ends within two weeks, and fails if it is not good.
set -eu
chain=/certificate/fullchain.pem
key=/certificate/privkey.pem
published=/tmp/certificate.pem
seen=/tmp/certificate.seen

main() {
  [ "$TLS" != off ] || return 0
  now=$(cksum $chain $key 2>&1 || true)
  [ "$now" != "$(cat $seen 2>/dev/null || true)" ] || return 0
  echo "$now" >$seen
  check || return
  (umask 077 && cat $chain $key >$published.new)
  mv $published.new $published
  openssl x509 -in $chain -noout -checkend $((14 * 86400)) >/dev/null || echo "The certificate ends on $(end)." >&2
}

fail() { echo "$1" >&2; return 1; }
end() { openssl x509 -in $chain -noout -enddate | cut -d= -f2; }

check() {
  for file in $chain $key; do
    [ -r $file ] || fail "CERTIFICATE_FOLDER has no ${file##*/} that user $(id -u) may read." || return
  done
  openssl x509 -in $chain -noout 2>/dev/null || fail 'fullchain.pem in CERTIFICATE_FOLDER is not a certificate.' || return
  openssl pkey -in $key -noout -passin pass: 2>/dev/null ||
    fail 'privkey.pem in CERTIFICATE_FOLDER is not a private key without a password.' || return
  [ "$(openssl x509 -in $chain -noout -pubkey)" = "$(openssl pkey -in $key -pubout -passin pass:)" ] ||
    fail 'privkey.pem in CERTIFICATE_FOLDER is the key of another certificate than fullchain.pem.' || return
  openssl x509 -in $chain -noout -checkend 0 >/dev/null || fail "The certificate in CERTIFICATE_FOLDER ended on $(end)." || return
  for name in $(printf %s "$SERVER_NAMES" | tr ',' ' '); do
    openssl x509 -in $chain -noout -checkhost "$name" | grep -q 'does match' ||
      fail "The certificate in CERTIFICATE_FOLDER is not for $name, which is one of SERVER_NAMES." || return
  done
}

main
