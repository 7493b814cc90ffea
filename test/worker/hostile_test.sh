#!/usr/bin/env bash
# A role that may put a trigger on TeslaMate's tables does not become more than it is by the worker, whoever owns them.
set -euo pipefail

# shellcheck source=../tap.sh
source "$PITSTOP_SOURCE/test/tap.sh"
# shellcheck source=../../tool/cluster.sh
source "$PITSTOP_SOURCE/tool/cluster.sh"
# shellcheck source=../teslamate.sh
source "$PITSTOP_SOURCE/test/teslamate.sh"
# shellcheck source=geocoder.sh
source "$PITSTOP_SOURCE/test/worker/geocoder.sh"
# shellcheck source=worker.sh
source "$PITSTOP_SOURCE/test/worker/worker.sh"

# A trigger function of mallory's that tries each way up, and writes down who it ran as. What fails must not stop the rest.
plant() {
    cluster_psql --dbname="$1" --output=/dev/null <<'SQL'
CREATE ROLE mallory LOGIN;
GRANT USAGE, CREATE ON SCHEMA public TO mallory;
GRANT SELECT, TRIGGER ON addresses, drives, charging_processes TO mallory;
SET ROLE mallory;
CREATE TABLE public.notes (who text, did text);
GRANT ALL ON public.notes TO PUBLIC;
CREATE FUNCTION public.climb() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    attempt text;
BEGIN
    INSERT INTO public.notes VALUES (current_user, TG_NAME);
    FOREACH attempt IN ARRAY ARRAY[
        'ALTER ROLE mallory SUPERUSER', 'RESET ROLE', 'RESET SESSION AUTHORIZATION', 'SET ROLE postgres',
        'SET SESSION AUTHORIZATION postgres', 'SET CONSTRAINTS ALL DEFERRED', 'SET search_path = public, pg_catalog',
        'CREATE TEMP TABLE trap (x int)', 'SET pitstop.teslamate_schema = ''mine''']
    LOOP
        BEGIN
            EXECUTE attempt;
            EXECUTE 'ALTER ROLE mallory SUPERUSER';
            INSERT INTO public.notes VALUES (current_user, 'became superuser by ' || attempt);
        EXCEPTION WHEN OTHERS THEN
            NULL;
        END;
    END LOOP;
    RETURN coalesce(NEW, OLD);
END
$$;
CREATE FUNCTION public.hijack(bigint, bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    ALTER ROLE mallory SUPERUSER;
    RETURN true;
END
$$;
CREATE OPERATOR public.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = public.hijack);
CREATE TRIGGER early BEFORE INSERT OR UPDATE ON addresses FOR EACH ROW EXECUTE FUNCTION public.climb();
CREATE TRIGGER late AFTER UPDATE ON drives FOR EACH ROW EXECUTE FUNCTION public.climb();
CREATE CONSTRAINT TRIGGER latest AFTER UPDATE ON drives DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION public.climb();
RESET ROLE;
SQL
}

mallory_is_superuser() {
    value postgres "SELECT rolsuper FROM pg_roles WHERE rolname = 'mallory'"
}

own_tables_as() {
    cluster_psql --dbname=teslamate --tuples-only --no-align --set=owner="$1" <<'SQL' | cluster_psql --dbname=teslamate
SELECT format('ALTER TABLE %s OWNER TO %I;', c.oid::regclass, :'owner')
  FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'notes';
SQL
}

worker_is_told() {
    [[ "$(worker_says teslamate 'in the way')" == *"$1"* ]]
}

has_address() {
    [[ "$(value teslamate "SELECT start_address_id IS NOT NULL AND end_address_id IS NOT NULL FROM drives WHERE id = $drive")" == t ]]
}

worker_guard
geocoder_start
worker_start
worker_small_database teslamate
worker_new_drive teslamate
plant teslamate

ok "where a superuser owns the tables the worker comes to its end" worker_run teslamate
is "$(worker_says teslamate 'in the way' | cut -d: -f1-2)" \
    'yes|schema "public": trigger "early" is on TeslaMate'"'"'s table addresses, whose owner is a superuser' \
    "and says which trigger is in its way"
like "$(worker_says teslamate 'in the way')" 'Drop the trigger, or give' "and what to do"
like "$(worker_finding teslamate)" '^warning\|the address repair: schema "public": trigger "early".*Drop the trigger' "and so does doctor()"
is "$(value teslamate 'SELECT count(*) FROM notes')" 0 "the trigger did not run"
is "$(mallory_is_superuser)" f "and its owner is what he was"

cluster_psql --dbname=teslamate --command='CREATE ROLE teslamate' --command='GRANT USAGE, CREATE ON SCHEMA public TO teslamate'
own_tables_as teslamate
worker_call teslamate >/dev/null
ok "where another role owns them, PostgreSQL itself refuses a trigger that would run later, at the end" \
    wait_until 30 worker_is_told 'cannot fire deferred trigger'
is "$(mallory_is_superuser)" f "so that nobody has become more than he was"
is "$(value teslamate 'SELECT count(*) FROM notes')" 0 "and nothing is left of that run"
cluster_psql --dbname=teslamate --command='DROP TRIGGER latest ON drives'
ok "without it, where another role owns them the run comes to its end" worker_run teslamate
ok "and the drive has its addresses" has_address
is "$(worker_finding teslamate)" '' "nothing is in the way any more"
is "$(value teslamate "SELECT string_agg(DISTINCT did, ', ' ORDER BY did) FROM notes")" 'early, late' \
    "both triggers ran, and none became superuser"
is "$(value teslamate "SELECT string_agg(DISTINCT who, ', ') FROM notes")" teslamate "each as the owner of the tables"
is "$(mallory_is_superuser)" f "and who made them is what he was"
is "$(value teslamate "SELECT count(*), bool_and(actor = 'teslamate') FROM pitstop.event")" '1|t' \
    "the journal says whose rights the run had"

cluster_psql --dbname=teslamate --command='CREATE TABLE addresses_of_another (LIKE addresses)' \
    --command='ALTER TABLE addresses OWNER TO postgres'
worker_new_drive teslamate
ok "where the tables have several owners the run comes to its end" worker_run teslamate
like "$(worker_says teslamate 'in the way')" 'several owners' "and says so"

done_testing
