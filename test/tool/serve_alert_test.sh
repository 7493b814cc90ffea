#!/usr/bin/env bash
# pitstop serve: an alert reaches its receiver once, whatever happens to either.
set -euo pipefail

# shellcheck source=serving.sh
source "$PITSTOP_SOURCE/test/tool/serving.sh"

serving_guard
backups_start
make_all_well
port=$(cluster_free_port)

# A web hook: writes down each message as a line, and answers with the status that $cluster/answer says.
receiver_begin() {
    python3 - "$port" "$cluster" >"$cluster/receiver" 2>&1 <<'END' &
import http.server, json, pathlib, sys
cluster = pathlib.Path(sys.argv[2])
class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        message = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
        status = int((cluster / 'answer').read_text())
        name = 'messages' if status == 200 else 'refused'
        with open(cluster / name, 'a') as file:
            file.write(' '.join(f"{c['check']}:{c['from']}>{c['to']}" for c in message['changes']) + '\n')
        self.send_response(status)
        self.end_headers()
    def log_message(self, *_): pass
print('ready', flush=True)
http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Hook).serve_forever()
END
    receiver=$!
    wait_until 30 grep -q ready "$cluster/receiver"
}

# Nothing but what is expected may have come, so it is compared as a whole.
messages() {
    sort "$cluster/messages" 2>/dev/null | tr '\n' ';'
}
has_come() {
    [[ $(messages) == "$1" ]]
}
all_that_came() {
    wait_until 120 has_come "$1" || { diag "$(messages)"; return 1; }
}

mkdir "$cluster/state"
cat >"$cluster/config" <<END
[alerts]
webhook = "http://127.0.0.1:$port/hook?key=secret"
hold_off = "5s"
END
serve_with_alerts() {
    # However slow the machine is: it is about what is there and what is not.
    serve_begin --config "$cluster/config" --state-dir "$cluster/state" --threshold connection=1h:1h
}

echo 200 >"$cluster/answer"
receiver_begin
serve_with_alerts
ok "all is well" wait_until 60 says /readyz 200 ready
cluster_stop immediate
ok "when the server is gone one message says so" all_that_came 'connection:ok>critical;'
cluster_start
ok "and one when it is back" all_that_came 'connection:critical>ok;connection:ok>critical;'

# ---- the receiver fails

rm "$cluster/messages"
echo 500 >"$cluster/answer"
cluster_stop immediate
ok "a receiver may refuse" wait_until 60 grep -q 'connection:ok>critical' "$cluster/refused"
ok "which is told, without the address and its key" wait_until 30 grep -q 'the web hook answered with status 500' "$cluster/serve.err"
ok "nowhere is the key" lacks "$cluster/serve.err" "$cluster/serve.out" "$cluster/state" secret
kill -KILL "$server"
wait "$server" 2>/dev/null || true
echo 200 >"$cluster/answer"
serve_with_alerts
ok "what it has not got comes after a kill and a restart" all_that_came 'connection:ok>critical;'
kill -KILL "$server"
wait "$server" 2>/dev/null || true
serve_with_alerts
ok "it looks again" wait_until 60 says /readyz 503 'connection: critical'
cluster_start
ok "what it has got does not come again" all_that_came 'connection:critical>ok;connection:ok>critical;'
serve_end
is "$status" 0 "it ends as it should"

# ---- a record that is damaged, and a command

echo '{' >"$cluster/state/alerts.state"
cat >"$cluster/config" <<END
[alerts]
command = "cat >>'$cluster/said'"
hold_off = "5s"
END
serve_with_alerts
ok "a damaged record is told" wait_until 30 grep -q 'could not read what was announced so far' "$cluster/serve.err"
ok "and all is well" wait_until 60 says /readyz 200 ready
cluster_stop immediate
ok "a command gets the message on its input" wait_until 60 grep -q '"source": *"pitstop".*connection' "$cluster/said"
serve_end
kill "$receiver"
wait "$receiver" 2>/dev/null || true

done_testing
