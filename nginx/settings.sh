#!/bin/sh
# Run by the image's entrypoint before Nginx: a wrong setting stops the start with one sentence, and lists become
# directives.
set -euf # -f: a * in a list is no names of files

stop() { echo "$1" >&2; exit 1; }

for name in WRITE_RATE WRITE_BURST; do
  value=$(printenv "$name" || true)
  printf %s "$value" | grep -Eqx '[1-9][0-9]{0,5}' || stop "$name must be a whole number from 1 to 999999, not \"$value\"."
done

printf %s "$CORS_ORIGIN" | grep -Eqx '\*|https?://[A-Za-z0-9.:[-]+\]?(:[0-9]+)?' ||
  stop "CORS_ORIGIN must be * or an origin such as https://shop.example, not \"$CORS_ORIGIN\"."

# https://nginx.org/en/docs/http/ngx_http_realip_module.html
for proxy in $(printf %s "$REAL_IP_FROM" | tr , ' '); do
  printf %s "$proxy" | grep -Eqx '[0-9a-fA-F.:]+(/[0-9]{1,3})?' ||
    stop "REAL_IP_FROM must be IP addresses or networks, separated by commas, not \"$proxy\"."
  echo "set_real_ip_from $proxy;"
done >/etc/nginx/conf.d/real-ip.conf
cat >>/etc/nginx/conf.d/real-ip.conf <<'END'
real_ip_header X-Forwarded-For;
real_ip_recursive on;
END

# With names of its own the server is no longer the one for all: another Host gets a 421.
# https://nginx.org/en/docs/http/request_processing.html
for name in $(printf %s "$SERVER_NAMES" | tr , ' '); do
  printf %s "$name" | grep -Eqx '[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?' ||
    stop "SERVER_NAMES must be host names without a port, separated by commas, not \"$name\"."
  echo "server_name $name;"
done >/etc/nginx/conf.d/server-names.conf
echo "${SERVER_NAMES:+include unknown-host.conf;}" >/etc/nginx/conf.d/unknown-host.conf

# Loader.io asks for this before it sends load, to know that the host's owner wants it.
# https://support.loader.io/article/20-verifying-an-app
if [ -n "$LOADER_IO_TOKEN" ]; then
  token=${LOADER_IO_TOKEN#loaderio-}
  printf %s "$token" | grep -Eqx '[A-Za-z0-9]{1,64}' ||
    stop "LOADER_IO_TOKEN must be the token that Loader.io shows, letters and digits, not \"$LOADER_IO_TOKEN\"."
  echo "location ~ ^/loaderio-$token(?:\.txt|/)\$ { default_type text/plain; return 200 loaderio-$token; }"
fi >/etc/nginx/conf.d/loader-io.conf

sh /etc/nginx/checksums.sh >/tmp/checksums
