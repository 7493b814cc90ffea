#!/usr/bin/env bash
# pitstop serve: where it listens, who may see what, how it is told and tells it goes.
set -euo pipefail

# shellcheck source=serving.sh
source "$PITSTOP_SOURCE/test/tool/serving.sh"

serving_guard
backups_start
make_all_well

# ---- the token

run_pitstop serve --listen 0.0.0.0:0
is "$status" 2 "where others come from it does not listen without a token"
like "$err" 'without a token.*--token-file.*127\.0\.0\.1' "and says what to do"
: >"$cluster/token"
run_pitstop serve --listen 0.0.0.0:0 --token-file "$cluster/token"
like "$status $err" '^2 .*token" is empty' "an empty token is none"
echo 'a long and secret word' >"$cluster/token"
serve_begin --token-file "$cluster/token"
for path in / /health /readyz /metrics /page.js; do
    get "$path"
    is "$code" 401 "$path is closed without the token"
done
for path in /health_check /livez; do
    get "$path"
    is "$code" 200 "$path is open"
done
get /health --header 'Authorization: Bearer a long and secret word'
like "$code" '^(200|503)$' "the token opens as Bearer"
get /health --user 'anybody:a long and secret word'
like "$code" '^(200|503)$' "and as a password"
get /health --user 'anybody:another word'
is "$code" 401 "another word opens nothing"
ok "the token is in no output" lacks "$cluster/serve.out" "$cluster/serve.err" 'secret word'

# ---- read again

echo 'a new word' >"$cluster/token"
kill -HUP "$server"
ok "SIGHUP reads the token again" wait_until 30 grep -q '^Read the configuration again' "$cluster/serve.out"
get /livez
get /health --user 'anybody:a new word'
like "$code" '^(200|503)$' "the new one opens"
get /health --user 'anybody:a long and secret word'
is "$code" 401 "the old one no longer"
serve_end
is "$status" 0 "SIGTERM ends it"

cat >"$cluster/config" <<END
listen = "0.0.0.0:0"
token_file = "$cluster/token"
END
"$PITSTOP_BUILD/bin/pitstop" serve --config "$cluster/config" >"$cluster/serve.out" 2>"$cluster/serve.err" </dev/null &
server=$!
ok "with a token it listens for others" wait_until 30 grep -q '^Listening on ' "$cluster/serve.out"
url=http://127.0.0.1:$(sed -nE 's/^Listening on .*:([0-9]+)\.$/\1/p' "$cluster/serve.out")
echo 'listen = "127.0.0.1:0"' >"$cluster/config"
kill -HUP "$server"
ok "a token that is taken away is told" wait_until 30 grep -q 'cannot go on listening .* without a token' "$cluster/serve.err"
get /health
is "$code" 401 "and stays, as long as others can come"
serve_end

# ---- the configuration

cat >"$cluster/config" <<'END'
[checks.positions]
enabled = false
END
serve_begin --config "$cluster/config"
ok "a check that is switched off is not told" wait_until 60 says /readyz 200 ready
get /health
ok "nowhere" lacks "$cluster/body" positions
echo 'nonsense = 1' >>"$cluster/config"
kill -HUP "$server"
ok "a configuration that cannot be read is told" wait_until 30 grep -q 'could not read the configuration again: .*nonsense' "$cluster/serve.err"
get /livez
is "$code" 200 "and the old one stays"
echo '' >"$cluster/config"
kill -HUP "$server"
ok "a good one is taken" wait_until 60 says /health 200 '"positions"'
serve_end

# ---- a unix socket, and the service manager

python3 - "$cluster/notify" >"$cluster/notified" <<'END' &
import os, socket, sys
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
listener.settimeout(60)
while True:
    state = listener.recv(4096).decode()
    print(state.replace('\n', ' '), flush=True)
    if 'STOPPING=1' in state:
        break
END
notified=$!
wait_until 30 test -S "$cluster/notify"
NOTIFY_SOCKET=$cluster/notify WATCHDOG_USEC=200000 "$PITSTOP_BUILD/bin/pitstop" serve --listen "unix:$cluster/pitstop.sock" \
    >"$cluster/serve.out" 2>"$cluster/serve.err" </dev/null &
server=$!
ok "the service manager is told when it is ready" wait_until 30 grep -q '^READY=1' "$cluster/notified"
url=http://localhost
get /health_check --unix-socket "$cluster/pitstop.sock"
is "$code" 200 "it answers on a unix socket"
ok "the watchdog is reassured again and again" wait_until 30 grep -qz 'WATCHDOG=1.*WATCHDOG=1.*WATCHDOG=1' "$cluster/notified"
run_pitstop serve --listen "unix:$cluster/pitstop.sock"
is "$status" 1 "a socket on which somebody listens is not taken"
serve_end
wait "$notified"
is "$(tail -n 1 "$cluster/notified")" STOPPING=1 "and when it ends"

done_testing
