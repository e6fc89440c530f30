#!/usr/bin/env bash
# Starts the system on this machine and tells how to connect to it. Called by `./dev run`.
#   run.sh BIN_DIR [--services] [-- flags for bandwidth-mcp]
# Ctrl-C (or SIGTERM) stops everything that was started here, in order: calls in progress are answered first.
set -euo pipefail

BIN=$1
shift
SERVICES=
[ "${1:-}" = "--services" ] && { SERVICES=1; shift; }
[ "${1:-}" = "--" ] && shift

MCP_HOST=${BW_MCP_HOST:-127.0.0.1} MCP_PORT=${BW_MCP_PORT:-8080}
CALLBACK_HOST=${BW_CALLBACK_HOST:-127.0.0.1} CALLBACK_PORT=${BW_CALLBACK_PORT:-8081}
SANDBOX_PORT=${BW_SANDBOX_PORT:-8090}
ADMIN_PORT=${BW_ADMIN_PORT:-9100}
[ -n "$SERVICES" ] && ADMIN_PORT=9101
CALLBACK_URL="http://127.0.0.1:$CALLBACK_PORT"
PIDS=()

stop() {
  trap '' INT TERM
  local pid
  printf '\nstopping …\n' >&2
  for pid in "${PIDS[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  for pid in "${PIDS[@]}"; do wait "$pid" 2>/dev/null || true; done
  printf 'stopped\n' >&2
}
trap 'stop; exit 0' INT TERM

# start NAME COMMAND…: in the background, each log line behind the name. A session of its own, so that
# Ctrl-C reaches this script alone and the order of stopping is ours.
start() {
  local name=$1
  shift
  setsid "$@" 2> >(exec sed -u "s/^/[$name] /" >&2) >&2 </dev/null &
  PIDS=("$!" "${PIDS[@]}")
}

# wait_for NAME URL PID: until the URL answers 200, or the process is gone.
wait_for() {
  for _ in $(seq 1 200); do
    curl_ok "$2" && return 0
    kill -0 "$3" 2>/dev/null || break
    sleep 0.1
  done
  printf '%s did not become ready (%s); its messages are above\n' "$1" "$2" >&2
  stop
  exit 1
}

# A GET without curl: the machine need not have it.
curl_ok() {
  local rest=${1#http://} host port path status
  host=${rest%%:*} port=${rest#*:} path=/${rest#*/} port=${port%%/*}
  { exec 9<>"/dev/tcp/$host/$port"; } 2>/dev/null || return 1
  printf 'GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$path" "$host:$port" >&9
  IFS=' ' read -r -t 2 _ status _ <&9 || status=
  exec 9>&-
  [ "$status" = 200 ]
}

if [ -z "${BW_CLIENT_ID:-}" ]; then
  export BW_CLIENT_ID=sandbox-client BW_CLIENT_SECRET=sandbox-secret BW_ACCOUNT_ID=9900000
  for api in API VOICE MESSAGING MFA INSIGHTS; do export "BW_${api}_URL=http://127.0.0.1:$SANDBOX_PORT"; done
  start sandbox "$BIN/bw-sandbox" --port "$SANDBOX_PORT" --callback-base-url "$CALLBACK_URL"
  SANDBOX=1
fi
export BW_MCP_BASE_URL=${BW_MCP_BASE_URL:-$CALLBACK_URL}

if [ -n "$SERVICES" ]; then
  start event-store "$BIN/bw-event-store"
  start tool-service "$BIN/bw-tool-service"
  start callback-service "$BIN/bw-callback-service"
  start gateway "$BIN/bw-gateway" "$@"
else
  start bandwidth-mcp "$BIN/bandwidth-mcp" --transport http "$@"
fi
wait_for "${PIDS[0]:+the gateway}" "http://127.0.0.1:$ADMIN_PORT/readyz" "${PIDS[0]}"

http_headers=
[ -n "${BW_MCP_AUTH_TOKEN:-}" ] && http_headers=', "headers": {"Authorization": "Bearer <BW_MCP_AUTH_TOKEN>"}'
stdio_environment=
if [ -n "${SANDBOX:-}" ]; then
  url="\"http://127.0.0.1:$SANDBOX_PORT\""
  stdio_environment=', "env": {"BW_CLIENT_ID": "sandbox-client", "BW_CLIENT_SECRET": "sandbox-secret"'
  stdio_environment+=", \"BW_API_URL\": $url, \"BW_VOICE_URL\": $url, \"BW_MESSAGING_URL\": $url}"
fi
url_host=$MCP_HOST
[ "$url_host" = 0.0.0.0 ] && url_host=127.0.0.1
{
  echo
  if [ -n "${SANDBOX:-}" ]; then
    echo "BW_CLIENT_ID is not set: this talks to the SANDBOX on http://127.0.0.1:$SANDBOX_PORT."
    echo "Calls and texts are imitated; nothing reaches a phone and nothing costs money."
    echo
  fi
  echo "MCP        http://$url_host:$MCP_PORT/mcp"
  echo "callbacks  $BW_MCP_BASE_URL (listening on $CALLBACK_HOST:$CALLBACK_PORT)"
  echo "metrics    http://127.0.0.1:$ADMIN_PORT/metrics"
  echo
  echo "MCP client over HTTP:"
  printf '  {"mcpServers": {"bandwidth": {"type": "http", "url": "http://%s:%s/mcp"%s}}}\n' \
    "$url_host" "$MCP_PORT" "$http_headers"
  echo "MCP client over stdio (it starts its own process):"
  printf '  {"mcpServers": {"bandwidth": {"command": "%s", "args": ["--transport", "stdio"]%s}}}\n' \
    "$(readlink -f "$BIN")/bandwidth-mcp" "$stdio_environment"
  echo
  echo "Ctrl-C stops it."
} >&2

# Until one of them ends by itself, or a signal comes.
wait -n "${PIDS[@]}" || true
printf 'a process ended by itself; its messages are above\n' >&2
stop
exit 1
