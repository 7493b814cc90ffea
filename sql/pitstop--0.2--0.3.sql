\echo Use "ALTER EXTENSION pitstop UPDATE" to load this file. \quit

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

-- Whatever default privileges say: nobody but the owner has a right on any of these, until the owner grants it.
DO $revoke$
DECLARE
    granted record;
BEGIN
    FOR granted IN
        SELECT format('%s %s', o.kind, o.name) AS object,
               CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS grantee
          FROM (SELECT 'TABLE' AS kind, c.oid::regclass::text AS name, c.relowner AS owner,
                       coalesce(c.relacl, acldefault('r', c.relowner)) AS acl
                  FROM pg_catalog.pg_class AS c
                 WHERE c.oid IN ('pitstop.known_place'::regclass, 'pitstop.address_refresh'::regclass)
                UNION ALL
                SELECT 'FUNCTION', p.oid::regprocedure::text, p.proowner,
                       coalesce(p.proacl, acldefault('f', p.proowner))
                  FROM pg_catalog.pg_proc AS p
                 WHERE p.oid IN ('pitstop.repair_addresses(integer)'::regprocedure,
                                 'pitstop.address_repair()'::regprocedure, 'pitstop.reset_geocoder()'::regprocedure,
                                 'pitstop.refresh_addresses(text)'::regprocedure)) AS o
         CROSS JOIN LATERAL aclexplode(o.acl) AS a
         WHERE a.grantee <> o.owner
         GROUP BY 1, 2
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM %s', granted.object, granted.grantee);
    END LOOP;
END
$revoke$;
