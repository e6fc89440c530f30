#!/bin/bash
# Exit 0 when a port of this container answers 200: healthcheck [PORT [PATH]], by default /readyz on the admin port.
# bash alone, so that the images need neither curl nor anything like it.
set -euo pipefail
port=${1:-$BW_ADMIN_PORT} path=${2:-/readyz}
exec 3<>"/dev/tcp/127.0.0.1/$port"
printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n\r\n' "$path" "$port" >&3
IFS=' ' read -r -t 2 _ status _ <&3
if [ "$status" != 200 ]; then
  # The reason is in the body; `docker inspect` shows it.
  while IFS= read -r -t 1 line; do printf '%s\n' "${line%$'\r'}"; done <&3 || true
  exit 1
fi
