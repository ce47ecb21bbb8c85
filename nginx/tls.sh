#!/bin/sh
# Makes directives of TLS, HTTPS_PORT and HSTS, for settings.sh. A wrong setting or certificate stops the start with one sentence.
set -eu
conf=/etc/nginx/conf.d

# Connections of clients and upstream, of about 1 KiB each; with TLS of 23 KiB. Default: 512.
connections() { echo "worker_connections $1;" >$conf/connections.conf; }

# Accepts a thousand clients at once. Default: backlog=511, the rest tries again after 1 s.
backlog=backlog=4096

if [ "$TLS" = off ]; then
  connections 4096
  echo "listen 8080 $backlog;" >$conf/listen.conf
  echo 'map "" $hsts { default ""; }' >$conf/tls.conf
  : >$conf/reject-handshake.conf
  exit
fi

echo "$HSTS" | grep -Eqx '(max-age=[0-9]{1,10}(; includeSubDomains)?(; preload)?)?' || {
  echo "HSTS must be empty or such as \"max-age=31536000; includeSubDomains\", not \"$HSTS\"." >&2
  exit 1
}
sh /etc/nginx/certificate.sh start
connections 3072
port=:${HTTPS_PORT##*:}
[ "$port" != :443 ] || port=

printf '%s\n' "listen 8443 ssl $backlog;" 'http2 on;' >$conf/listen.conf
cat >$conf/tls.conf <<END
map \$https \$hsts {
    on      "$HSTS";
    default "";
}
map "" \$https_port { default "$port"; }
include tls.conf;
include redirect.conf;
END
# A handshake for another name, or for none, ends before it shows the certificate.
printf '%s\n' 'listen 8443 ssl default_server;' 'ssl_reject_handshake on;' >$conf/reject-handshake.conf
