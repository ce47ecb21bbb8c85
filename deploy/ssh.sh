# One ssh connection to HOST for all steps of a command. To be sourced after stack.sh.
# shellcheck shell=bash

HOST=${HOST:-}

# Opens the connection, or fails with one sentence. It ends with the shell.
connect() {
  case $HOST in
    -* | *[!A-Za-z0-9._@:%-]*) fail "HOST must be a host, or a user and a host, such as admin@203.0.113.5, not \"$HOST\"." ;;
  esac
  sockets=$(mktemp -d /tmp/elier-XXXXXX) # a socket's path must be short
  # A lost connection ends after 15 s.
  ssh_options=(-o ControlPath="$sockets/%C" -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=3)
  [ -z "${SSH_PORT:-}" ] || ssh_options+=(-p "$SSH_PORT")
  [ -t 0 ] || ssh_options+=(-o BatchMode=yes)
  trap disconnect EXIT
  # With -f the connection keeps the standard output and error open, so they go elsewhere. When this shell is killed, the connection ends with sleep.
  ssh "${ssh_options[@]}" ${master_options[@]+"${master_options[@]}"} -o ControlMaster=yes -f "$HOST" sleep 3600 </dev/null >/dev/null 2>"$sockets/error" || fail "$(ssh_failure)"
}

disconnect() {
  [ -n "${sockets:-}" ] || return 0
  ssh "${ssh_options[@]}" -O exit "$HOST" >/dev/null 2>&1 || true
  rm -rf "$sockets"
}

ssh_failure() {
  local error
  error=$(grep -v '^Warning: Permanently added' "$sockets/error" | tail -n 1 | tr -d '\r')
  case $error in
    *'Permission denied'*) echo "$HOST refuses your key: name the user and the key's file in ~/.ssh/config, or add the key to its ~/.ssh/authorized_keys." ;;
    *'Host key verification failed'*) echo "The identity of $HOST is unknown or has changed: run ssh $HOST once, and check what it says." ;;
    *'Could not resolve'*) echo "There is no host ${HOST#*@}: check the name." ;;
    *'refused'* | *'timed out'* | *'No route'* | *'unreachable'*) echo "$HOST does not answer on ssh's port: is it running, and does its firewall admit you? ($error)" ;;
    *) echo "ssh to $HOST failed: $error" ;;
  esac
}

# What the last remote command wrote to $sockets/error.
remote_error() {
  if [ -s "$sockets/error" ]; then cat "$sockets/error"; else echo "The connection to $HOST was lost."; fi
}

# Runs a command line of the remote shell.
remote() { ssh "${ssh_options[@]}" "$HOST" "$1"; }

# Connects if HOST is given. Then `on` runs commands there, in the folder of the stack.
connect_if_named() {
  [ -n "$HOST" ] || return 0
  connect
  remote 'test -e elier/releases/serving' </dev/null || fail "$HOST has no release yet: make deploy HOST=$HOST brings it one."
}

# Runs a command here, or on HOST. Its standard input, output and status are the command's.
on() {
  if [ -z "$HOST" ]; then "$@"; else remote "cd elier && $(printf ' %q' "$@")"; fi
}
