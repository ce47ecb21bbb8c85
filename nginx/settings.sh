#!/bin/sh
# The image's entrypoint runs this before Nginx. A wrong setting stops the start with one sentence; lists become directives.
set -euf # -f: a * in a list is no names of files

stop() { echo "$1" >&2; exit 1; }

for name in WRITE_RATE WRITE_BURST; do
  value=$(printenv "$name" || true)
  printf %s "$value" | grep -Eqx '[1-9][0-9]{0,5}' || stop "$name must be a whole number from 1 to 999999, not \"$value\"."
done

# The words of a list that commas or blanks separate, each once.
words() { printf %s "$1" | tr -s ',[:space:]' '\n' | sort -u; }

origins=$(words "$CORS_ORIGIN")
for origin in $origins; do
  [ "$origins" = '*' ] ||
    printf %s "$origin" | grep -Eqx 'https?://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[1-9][0-9]{0,4})?' ||
    stop "CORS_ORIGIN must be * or origins such as https://shop.example, separated by commas or blanks, not \"$origin\"."
done
{
  if [ "${origins:-*}" = '*' ]; then
    echo 'map "" $allowed_origin { default "*"; }'
    echo 'map "" $vary { default Accept-Encoding; }'
  else
    echo 'map $http_origin $allowed_origin {'
    for origin in $origins; do echo "    \"~^$(printf %s "$origin" | sed 's/[].[]/\\&/g')\$\" \"$origin\";"; done
    echo '}'
    echo 'map "" $vary { default "Accept-Encoding, Origin"; }'
  fi
  echo 'map $allowed_origin $exposed_headers {'
  echo '    default "Link, ETag, Location, Retry-After, X-Request-Id, X-Cache";'
  echo '    "" "";'
  echo '}'
} >/etc/nginx/conf.d/origins.conf

# https://nginx.org/en/docs/http/ngx_http_realip_module.html
for proxy in $(words "$REAL_IP_FROM"); do
  printf %s "$proxy" | grep -Eqx '((25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(\.(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}|[0-9a-fA-F]*:[0-9a-fA-F:.]*)(/[0-9]{1,3})?' ||
    stop "REAL_IP_FROM must be IP addresses or networks, separated by commas or blanks, not \"$proxy\"."
  echo "set_real_ip_from $proxy;"
done >/etc/nginx/conf.d/real-ip.conf
cat >>/etc/nginx/conf.d/real-ip.conf <<'END'
real_ip_header X-Forwarded-For;
real_ip_recursive on;
END

# With names, the server is no longer the default: another Host gets 421.
# https://nginx.org/en/docs/http/request_processing.html
names=$(words "$SERVER_NAMES" | tr '[:upper:]' '[:lower:]')
for name in $names; do
  printf %s "$name" | grep -Eqx '[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*' ||
    stop "SERVER_NAMES must be host names without a port, separated by commas or blanks, not \"$name\"."
  echo "server_name $name;"
done >/etc/nginx/conf.d/server-names.conf
echo "${names:+include unknown-host.conf;}" >/etc/nginx/conf.d/unknown-host.conf

# Loader.io asks for this before it sends load, to know that the host's owner wants it.
# https://support.loader.io/article/20-verifying-an-app
if [ -n "$LOADER_IO_TOKEN" ]; then
  token=${LOADER_IO_TOKEN#loaderio-}
  printf %s "$token" | grep -Eqx '[A-Za-z0-9]{1,64}' ||
    stop "LOADER_IO_TOKEN must be the token that Loader.io shows, letters and digits, not \"$LOADER_IO_TOKEN\"."
  echo "location ~ ^/loaderio-$token(?:\.txt|/)\$ { default_type text/plain; return 200 loaderio-$token; }"
fi >/etc/nginx/conf.d/loader-io.conf

# The cache of responses:
# - On a volume, not in memory: the size is a soft limit, and a tmpfs that overflowed would cut responses short. The kernel keeps hot
#   files in memory and gives the memory back when PostgreSQL needs it. Any user may write to /var/tmp, a directory of the image, so the
#   volume needs no chown.
# - max_size: most responses take a block of the disk, 4 KiB. A sixteenth less, for what comes until the cache manager wakes.
# - levels=2: 256 folders. With 4,096 (1:2) ext4 takes two to five times as long to make a file.
# - keys_zone: 1 MiB holds 8,000 keys. A quarter more than files, because the cache manager sleeps up to 10 s; when a burst fills the zone
#   before it wakes, Nginx answers 503.
# - inactive (10m): an entry stays until its room is needed.
# - use_temp_path=off: a new entry is renamed, not copied, into its place.
# - manager_files (100): many one-off keys do not outrun the manager.
# https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cache_path
# The zone of 400,000 takes 63 MiB of the container's 160 MiB, or 192 with TLS.
{ printf %s "$CACHE_ANSWERS" | grep -Eqx '[1-9][0-9]{3,5}' && [ "$CACHE_ANSWERS" -le 400000 ]; } ||
  stop "CACHE_ANSWERS must be a whole number from 1000 to 400000, not \"$CACHE_ANSWERS\"."
# Removes the 16 folders of the earlier layout, but not when `make up` only tries this Nginx: the running one may still use them.
[ "$(tr '\0' ' ' </proc/1/cmdline | tail -c 3)" = '-t ' ] || find /var/tmp/cache -mindepth 1 -maxdepth 1 -name '?' -exec rm -rf {} + 2>/dev/null || true
cat >/etc/nginx/conf.d/cache-room.conf <<END
proxy_cache_path /var/tmp/cache levels=2 keys_zone=answers:$((CACHE_ANSWERS / 6400 + 1))m max_size=$((CACHE_ANSWERS * 15 / 4096))m
                 inactive=365d use_temp_path=off manager_files=1000;
END

sh /etc/nginx/tls.sh
sh /etc/nginx/data-sets.sh
sh /etc/nginx/checksums.sh >/tmp/checksums
