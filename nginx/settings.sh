#!/bin/sh
# Run by the image's entrypoint before Nginx: a wrong setting stops the start with one sentence, and REAL_IP_FROM,
# a list, becomes directives.
set -eu

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
