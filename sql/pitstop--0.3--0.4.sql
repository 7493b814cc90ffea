\echo Use "ALTER EXTENSION pitstop UPDATE" to load this file. \quit

CREATE FUNCTION pitstop.disk_space()
RETURNS TABLE (name text, path text, free_bytes bigint, total_bytes bigint)
AS 'MODULE_PATHNAME', 'pitstop_disk_space'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 3
SET search_path = pg_catalog, pg_temp
SET row_security = off;
COMMENT ON FUNCTION pitstop.disk_space() IS 'the room on the file systems of the data directory, each tablespace and the WAL; path is NULL for roles that may not read the setting data_directory';

-- Whatever default privileges say: nobody but the owner has a right on it, until the owner grants it.
DO $revoke$
DECLARE
    granted record;
BEGIN
    FOR granted IN
        SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS grantee
          FROM pg_catalog.pg_proc AS p
         CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
         WHERE p.oid = 'pitstop.disk_space()'::regprocedure AND a.grantee <> p.proowner
         GROUP BY 1
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION pitstop.disk_space() FROM %s', granted.grantee);
    END LOOP;
END
$revoke$;
