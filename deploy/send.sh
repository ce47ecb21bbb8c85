# Sends a release to HOST: its files, its image, and base images that the host cannot pull. To be sourced after ssh.sh.
# shellcheck shell=bash

# Docker pulls only the layers that the host lacks, from a registry on this machine that the host reaches through the connection. Without
# a registry, or where the host does not allow to forward a port, whole images are sent.
send_release() {
  local images image
  send_files
  images=$(on_release receive.sh missing) || fail "$(remote_error)"
  # shellcheck disable=SC2086 # a list
  fetch $images
  # shellcheck disable=SC2086
  if start_registry && forward_registry; then
    push "elier-app:$release" "elier-app:$release"
    for image in $images; do push "elier-for-host/$image" "$image"; done
    on_release receive.sh pull "127.0.0.1:$remote_port" "elier-app:$release" $images >/dev/null || fail "$(remote_error)"
    detail='the layers that the host lacked'
  else
    load "elier-app:$release" "elier-app:$release"
    for image in $images; do load "elier-for-host/$image" "$image"; done
    detail='whole images, because the host could not reach a registry here'
  fi
  on_release receive.sh done "elier-app:$release" || fail "$(remote_error)"
  docker rmi "elier-app:$release" >/dev/null || true # the build cache keeps the layers
}

# Runs one of the release's scripts on the host.
on_release() {
  local script=$1
  shift
  remote "cd elier && bash releases/$release/deploy/host/$script $release $*" </dev/null 2>"$sockets/error"
}

# A folder is complete, or it is not there.
send_files() {
  # shellcheck disable=SC2086 # a list
  COPYFILE_DISABLE=1 tar -cf - $release_files | gzip -1 | ssh "${ssh_options[@]}" "$HOST" "
    umask 022 && mkdir -p elier/releases && cd elier/releases && rm -rf .new-$release && mkdir .new-$release &&
    tar -xzf - -C .new-$release && rm -rf $release && mv .new-$release $release" 2>"$sockets/error" || fail "$(remote_error)"
}

# The volume keeps the layers, so that the next push stores only new ones. At 2 GiB it starts anew.
start_registry() {
  stop_abandoned_registries
  registry=elier-registry-$$
  trap 'stop_registry; disconnect' EXIT
  run_registry || return
  if [ "$(docker exec $registry du -sm /var/lib/registry | cut -f 1)" -ge 2048 ]; then
    stop_registry
    docker volume rm elier-registry >/dev/null 2>&1 || true # another deploy may be using it
    run_registry || return
  fi
  local_port=$(docker port $registry 5000 | sed -n '1s/.*://p')
}

run_registry() {
  docker run --detach --rm --name $registry --publish 127.0.0.1::5000 --volume elier-registry:/var/lib/registry registry:3 >/dev/null 2>&1
}
stop_registry() { docker rm --force $registry >/dev/null 2>&1 || true; }

# A deploy that was killed leaves its registry, whose name ends with the id of the deploy's process.
stop_abandoned_registries() {
  local name
  for name in $(docker ps --filter name=elier-registry- --format '{{.Names}}'); do
    kill -0 "${name##*-}" 2>/dev/null || docker rm --force "$name" >/dev/null
  done
}

# The host chooses a free port, which ssh prints.
forward_registry() {
  remote_port=$(ssh "${ssh_options[@]}" -O forward -R "127.0.0.1:0:127.0.0.1:$local_port" "$HOST" 2>/dev/null) && [ -n "$remote_port" ]
}

# Base images that the host cannot pull come from this machine. A build finds the one for the host's processor without replacing the one
# that this machine uses.
fetch() {
  local image
  for image; do
    echo "FROM $image" | DOCKER_BUILDKIT=1 docker build --quiet --platform "linux/$architecture" --tag "elier-for-host/$image" - >/dev/null 2>&1 ||
      fail "$HOST cannot pull the image $image, and neither can this machine."
  done
}

# Puts an image of this machine into its registry, under the name that the host uses.
push() {
  local tag=127.0.0.1:$local_port/$2
  docker tag "$1" "$tag"
  docker push --quiet "$tag" >/dev/null || fail "The image $2 could not be pushed to the registry on this machine."
  docker rmi "$tag" >/dev/null
}

# Sends a whole image.
load() {
  docker save "$1" | gzip -1 | ssh "${ssh_options[@]}" "$HOST" "gunzip | docker load && { [ $1 = $2 ] || { docker tag $1 $2 && docker rmi $1; }; }" \
    >/dev/null 2>"$sockets/error" || fail "$(remote_error)"
}
