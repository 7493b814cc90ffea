#!/usr/bin/env bash
# What packaging/ has for Grafana and Prometheus.
set -euo pipefail

# shellcheck source=../tap.sh
source "$PITSTOP_SOURCE/test/tap.sh"

rules=$PITSTOP_SOURCE/packaging/prometheus/pitstop.rules.yml
dashboard=$PITSTOP_SOURCE/packaging/grafana/pitstop.json

ok "Prometheus takes the alert rules" promtool check rules "$rules"
ok "each alert fires when it ought to, and at no other time" timeout 60 promtool test rules "$PITSTOP_SOURCE/test/page/rules_test.yml"

# ask EXPRESSION: what Python makes of the dashboard, which it knows as d.
ask() {
    python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$dashboard" "$1"
}

is "$(ask 'd["title"], d["uid"], d.get("id")')" "('pitstop', 'pitstop', None)" "the dashboard is JSON, and can be imported anywhere"
is "$(ask 'len({p["id"] for p in d["panels"]}) == len(d["panels"])')" True "each panel has an id of its own"
is "$(ask '{t["datasource"]["uid"] for p in d["panels"] for t in p["targets"]}')" "{'\${datasource}'}" "each query asks the database that its reader chose"
is "$(ask '[(a["title"], b["title"]) for a in d["panels"] for b in d["panels"] if a["id"] < b["id"]
    and all(a["gridPos"][x] < b["gridPos"][x] + b["gridPos"][w] and b["gridPos"][x] < a["gridPos"][x] + a["gridPos"][w] for x, w in ("xw", "yh"))]')" \
    '[]' "no panel lies over another"

done_testing
