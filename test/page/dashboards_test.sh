#!/usr/bin/env bash
# What packaging/ has for Grafana and Prometheus.
set -euo pipefail

# shellcheck source=../tap.sh
source "$PITSTOP_SOURCE/test/tap.sh"
# shellcheck source=../../tool/cluster.sh
source "$PITSTOP_SOURCE/tool/cluster.sh"
# shellcheck source=../teslamate.sh
source "$PITSTOP_SOURCE/test/teslamate.sh"

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

# ---- its queries, with what Grafana makes of its macros

cluster_guard
cluster_create --prefix "$PITSTOP_PREFIX" fsync=off
cluster_start
load_teslamate teslamate
cluster_psql --dbname=teslamate --output=/dev/null --file=- <<'END'
CREATE EXTENSION pitstop;
SELECT pitstop.record_backups('nas', '/backups', '[{"name": "one", "started_at": "2026-01-01T03:00:00Z", "bytes": 5},
    {"name": "two", "started_at": "2026-01-02T03:00:00Z", "bytes": 7, "proven_at": "2026-01-02T03:05:00Z", "proven_how": "read"}]');
SELECT pitstop.record_measures('[{"code": "database_size", "value": 12000000}, {"code": "addresses", "value": 3}]');
END

# rows_of TITLE: of that panel's query, with a line for the columns.
# shellcheck disable=SC2154  # $cluster is cluster_create's
rows_of() {
    ask "next(p[\"targets\"][0][\"rawSql\"] for p in d[\"panels\"] if p[\"title\"] == \"$1\")" |
        sed -E "s/\\\$__timeFrom\(\)/'2025-12-30T00:00:00Z'/; s/\\\$__timeFilter\(([a-z_]+)\)/\1 > '2025-12-30T00:00:00Z'/" >"$cluster/query"
    cluster_psql --dbname=teslamate --no-align --pset=footer=off --pset=tuples_only=off --file="$cluster/query" 2>&1
}

like "$(rows_of State)" $'^state\n(ok|warning|critical|unknown)$' "the state is one of those that have a colour"
like "$(rows_of 'Newest proven backup')" $'^age\n[0-9.]+$' "the age of the newest proven backup is a number"
like "$(rows_of Findings)" $'^severity\\|what\\|how many\\|to mend it' "the findings are told with what mends them"
like "$(rows_of Cars)" $'^car\\|newest position\\|state\\|note\ncar 1\\|[0-9.]+\\|(ok|warning|critical)\\|' "each car has the age of its position"
like "$(rows_of 'Size of the database')" $'^time\\|size\n[^|\n]+\\|12000000$' "the size of the database is there over time"
like "$(rows_of 'Drives and charges without an address')" $'^time\\|without an address\n[^|\n]+\\|3$' "and what has no address"
is "$(rows_of Backups | cut -d'|' -f2-)" $'proven|not proven\n|5\n7|' "backups are there by their sizes, proven and not"
like "$(rows_of Checks)" $'^state\\|check\\|unit\\|value\\|note\n.*ok\\|size of the database\\|bytes\\|[0-9]+\\|' "each check is there with what it saw"
like "$(rows_of 'All backups')" $'^name\\|begun\\|size\\|proven by\\|finding\\|host\\|directory\ntwo\\|' "the newest backup comes first"
is "$(ask 'len(d["panels"])')" 9 "and these are all panels"

done_testing
