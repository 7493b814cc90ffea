\echo Use "ALTER EXTENSION pitstop UPDATE" to load this file. \quit

CREATE FUNCTION pitstop.observe("check" text)
RETURNS TABLE (subject text, value double precision, verdict text, note text, examples bigint[])
AS 'MODULE_PATHNAME', 'pitstop_observe'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 10
SET search_path = pg_catalog, pg_temp
SET row_security = off;
COMMENT ON FUNCTION pitstop.observe(text) IS 'the facts of one check of health, not judged but where verdict says so; value in the check''s unit: seconds, bytes, a ratio, or a count';

CREATE FUNCTION pitstop.doctor()
RETURNS TABLE (code text, severity text, what text, how_many bigint, examples bigint[], mend text)
AS 'MODULE_PATHNAME', 'pitstop_doctor'
LANGUAGE C STABLE PARALLEL UNSAFE ROWS 5
SET search_path = pg_catalog, pg_temp
SET row_security = off;
COMMENT ON FUNCTION pitstop.doctor() IS 'what is not as it should be, with the call that mends it; no rows when all is well';

-- What only the program sees, it records here. Read and written by the functions, as the owner.
CREATE TABLE pitstop.backup (
    directory   text NOT NULL,
    host        text NOT NULL,
    name        text NOT NULL CHECK (name <> ''),
    started_at  timestamptz NOT NULL,
    finished_at timestamptz,
    bytes       bigint CHECK (bytes >= 0),
    "rows"      bigint CHECK ("rows" >= 0),
    encrypted   boolean,
    proven_at   timestamptz,
    proven_how  text,
    finding     text,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (host, directory, name)
);
COMMENT ON TABLE pitstop.backup IS 'the backups that the program has seen, as it last saw each directory';
COMMENT ON COLUMN pitstop.backup.directory IS 'where they are on that host';
COMMENT ON COLUMN pitstop.backup.host IS 'the machine that the program ran on';
COMMENT ON COLUMN pitstop.backup."rows" IS 'of all tables together';
COMMENT ON COLUMN pitstop.backup.proven_at IS 'when it was last read to its end, or restored and compared; NULL: never';
COMMENT ON COLUMN pitstop.backup.proven_how IS 'read or restore';
COMMENT ON COLUMN pitstop.backup.finding IS 'what is wrong with it; NULL: nothing';

CREATE TABLE pitstop.measure (
    at      timestamptz NOT NULL,
    code    text NOT NULL,
    subject text NOT NULL,
    value   double precision NOT NULL CHECK (value > '-infinity' AND value < 'infinity'),
    PRIMARY KEY (code, subject, at)
);
COMMENT ON TABLE pitstop.measure IS 'a few numbers of health over time, kept for 400 days';
COMMENT ON COLUMN pitstop.measure.code IS 'of the check';
COMMENT ON COLUMN pitstop.measure.subject IS 'which of several things it looks at; empty where there is but one';
COMMENT ON COLUMN pitstop.measure.value IS 'in the check''s unit';

CREATE INDEX measure_at ON pitstop.measure (at);
COMMENT ON INDEX pitstop.measure_at IS 'for record_measures(), which forgets the oldest';

REVOKE ALL ON pitstop.backup, pitstop.measure FROM PUBLIC;

SELECT pg_catalog.pg_extension_config_dump('pitstop.backup', '');
SELECT pg_catalog.pg_extension_config_dump('pitstop.measure', '');

CREATE FUNCTION pitstop.record_backups(host text, directory text, backups jsonb)
RETURNS bigint
AS 'MODULE_PATHNAME', 'pitstop_record_backups'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET row_security = off;
COMMENT ON FUNCTION pitstop.record_backups(text, text, jsonb) IS 'replaces what is recorded of the backups in a directory of a host; returns how many there are';

CREATE FUNCTION pitstop.backups()
RETURNS TABLE (directory text, host text, name text, started_at timestamptz, finished_at timestamptz, bytes bigint,
               "rows" bigint, encrypted boolean, proven_at timestamptz, proven_how text, finding text,
               recorded_at timestamptz)
AS 'MODULE_PATHNAME', 'pitstop_backups'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 100
SET search_path = pg_catalog, pg_temp
SET row_security = off;
COMMENT ON FUNCTION pitstop.backups() IS 'the backups that the program has recorded, the newest first';

CREATE FUNCTION pitstop.record_measures(measures jsonb)
RETURNS bigint
AS 'MODULE_PATHNAME', 'pitstop_record_measures'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET row_security = off;
COMMENT ON FUNCTION pitstop.record_measures(jsonb) IS 'records numbers of health as of now, each at most once in ten minutes, and forgets those older than 400 days; returns how many were recorded';

CREATE FUNCTION pitstop.measures(code text, since interval DEFAULT '30 days')
RETURNS TABLE (at timestamptz, subject text, value double precision)
AS 'MODULE_PATHNAME', 'pitstop_measures'
LANGUAGE C STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
SET row_security = off;
COMMENT ON FUNCTION pitstop.measures(text, interval) IS 'the numbers that were recorded of a check since then, the oldest first';

CREATE FUNCTION pitstop.health()
RETURNS jsonb
AS 'MODULE_PATHNAME', 'pitstop_health'
LANGUAGE C STABLE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET row_security = off;
COMMENT ON FUNCTION pitstop.health() IS 'all checks that the server can make, judged, and the newest backups that the program has recorded';

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
                 WHERE c.oid IN ('pitstop.backup'::regclass, 'pitstop.measure'::regclass)
                UNION ALL
                SELECT 'FUNCTION', p.oid::regprocedure::text, p.proowner,
                       coalesce(p.proacl, acldefault('f', p.proowner))
                  FROM pg_catalog.pg_proc AS p
                 WHERE p.oid IN ('pitstop.observe(text)'::regprocedure, 'pitstop.doctor()'::regprocedure,
                                 'pitstop.record_backups(text, text, jsonb)'::regprocedure,
                                 'pitstop.backups()'::regprocedure,
                                 'pitstop.record_measures(jsonb)'::regprocedure,
                                 'pitstop.measures(text, interval)'::regprocedure,
                                 'pitstop.health()'::regprocedure)) AS o
         CROSS JOIN LATERAL aclexplode(o.acl) AS a
         WHERE a.grantee <> o.owner
         GROUP BY 1, 2
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM %s', granted.object, granted.grantee);
    END LOOP;
END
$revoke$;
