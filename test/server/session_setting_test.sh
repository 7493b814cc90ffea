#!/usr/bin/env bash
# pitstop.teslamate_schema decides on whose rows the functions work: superusers set it, per database or role, and
# nobody else gets past them, not before the library is loaded either.
set -euo pipefail

# shellcheck source=../tap.sh
source "$PITSTOP_SOURCE/test/tap.sh"
# shellcheck source=../../tool/cluster.sh
source "$PITSTOP_SOURCE/tool/cluster.sh"
# shellcheck source=../teslamate.sh
source "$PITSTOP_SOURCE/test/teslamate.sh"

# The schema that a call in a new session of USER works on; PSQL_OPTION... come first in that session.
schema_seen_by() {
    local user=$1
    shift
    cluster_psql --username="$user" --dbname=teslamate --tuples-only --no-align "$@" \
        --command="SELECT found FROM pitstop.check_teslamate() WHERE name = 'schema'" 2>/dev/null
}

set_schema() {
    cluster_psql --dbname=teslamate --command="ALTER $1 SET pitstop.teslamate_schema = '$2'"
}

reset_schema() {
    cluster_psql --dbname=teslamate --command="ALTER $1 RESET pitstop.teslamate_schema"
}

cluster_guard
cluster_create --prefix "$PITSTOP_PREFIX" fsync=off
cluster_start
load_teslamate teslamate
cluster_psql --dbname=teslamate --output=/dev/null --set=schema=tenant_7 --set=private_schema=private_7 \
    --file="$PITSTOP_SOURCE/test/fixtures/teslamate/schema.sql" \
    --command='CREATE EXTENSION pitstop' --command='CREATE ROLE alice LOGIN' --command='CREATE ROLE bob LOGIN' \
    --command="SELECT pitstop.grant_reader('alice')" --command="SELECT pitstop.grant_reader('bob')" \
    --command="SET pitstop.teslamate_schema = 'tenant_7'" --command="SELECT pitstop.grant_reader('alice')"

is "$(schema_seen_by alice)" public "it is public when nobody set it"

set_schema "DATABASE teslamate" tenant_7
is "$(schema_seen_by alice)" tenant_7 "a superuser's ALTER DATABASE holds in new sessions"
is "$(schema_seen_by postgres)" tenant_7 "for superusers as well"
set_schema "ROLE bob" public
is "$(schema_seen_by bob)" public "a superuser's ALTER ROLE goes before it"
reset_schema "ROLE bob"
set_schema "ROLE bob IN DATABASE teslamate" public
is "$(schema_seen_by bob)" public "and so does one for a role in a database"
reset_schema "ROLE bob IN DATABASE teslamate"
reset_schema "DATABASE teslamate"

is "$(schema_seen_by postgres --command="SET pitstop.teslamate_schema = 'tenant_7'")" tenant_7 \
    "a superuser sets it for a session, before the library is loaded"
is "$(schema_seen_by postgres --output=/dev/null --command='SELECT count(*) FROM pitstop.check_postgres()' --output=/dev/stdout \
    --command="SET pitstop.teslamate_schema = 'tenant_7'" | tail -n 1)" tenant_7 "and afterwards"

is "$(schema_seen_by alice --command="SET pitstop.teslamate_schema = 'tenant_7'")" public \
    "another role's SET before the library is loaded does not hold"
is "$(PGOPTIONS="-c pitstop.teslamate_schema=tenant_7" schema_seen_by alice)" public \
    "nor does an option of its connection"
like "$(error_of teslamate "SELECT pitstop.check_postgres(); SET pitstop.teslamate_schema = 'tenant_7'" --username=alice)" \
    '42501: permission denied to set parameter "pitstop.teslamate_schema"' \
    "its SET afterwards is refused"
like "$(error_of teslamate "ALTER ROLE alice SET pitstop.teslamate_schema = 'tenant_7'" --username=alice)" \
    '42501: permission denied to set parameter' "a role may not set it for itself with ALTER ROLE"
like "$(error_of teslamate "SELECT pitstop.check_postgres(); ALTER ROLE alice SET pitstop.teslamate_schema = 'tenant_7'" --username=alice)" \
    '42501: permission denied to set parameter' "neither once the library is loaded"
is "$(schema_seen_by alice)" public "and nothing of this remains"
like "$(error_of teslamate "SELECT pitstop.check_postgres(); SET pitstop.teslamate_shema = 'tenant_7'" 2>&1)" \
    'invalid configuration parameter name "pitstop.teslamate_shema"' "a misspelt setting is refused"

cluster_psql --dbname=postgres --command="GRANT SET ON PARAMETER pitstop.teslamate_schema TO alice"
is "$(schema_seen_by alice --command="SET pitstop.teslamate_schema = 'tenant_7'")" tenant_7 \
    "a role that was granted the setting may set it"

done_testing
