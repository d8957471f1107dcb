#!/bin/bash
# target.sh [FEATURE…]: starts `offhook proxy` in the foreground for a load program that knows nothing of it.
#
# Features: tcp, tls (at BENCH_PORT + 1, with cert.pem and key.pem of BENCH_STATE), regauth, inviteauth (digest with REGISTER, with calls: MD5, as
# peers offer it), durable (every answered REGISTER is on disk), stateless (calls are forwarded without transactions; not with
# inviteauth).
# From the environment: BENCH_PORT (127.0.0.1, UDP), BENCH_STATE (a scratch folder), BENCH_USERS (accounts u1… with passwords pw1…),
# BENCH_DOMAIN (bench.test), BENCH_SEGMENTATION (true, false or busy, see docs/config.md; else what the proxy does by itself), OFFHOOK
# (the binary; else that of `make bench` or `make build`).
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
: "${BENCH_PORT:=5060}" "${BENCH_STATE:=$(mktemp -d)}" "${BENCH_USERS:=1000}" "${BENCH_DOMAIN:=bench.test}" "${BENCH_SEGMENTATION:=}"
if [ -z "${OFFHOOK:-}" ]; then
  for OFFHOOK in "$root"/build/{bench,release}/apps/offhook/offhook; do [ -x "$OFFHOOK" ] && break; done
fi
[ -x "$OFFHOOK" ] || { echo "target.sh: no binary: make build, or name it in OFFHOOK" >&2; exit 2; }

listen="\"udp:127.0.0.1:$BENCH_PORT\"" tls="" registrations="" calls="" store=memory stateless=false
for feature in "$@"; do
  case $feature in
    tcp) listen+=", \"tcp:127.0.0.1:$BENCH_PORT\"" ;;
    tls) listen+=", \"tls:127.0.0.1:$((BENCH_PORT + 1))\""
         tls="[tls]"$'\n'"certificate = \"$BENCH_STATE/cert.pem\""$'\n'"key = \"$BENCH_STATE/key.pem\""$'\n'"verify = false" ;;
    regauth) registrations=1 ;;
    inviteauth) calls=1 ;;
    durable) store="sqlite:$BENCH_STATE/bindings.db"; rm -f "$BENCH_STATE"/bindings.db* ;;
    stateless) stateless=true ;;
    *) echo "target.sh: unknown feature $feature" >&2; exit 2 ;;
  esac
done
case $registrations$calls in
  11) auth=true ;;
  1) [ -n "$calls" ] && auth='"calls"' || auth='"register"' ;;
  *) auth=false ;;
esac

config=$BENCH_STATE/proxy.toml
{
  echo "listen = [$listen]"
  echo "domains = [\"$BENCH_DOMAIN\"]"
  echo "store = \"$store\""
  echo "auth = $auth"
  echo 'digest = ["MD5"]'
  case $BENCH_SEGMENTATION in
    busy) echo 'segmentation = "busy"' ;;
    ?*) echo "segmentation = $BENCH_SEGMENTATION" ;;
  esac
  [ "$stateless" = false ] || echo 'stateless = true'
  echo "$tls"
  [ "$auth" = false ] || for ((n = 1; n <= BENCH_USERS; n++)); do printf '[[user]]\nname = "u%d"\npassword = "pw%d"\n' "$n" "$n"; done
} > "$config"
exec "$OFFHOOK" proxy --config "$config"
