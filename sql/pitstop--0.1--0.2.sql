\echo Use "ALTER EXTENSION pitstop UPDATE" to load this file. \quit

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

-- Whatever default privileges say: nobody but the owner may call them, until the owner grants it.
DO $revoke$
DECLARE
    granted record;
BEGIN
    FOR granted IN
        SELECT p.oid::regprocedure AS function,
               CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS grantee
          FROM pg_catalog.pg_proc AS p
         CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
         WHERE p.oid IN ('pitstop.grant_reader(text)'::regprocedure, 'pitstop.grant_operator(text)'::regprocedure,
                         'pitstop.revoke_all(text)'::regprocedure)
           AND a.grantee <> p.proowner
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM %s', granted.function, granted.grantee);
    END LOOP;
END
$revoke$;
