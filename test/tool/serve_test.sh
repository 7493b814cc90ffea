#!/usr/bin/env bash
# pitstop serve: what its endpoints answer, whatever happens to the database.
set -euo pipefail

# shellcheck source=serving.sh
source "$PITSTOP_SOURCE/test/tool/serving.sh"

serving_guard
backups_start superuser_reserved_connections=2
cluster_psql --dbname=teslamate --command='CREATE ROLE watcher LOGIN' --command="SELECT pitstop.grant_reader('watcher')" --output=/dev/null
make_all_well

# ---- all is well

serve_begin --user watcher
get /health_check
is "$code:$body" '200:' "/health_check is 200 and nothing, as TeslaMate's"
get /livez
is "$code:$body" '200:alive' "/livez says that the process is there"
ok "/readyz says that all is well" wait_until 60 says /readyz 200 '^ready$'
get /health --head
is "$code" 200 "HEAD is answered"
get /health
is "$(python3 -c 'import json, sys; j = json.load(sys.stdin); print(j["status"], [c for c in j["checks"] if j["checks"][c][0]["state"] != "ok"], len(j["backups"]))' <<<"$body")" \
    "pass [] 1" "/health tells each check, and the backups"
vins=$(value teslamate "SELECT string_agg(vin, '|') FROM cars WHERE vin <> ''")
ok "there are VINs that could be told" test -n "$vins"
ok "nothing that is told holds a VIN" lacks "$cluster/body" "$vins"
get /metrics
ok "/metrics is what Prometheus reads" promtool check metrics <"$cluster/body"
like "$body" 'pitstop_check_status\{check="backup"\} 0' "it has a number for each check"
get / --header 'Accept-Language: zh-CN,zh;q=0.9,en;q=0.5'
like "$code $body" '^200 <!doctype html>.*<html lang="zh' "the page is there in Chinese"
get /etc/passwd
is "$code" 404 "no other path has anything"
get /health --request POST --data x=1
is "$code" 405 "nothing can be sent"

# ---- the database is gone, hangs, refuses

cluster_stop immediate
ok "without a server it is not ready, and says why" wait_until 60 says /readyz 503 '(^|\n)connection: critical: .*could not connect'
get /health_check
is "$code:$body" '200:' "but alive"
cluster_start
ok "it is ready again when the server is" wait_until 120 says /readyz 200 '^ready$'

postmaster=$(head -n 1 "$cluster/data/postmaster.pid")
kill -STOP "$postmaster"
ok "with a server that hangs it is not ready" wait_until 60 says /readyz 503 '(^|\n)connection: critical: .*no answer within'
get /health_check
is "$code:$body" '200:' "but answers"
kill -CONT "$postmaster"
ok "and is ready when it goes on" wait_until 120 says /readyz 200 '^ready$'

cluster_psql --dbname=postgres --command='ALTER ROLE watcher NOLOGIN'
ok "a role that may not log in is told" wait_until 60 says /readyz 503 'connection: critical: .*not permitted to log in'
cluster_psql --dbname=postgres --command='ALTER ROLE watcher LOGIN'
ok "and may again" wait_until 120 says /readyz 200 '^ready$'

cluster_psql --dbname=postgres --command='ALTER ROLE watcher CONNECTION LIMIT 0'
ok "so is one that has too many connections" wait_until 60 says /readyz 503 'connection: critical: .*too many connections'
cluster_psql --dbname=postgres --command='ALTER ROLE watcher CONNECTION LIMIT -1'
ok "until it has no longer" wait_until 120 says /readyz 200 '^ready$'

# ---- a restore goes on beside it

ok "a restore is not held up by it" pitstop restore --drop-old --quiet
ok "after which all is well" wait_until 120 says /readyz 200 '^ready$'
cluster_psql --dbname=postgres --command='ALTER DATABASE teslamate RENAME TO elsewhere'
ok "a database that is gone is told" wait_until 60 says /readyz 503 'connection: critical: .*"teslamate" does not exist'
cluster_psql --dbname=postgres --command='ALTER DATABASE elsewhere RENAME TO teslamate'
ok "until it is back" wait_until 120 says /readyz 200 '^ready$'

kill -STOP "$postmaster"
ok "it waits for the server" wait_until 60 says /readyz 503 'connection: critical'
serve_end
is "$status" 0 "SIGTERM ends it also while the server hangs"
kill -CONT "$postmaster"
is "$(<"$cluster/serve.err")" '' "and it has complained of nothing"

done_testing
