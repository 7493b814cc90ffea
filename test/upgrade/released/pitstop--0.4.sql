\echo Use "CREATE EXTENSION pitstop" to load this file. \quit

-- Somebody who made the schema beforehand could change what is in it, and the journal decides what undo() writes.
DO $check$
BEGIN
    IF (SELECT NOT r.rolsuper AND r.rolname <> current_user
          FROM pg_catalog.pg_namespace AS n
          JOIN pg_catalog.pg_roles AS r ON r.oid = n.nspowner
         WHERE n.nspname = 'pitstop') THEN
        RAISE EXCEPTION USING
            ERRCODE = 'object_not_in_prerequisite_state',
            MESSAGE = 'schema "pitstop" exists already and belongs to somebody else',
            DETAIL = 'The extension keeps its journal there.',
            HINT = 'Rename or drop that schema, then create the extension again.';
    END IF;
END
$check$;

REVOKE ALL ON SCHEMA pitstop FROM PUBLIC;
COMMENT ON SCHEMA pitstop IS 'maintenance of a TeslaMate database';

-- The journal ---------------------------------------------------------------------------------------------------------

CREATE SEQUENCE pitstop.event_id_seq;
COMMENT ON SEQUENCE pitstop.event_id_seq IS 'ids of events; the functions go on beyond the newest event when a restore has set it back';

CREATE TABLE pitstop.event (
    event_id         bigint PRIMARY KEY,
    batch            bigint NOT NULL,
    at               timestamptz NOT NULL DEFAULT now(),
    actor            text NOT NULL,
    teslamate_schema text NOT NULL,
    action           text NOT NULL,
    arguments        jsonb NOT NULL,
    summary          jsonb NOT NULL,
    undone_at        timestamptz,
    undone_by        text
);
COMMENT ON TABLE pitstop.event IS 'one row for each drive or charge that a function of pitstop changed';
COMMENT ON COLUMN pitstop.event.event_id IS 'what undo() takes';
COMMENT ON COLUMN pitstop.event.batch IS 'the first event of the same call';
COMMENT ON COLUMN pitstop.event.at IS 'when the transaction began that made the change';
COMMENT ON COLUMN pitstop.event.actor IS 'the role that called';
COMMENT ON COLUMN pitstop.event.teslamate_schema IS 'the schema of the tables that were changed';
COMMENT ON COLUMN pitstop.event.action IS 'the function that was called';
COMMENT ON COLUMN pitstop.event.arguments IS 'what it was called with';
COMMENT ON COLUMN pitstop.event.summary IS 'what came out';
COMMENT ON COLUMN pitstop.event.undone_at IS 'when undo() took it back; NULL while it stands';
COMMENT ON COLUMN pitstop.event.undone_by IS 'the role that called undo()';

CREATE INDEX event_undone ON pitstop.event (teslamate_schema) WHERE undone_at IS NOT NULL;
COMMENT ON INDEX pitstop.event_undone IS 'for close_stale(), which leaves alone what somebody reopened';

CREATE TABLE pitstop.event_row (
    event_id bigint NOT NULL REFERENCES pitstop.event ON DELETE CASCADE,
    chunk    integer NOT NULL,
    "table"  text NOT NULL,
    key      int8multirange NOT NULL,
    before   json,
    after    json,
    PRIMARY KEY (event_id, chunk)
);
COMMENT ON TABLE pitstop.event_row IS 'the rows that an event wrote, up to 1000 in each chunk';
COMMENT ON COLUMN pitstop.event_row.chunk IS 'in the order in which the event wrote them';
COMMENT ON COLUMN pitstop.event_row."table" IS 'the table of TeslaMate';
COMMENT ON COLUMN pitstop.event_row.key IS 'the ids of the rows';
COMMENT ON COLUMN pitstop.event_row.before IS 'the columns that were written, as they were: an object for all keys, or an array with one object for each row; NULL: the rows did not exist';
COMMENT ON COLUMN pitstop.event_row.after IS 'the same columns as the event left them; NULL: it deleted the rows';

REVOKE ALL ON pitstop.event, pitstop.event_row, pitstop.event_id_seq FROM PUBLIC;

-- A dump of the database carries the journal along.
SELECT pg_catalog.pg_extension_config_dump('pitstop.event', '');
SELECT pg_catalog.pg_extension_config_dump('pitstop.event_row', '');
SELECT pg_catalog.pg_extension_config_dump('pitstop.event_id_seq', '');

-- Closing -------------------------------------------------------------------------------------------------------------
-- row_security: a policy that hides rows of TeslaMate's is an error, and not a drive without its last positions.
-- extra_float_digits: the journal holds double precision as text, and must hold every bit of it.

CREATE FUNCTION pitstop.close_drive(drive_id bigint)
RETURNS TABLE (drive_id bigint, outcome text, reason text, start_date timestamp, end_date timestamp,
               distance double precision, duration_min integer, event_id bigint)
AS 'MODULE_PATHNAME', 'pitstop_close_drive'
LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1
SET search_path = pg_catalog, pg_temp
SET row_security = off
SET extra_float_digits = 1;
COMMENT ON FUNCTION pitstop.close_drive(bigint) IS 'closes a drive as TeslaMate closes it, or deletes it where TeslaMate would; distance in km, times in UTC';

CREATE FUNCTION pitstop.close_charge(charging_process_id bigint)
RETURNS TABLE (charging_process_id bigint, outcome text, end_date timestamp, duration_min integer,
               charge_energy_added numeric, charge_energy_used numeric, cost numeric, event_id bigint)
AS 'MODULE_PATHNAME', 'pitstop_close_charge'
LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1
SET search_path = pg_catalog, pg_temp
SET row_security = off
SET extra_float_digits = 1;
COMMENT ON FUNCTION pitstop.close_charge(bigint) IS 'completes a charging process as TeslaMate completes it; energy in kWh, times in UTC';

CREATE FUNCTION pitstop.incomplete()
RETURNS TABLE (kind text, id bigint, car_id bigint, start_date timestamp, last_seen timestamp, "rows" bigint,
               in_progress boolean)
AS 'MODULE_PATHNAME', 'pitstop_incomplete'
LANGUAGE C STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
SET row_security = off;
COMMENT ON FUNCTION pitstop.incomplete() IS 'drives and charges without an end, the oldest first; times in UTC';

CREATE FUNCTION pitstop.close_stale(older_than interval DEFAULT '6 hours', dry_run boolean DEFAULT false)
RETURNS TABLE (kind text, id bigint, car_id bigint, last_seen timestamp, outcome text, reason text, event_id bigint)
AS 'MODULE_PATHNAME', 'pitstop_close_stale'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET row_security = off
SET extra_float_digits = 1;
COMMENT ON FUNCTION pitstop.close_stale(interval, boolean) IS 'closes every drive and charge that was last seen longer ago than older_than and is not in progress';

-- Deleting and undoing ------------------------------------------------------------------------------------------------

CREATE FUNCTION pitstop.delete_drive(drive_id bigint, positions text DEFAULT 'keep', dry_run boolean DEFAULT false)
RETURNS TABLE (table_name text, change text, "rows" bigint, event_id bigint)
AS 'MODULE_PATHNAME', 'pitstop_delete_drive'
LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 3
SET search_path = pg_catalog, pg_temp
SET row_security = off
SET extra_float_digits = 1;
COMMENT ON FUNCTION pitstop.delete_drive(bigint, text, boolean) IS 'deletes a drive; positions => ''keep'' leaves its positions without a drive, as TeslaMate does, ''delete'' deletes them too, but for those a charge refers to';

CREATE FUNCTION pitstop.delete_charge(charging_process_id bigint, dry_run boolean DEFAULT false)
RETURNS TABLE (table_name text, change text, "rows" bigint, event_id bigint)
AS 'MODULE_PATHNAME', 'pitstop_delete_charge'
LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 2
SET search_path = pg_catalog, pg_temp
SET row_security = off
SET extra_float_digits = 1;
COMMENT ON FUNCTION pitstop.delete_charge(bigint, boolean) IS 'deletes a charging process with its charges';

CREATE FUNCTION pitstop.undo(event_id bigint)
RETURNS TABLE (event_id bigint, action text, table_name text, change text, "rows" bigint)
AS 'MODULE_PATHNAME', 'pitstop_undo'
LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 3
SET search_path = pg_catalog, pg_temp
SET row_security = off
SET extra_float_digits = 1;
COMMENT ON FUNCTION pitstop.undo(bigint) IS 'puts back what an event changed; refuses, naming rows and columns, where something else has changed them since';

-- Addresses -----------------------------------------------------------------------------------------------------------

CREATE TABLE pitstop.known_place (
    latitude     numeric NOT NULL,
    longitude    numeric NOT NULL,
    language     text NOT NULL,
    answer       text NOT NULL CHECK (answer IN ('found', 'no such place', 'declined', 'malformed', 'unanswered')),
    osm_type     text,
    osm_id       bigint,
    geocoder     text NOT NULL,
    looked_up_at timestamptz NOT NULL,
    ask_again_at timestamptz,
    PRIMARY KEY (latitude, longitude, language),
    CHECK ((answer = 'found') = (osm_type IS NOT NULL AND osm_id IS NOT NULL)),
    CHECK ((answer = 'found') = (ask_again_at IS NULL))
);
COMMENT ON TABLE pitstop.known_place IS 'what geocoders answered, so that no place is asked for twice';
COMMENT ON COLUMN pitstop.known_place.latitude IS 'degrees, as in TeslaMate''s positions';
COMMENT ON COLUMN pitstop.known_place.longitude IS 'degrees, as in TeslaMate''s positions';
COMMENT ON COLUMN pitstop.known_place.language IS 'the language that was asked for';
COMMENT ON COLUMN pitstop.known_place.answer IS 'found, or why there is no address';
COMMENT ON COLUMN pitstop.known_place.osm_type IS 'with osm_id, which of TeslaMate''s addresses it is; never by its row id, which means another after a restore';
COMMENT ON COLUMN pitstop.known_place.osm_id IS 'in OpenStreetMap; negative for a place without one';
COMMENT ON COLUMN pitstop.known_place.geocoder IS 'the provider that answered';
COMMENT ON COLUMN pitstop.known_place.looked_up_at IS 'when it answered';
COMMENT ON COLUMN pitstop.known_place.ask_again_at IS 'when an answer without an address is no longer believed';

CREATE TABLE pitstop.address_refresh (
    teslamate_schema text PRIMARY KEY,
    language         text NOT NULL,
    last_address_id  bigint NOT NULL DEFAULT 0,
    left_over        bigint[] NOT NULL DEFAULT '{}',
    updated          bigint NOT NULL DEFAULT 0,
    event_id         bigint,
    requested_at     timestamptz NOT NULL DEFAULT now(),
    finished_at      timestamptz
);
COMMENT ON TABLE pitstop.address_refresh IS 'how far the newest refresh_addresses() of each schema has come';
COMMENT ON COLUMN pitstop.address_refresh.last_address_id IS 'addresses up to this one are done, but for those left over';
COMMENT ON COLUMN pitstop.address_refresh.left_over IS 'addresses that the geocoder did not know by their ids, still to be asked for by their coordinates';
COMMENT ON COLUMN pitstop.address_refresh.updated IS 'addresses that got other texts';
COMMENT ON COLUMN pitstop.address_refresh.event_id IS 'what undo() takes; NULL while nothing was changed';

REVOKE ALL ON pitstop.known_place, pitstop.address_refresh FROM PUBLIC;

SELECT pg_catalog.pg_extension_config_dump('pitstop.known_place', '');
SELECT pg_catalog.pg_extension_config_dump('pitstop.address_refresh', '');

CREATE FUNCTION pitstop.repair_addresses(max_lookups integer DEFAULT NULL)
RETURNS TABLE (state text, message text)
AS 'MODULE_PATHNAME', 'pitstop_repair_addresses'
LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1
SET search_path = pg_catalog, pg_temp
SET row_security = off;
COMMENT ON FUNCTION pitstop.repair_addresses(integer) IS 'wakes the worker that looks up missing addresses, for this database; max_lookups limits how many requests it sends';

CREATE FUNCTION pitstop.address_repair()
RETURNS TABLE (name text, value text, message text)
AS 'MODULE_PATHNAME', 'pitstop_address_repair'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 20
SET search_path = pg_catalog, pg_temp
SET row_security = off;
COMMENT ON FUNCTION pitstop.address_repair() IS 'the state of the address repair: what is missing and why, the worker, the geocoder, what was done';

CREATE FUNCTION pitstop.reset_geocoder()
RETURNS void
AS 'MODULE_PATHNAME', 'pitstop_reset_geocoder'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET row_security = off;
COMMENT ON FUNCTION pitstop.reset_geocoder() IS 'lets the worker ask a geocoder again that it had stopped asking, at once';

CREATE FUNCTION pitstop.refresh_addresses(language text DEFAULT NULL)
RETURNS TABLE (state text, message text)
AS 'MODULE_PATHNAME', 'pitstop_refresh_addresses'
LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1
SET search_path = pg_catalog, pg_temp
SET row_security = off;
COMMENT ON FUNCTION pitstop.refresh_addresses(text) IS 'has the worker look up the texts of all addresses again, in a language; NULL is the one that new addresses get';

-- Versions ------------------------------------------------------------------------------------------------------------

CREATE FUNCTION pitstop.check_postgres()
RETURNS TABLE (name text, found text, required text, status text, message text)
AS 'MODULE_PATHNAME', 'pitstop_check_postgres'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 2
SET search_path = pg_catalog, pg_temp
SET row_security = off;
COMMENT ON FUNCTION pitstop.check_postgres() IS 'this server''s version against what TeslaMate and pitstop support; status is ok, warning or refused';

CREATE FUNCTION pitstop.check_teslamate()
RETURNS TABLE (name text, found text, required text, status text, message text)
AS 'MODULE_PATHNAME', 'pitstop_check_teslamate'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 4
SET search_path = pg_catalog, pg_temp
SET row_security = off;
COMMENT ON FUNCTION pitstop.check_teslamate() IS 'TeslaMate''s schema against what pitstop relies on: version, settings, columns; status is ok, warning or refused';

CREATE FUNCTION pitstop.seconds_since_last_migration()
RETURNS bigint
AS 'MODULE_PATHNAME', 'pitstop_seconds_since_last_migration'
LANGUAGE C STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
SET row_security = off;
COMMENT ON FUNCTION pitstop.seconds_since_last_migration() IS 'seconds since TeslaMate''s newest migration was applied, in UTC whatever the session''s time zone; NULL when there is none';

CREATE FUNCTION pitstop.migrations()
RETURNS TABLE (version bigint, inserted_at timestamp)
AS 'MODULE_PATHNAME', 'pitstop_migrations'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 100
SET search_path = pg_catalog, pg_temp
SET row_security = off;
COMMENT ON FUNCTION pitstop.migrations() IS 'TeslaMate''s migrations in the order of their versions; times in UTC';

-- The server ----------------------------------------------------------------------------------------------------------

CREATE FUNCTION pitstop.disk_space()
RETURNS TABLE (name text, path text, free_bytes bigint, total_bytes bigint)
AS 'MODULE_PATHNAME', 'pitstop_disk_space'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 3
SET search_path = pg_catalog, pg_temp
SET row_security = off;
COMMENT ON FUNCTION pitstop.disk_space() IS 'the room on the file systems of the data directory, each tablespace and the WAL; path is NULL for roles that may not read the setting data_directory';

-- Privileges ----------------------------------------------------------------------------------------------------------

CREATE FUNCTION pitstop.grant_reader(role text)
RETURNS void
AS 'MODULE_PATHNAME', 'pitstop_grant_reader'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET row_security = off;
COMMENT ON FUNCTION pitstop.grant_reader(text) IS 'lets a role, such as a dashboard''s, call what only reads, and read the tables behind it';

CREATE FUNCTION pitstop.grant_operator(role text)
RETURNS void
AS 'MODULE_PATHNAME', 'pitstop_grant_operator'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET row_security = off;
COMMENT ON FUNCTION pitstop.grant_operator(text) IS 'lets a role close, delete and undo, with the rights on TeslaMate''s tables that it takes';

CREATE FUNCTION pitstop.revoke_all(role text)
RETURNS void
AS 'MODULE_PATHNAME', 'pitstop_revoke_all'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET row_security = off;
COMMENT ON FUNCTION pitstop.revoke_all(text) IS 'takes back what grant_reader() and grant_operator() gave';

-- Whatever default privileges say: nobody but the owner has a right on anything here, until the owner grants it.
DO $revoke$
DECLARE
    granted record;
BEGIN
    FOR granted IN
        SELECT format('%s %s', o.kind, o.name) AS object,
               CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS grantee
          FROM (SELECT 'SCHEMA' AS kind, quote_ident(n.nspname) AS name, n.nspowner AS owner,
                       coalesce(n.nspacl, acldefault('n', n.nspowner)) AS acl
                  FROM pg_catalog.pg_namespace AS n
                 WHERE n.nspname = 'pitstop'
                UNION ALL
                SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::regclass::text, c.relowner,
                       coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))
                  FROM pg_catalog.pg_class AS c
                 WHERE c.relnamespace = 'pitstop'::regnamespace AND c.relkind IN ('r', 'S')
                UNION ALL
                SELECT 'FUNCTION', p.oid::regprocedure::text, p.proowner,
                       coalesce(p.proacl, acldefault('f', p.proowner))
                  FROM pg_catalog.pg_proc AS p
                 WHERE p.pronamespace = 'pitstop'::regnamespace) AS o
         CROSS JOIN LATERAL aclexplode(o.acl) AS a
         WHERE a.grantee <> o.owner
         GROUP BY 1, 2
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM %s', granted.object, granted.grantee);
    END LOOP;
END
$revoke$;
