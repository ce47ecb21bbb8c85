#!/bin/sh
# Publishes certificate and key for Nginx, as one file and by a rename. It does so only if Nginx can use them: a file that is broken or half
# written never replaces a good one. tls.sh runs this before Nginx starts, the health check every 25 s. Prints one sentence about a certificate
# that is not good, and fails. Warns once a day about a certificate that ends within two weeks.
# usage: certificate.sh [start]
set -eu
chain=/tmp/fullchain.pem # copies, which nobody changes between the check and their use
key=/tmp/privkey.pem
published=/tmp/certificate.pem
seen=/tmp/certificate.seen

main() {
  [ "$TLS" != off ] || return 0
  [ "${1:-}" = start ] || [ -e /tmp/nginx.pid ] || return 0
  now=$(cksum /certificate/fullchain.pem /certificate/privkey.pem 2>&1 || true; date +%F)
  [ "$now" != "$(cat $seen 2>/dev/null || true)" ] || return 0
  echo "$now" >$seen
  umask 077
  take fullchain.pem && take privkey.pem && check || return
  mv $published.new $published
  openssl x509 -in $chain -noout -checkend $((14 * 86400)) >/dev/null || echo "The certificate ends on $(end)." >&2
}

fail() { echo "$1" >&2; return 1; }
take() { cat "/certificate/$1" 2>/dev/null >"/tmp/$1" || fail "CERTIFICATE_FOLDER has no $1 that user $(id -u) may read."; }
end() { openssl x509 -in $chain -noout -enddate | cut -d= -f2; }
start() { openssl x509 -in $chain -noout -startdate -dateopt iso_8601 | cut -d= -f2; }

check() {
  openssl x509 -in $chain -noout 2>/dev/null || fail 'fullchain.pem in CERTIFICATE_FOLDER is not a certificate.' || return
  openssl pkey -in $key -noout -passin pass: 2>/dev/null ||
    fail 'privkey.pem in CERTIFICATE_FOLDER is not a private key without a password.' || return
  [ "$(openssl x509 -in $chain -noout -pubkey)" = "$(openssl pkey -in $key -pubout -passin pass:)" ] ||
    fail 'privkey.pem in CERTIFICATE_FOLDER is the key of another certificate than fullchain.pem.' || return
  openssl x509 -in $chain -noout -checkend 0 >/dev/null || fail "The certificate in CERTIFICATE_FOLDER ended on $(end)." || return
  expr "$(start)" '<=' "$(date -u '+%F %TZ')" >/dev/null || fail "The certificate in CERTIFICATE_FOLDER begins on $(start)." || return
  for name in $(printf %s "$SERVER_NAMES" | tr ',' ' '); do
    case $name in *[!0-9.]*) ;; *) continue ;; esac # clients that name an address send no name in the handshake
    openssl x509 -in $chain -noout -checkhost "$name" | grep -q 'does match' ||
      fail "The certificate in CERTIFICATE_FOLDER is not for $name, which is one of SERVER_NAMES." || return
  done
  { cat $chain; echo; cat $key; } >$published.new
  said=$(nginx -t -q -c /etc/nginx/certificate-check.conf 2>&1) ||
    fail "Nginx cannot use the files in CERTIFICATE_FOLDER: $(echo "$said" | head -n 1)" || return
}

main "$@"
