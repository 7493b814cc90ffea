-- Who may do what: nobody anything, a reader what only reads, an operator what closes, deletes and undoes; the journal
-- is written by the functions alone.
BEGIN;
\ir ../fixtures/pgtap/refusal.sql
\ir ../fixtures/pgtap/add_session.sql
SELECT plan(69);

CREATE ROLE pitstop_test_stranger;
CREATE ROLE pitstop_test_reader;
CREATE ROLE pitstop_test_operator;
CREATE ROLE "pitstop_test ""Grafana""; DROP TABLE drives; --";
CREATE ROLE pitstop_test_teslamate;

-- TeslaMate's tables belong to a role of their own, as hosters have them.
SELECT format('ALTER %s public.%I OWNER TO pitstop_test_teslamate', CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, relname)
  FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')
   AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = pg_class.oid AND d.deptype = 'a')
 ORDER BY relkind \gexec

-- Everything of the extension, whatever it will be: from the catalog.
CREATE TEMP TABLE our_function AS
SELECT p.oid, p.proname::text AS name, p.oid::regprocedure::text AS signature,
       format('SELECT pitstop.%I(%s)', p.proname,
              (SELECT string_agg(format('NULL::%s', t::regtype), ', ') FROM unnest(p.proargtypes) AS t)) AS call
  FROM pg_depend AS d
  JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'pitstop'
  JOIN pg_proc AS p ON p.oid = d.objid
 WHERE d.refclassid = 'pg_extension'::regclass AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e';
CREATE TEMP TABLE our_relation AS
SELECT c.oid, c.relname::text AS name, c.relkind
  FROM pg_depend AS d
  JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'pitstop'
  JOIN pg_class AS c ON c.oid = d.objid
 WHERE d.refclassid = 'pg_extension'::regclass AND d.classid = 'pg_class'::regclass AND d.deptype = 'e';
GRANT SELECT ON our_function, our_relation TO PUBLIC;

SELECT cmp_ok((SELECT count(*) FROM our_function), '>=', 14::bigint, 'the extension has functions');
SELECT cmp_ok((SELECT count(*) FROM our_relation), '>=', 3::bigint, 'the extension has tables and sequences');

-- Runs a statement as a role; what it raised, or NULL.
CREATE FUNCTION pg_temp.code_as(role text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    code text;
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role);
    code := (tap.refusal_of(statement)).code;
    RESET ROLE;
    RETURN code;
END
$$;

-- The codes of the checks that the server can make.
CREATE FUNCTION pg_temp.server_checks() RETURNS text[] LANGUAGE sql AS $$
    SELECT array_agg(c ->> 'code') FROM jsonb_array_elements(pitstop.health() -> 'checks') AS c
$$;

-- Nobody --------------------------------------------------------------------------------------------------------------

SELECT is_empty(
    $$ SELECT f.signature FROM our_function AS f JOIN pg_proc AS p USING (oid)
        CROSS JOIN aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a WHERE a.grantee = 0 $$,
    'PUBLIC may call nothing');
SELECT is_empty(
    $$ SELECT r.name FROM our_relation AS r JOIN pg_class AS c USING (oid)
        CROSS JOIN aclexplode(coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, c.relowner))) AS a
        WHERE a.grantee = 0 $$,
    'PUBLIC has no right on our tables and sequences');
SELECT is_empty(
    $$ SELECT a.privilege_type FROM pg_namespace AS n CROSS JOIN aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS a
        WHERE n.nspname = 'pitstop' AND a.grantee = 0 $$,
    'PUBLIC cannot enter the schema');
SELECT is_empty($$ SELECT signature FROM our_function AS f JOIN pg_proc AS p USING (oid) WHERE p.prosecdef $$,
                'no function runs with its owner''s rights as a whole');
SELECT is_empty($$ SELECT signature FROM our_function AS f JOIN pg_proc AS p USING (oid)
                    WHERE NOT coalesce(p.proconfig @> '{"search_path=pg_catalog, pg_temp"}', false) $$,
                'every function sets its search_path');

-- Even in the schema the doors are closed.
GRANT USAGE ON SCHEMA pitstop TO pitstop_test_stranger;
SELECT is_empty($$ SELECT signature, pg_temp.code_as('pitstop_test_stranger', call) AS code FROM our_function
                    WHERE pg_temp.code_as('pitstop_test_stranger', call) IS DISTINCT FROM '42501' $$,
                'a role without grants can call nothing');
SELECT is_empty($$ SELECT name FROM our_relation
                    WHERE pg_temp.code_as('pitstop_test_stranger', format('SELECT * FROM pitstop.%I', name)) IS DISTINCT FROM '42501' $$,
                'a role without grants can read no table of ours');
REVOKE USAGE ON SCHEMA pitstop FROM pitstop_test_stranger;

-- A reader ------------------------------------------------------------------------------------------------------------

CREATE TEMP TABLE all_rights_before (what text);
CREATE FUNCTION pg_temp.all_rights() RETURNS SETOF text LANGUAGE sql AS $$
    SELECT format('%s %s %s', 'function', p.oid::regprocedure, a)
      FROM pg_proc AS p
     CROSS JOIN unnest(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
     WHERE p.pronamespace = 'pitstop'::regnamespace
     UNION ALL
    SELECT format('%s %s %s', 'relation', c.oid::regclass, a)
      FROM pg_class AS c
     CROSS JOIN unnest(coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, c.relowner))) AS a
     WHERE c.relnamespace IN ('public'::regnamespace, 'pitstop'::regnamespace) AND c.relkind IN ('r', 'S')
     UNION ALL
    SELECT format('%s %s.%s %s', 'column', c.attrelid::regclass, c.attname, a) FROM pg_attribute AS c CROSS JOIN unnest(c.attacl) AS a
     WHERE c.attrelid >= 16384
     UNION ALL
    SELECT format('%s %s %s', 'schema', n.nspname, a) FROM pg_namespace AS n CROSS JOIN unnest(n.nspacl) AS a
     WHERE n.nspname IN ('public', 'pitstop')
$$;
INSERT INTO all_rights_before SELECT pg_temp.all_rights();

SELECT pitstop.grant_reader('pitstop_test_reader');
SELECT set_eq(
    $$ SELECT name FROM our_function WHERE has_function_privilege('pitstop_test_reader', oid, 'EXECUTE') $$,
    ARRAY['incomplete', 'check_postgres', 'check_teslamate', 'seconds_since_last_migration', 'migrations',
          'address_repair', 'observe', 'doctor', 'health', 'backups', 'measures'],
    'a reader may call what only reads, and nothing else');
SELECT set_eq(
    $$ SELECT name FROM our_function AS f JOIN pg_proc AS p USING (oid) WHERE p.provolatile <> 'v' AND name <> 'disk_space' $$,
    $$ SELECT name FROM our_function WHERE has_function_privilege('pitstop_test_reader', oid, 'EXECUTE') $$,
    'which is all that writes nothing, but for the look at the server''s disks');
-- A NULL where an argument belongs is refused by the function itself, which was called then.
SELECT is(pg_temp.code_as('pitstop_test_reader', f.call), CASE WHEN f.call LIKE '%NULL%' THEN '22023' END, 'a reader calls ' || name)
  FROM our_function AS f
 WHERE has_function_privilege('pitstop_test_reader', oid, 'EXECUTE')
 ORDER BY name;
SELECT is_empty(
    $$ SELECT c.relname FROM pg_class AS c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
          AND has_table_privilege('pitstop_test_reader', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') $$,
    'a reader writes no table of TeslaMate''s');
SELECT is(pg_temp.code_as('pitstop_test_reader', 'SELECT * FROM private.tokens'), '42501', 'a reader does not see TeslaMate''s tokens');
SELECT is(pg_temp.code_as('pitstop_test_reader', 'SELECT vin FROM public.cars'), '42501', 'of cars a reader sees the ids alone');
SELECT is_empty($$ SELECT code, pg_temp.code_as('pitstop_test_reader', format('SELECT * FROM pitstop.observe(%L)', code)) AS raised
                     FROM unnest(pg_temp.server_checks()) AS code
                    WHERE pg_temp.code_as('pitstop_test_reader', format('SELECT * FROM pitstop.observe(%L)', code)) IS NOT NULL $$,
                'a reader can make every check of the server''s');

-- An operator ---------------------------------------------------------------------------------------------------------

SELECT pitstop.grant_operator('pitstop_test_operator');
SELECT set_eq(
    $$ SELECT name FROM our_function WHERE has_function_privilege('pitstop_test_operator', oid, 'EXECUTE') $$,
    ARRAY['incomplete', 'check_postgres', 'check_teslamate', 'seconds_since_last_migration', 'migrations',
          'close_drive', 'close_charge', 'close_stale', 'delete_drive', 'delete_charge', 'undo',
          'address_repair', 'repair_addresses', 'refresh_addresses', 'reset_geocoder', 'disk_space',
          'observe', 'doctor', 'health', 'backups', 'measures', 'record_backups', 'record_measures'],
    'an operator may call these besides, and nothing else');

SELECT add_drive(id, '{"at": "10:00", "odometer": 100, "ideal_battery_range_km": 300}',
                     '{"at": "10:20", "odometer": 120, "ideal_battery_range_km": 280}')
  FROM generate_series(1, 4) AS id;
SELECT add_drive(5, '{"at": "10:00", "odometer": 100}');
SELECT add_charge(id, '{"at": "12:00", "charge_energy_added": 1, "rated_battery_range_km": 200, "battery_level": 50}',
                      '{"at": "12:30", "charge_energy_added": 11, "rated_battery_range_km": 250, "battery_level": 60}')
  FROM generate_series(11, 14) AS id;
UPDATE public.charging_processes
   SET position_id = (SELECT min(p.id) FROM public.positions AS p WHERE p.drive_id = 3)
 WHERE id = 14;
INSERT INTO public.geofences (id, name, latitude, longitude, radius, cost_per_unit, inserted_at, updated_at)
VALUES (1, 'Home', 10, 20, 100, 0.5, '2025-01-01', '2025-01-01');
UPDATE public.charging_processes SET geofence_id = 1;
CREATE TEMP TABLE before AS SELECT * FROM contents() WHERE "table" NOT LIKE 'pitstop.%';

CREATE FUNCTION pg_temp.as_operator(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    SET LOCAL ROLE pitstop_test_operator;
    EXECUTE statement INTO answer;
    RESET ROLE;
    RETURN answer;
END
$$;

SELECT is(pg_temp.as_operator('SELECT outcome FROM pitstop.close_drive(1)'), 'closed', 'an operator closes a drive');
SELECT is(pg_temp.as_operator('SELECT outcome FROM pitstop.close_drive(5)'), 'deleted', 'or has it deleted');
SELECT is(pg_temp.as_operator('SELECT outcome FROM pitstop.close_charge(11)'), 'closed', 'an operator completes a charge');
SELECT is(pg_temp.as_operator('SELECT cost FROM pitstop.close_charge(12)'), '5.00', 'with its cost');
SELECT is((SELECT efficiency FROM public.cars), 0.2::double precision, 'and the car''s efficiency');
SELECT is(pg_temp.as_operator('SELECT count(*) FROM pitstop.close_stale() WHERE outcome = ''closed'''), '5',
          'an operator closes what is stale');
SELECT is(pg_temp.as_operator('SELECT sum("rows") FROM pitstop.delete_drive(2)'), '3', 'an operator deletes a drive');
SELECT is(pg_temp.as_operator('SELECT sum("rows") FROM pitstop.delete_drive(3, ''delete'')'), '3', 'with its positions');
SELECT is(pg_temp.as_operator('SELECT sum("rows") FROM pitstop.delete_charge(13)'), '3', 'an operator deletes a charge');
SELECT is(pg_temp.as_operator('SELECT pitstop.record_backups(''host'', ''/backups'', ''[{"name": "a", "started_at": "2026-01-01 10:00+00"}]'')'),
          '1', 'an operator''s program records backups');
SELECT is(pg_temp.as_operator('SELECT pitstop.record_measures(''[{"code": "addresses", "value": 3}]'')'), '1', 'and measures');
SELECT is((SELECT count(*) FROM public.positions WHERE drive_id IS NULL), 5::bigint,
          'a position that a charge refers to is kept from an operator too');
SELECT results_eq('SELECT DISTINCT actor FROM pitstop.event', $$ VALUES ('pitstop_test_operator') $$,
                  'the journal knows who it was');

DO $$
DECLARE
    one bigint;
BEGIN
    FOR one IN SELECT e.event_id FROM pitstop.event AS e ORDER BY e.event_id DESC LOOP
        PERFORM pg_temp.as_operator(format('SELECT action FROM pitstop.undo(%s) LIMIT 1', one));
    END LOOP;
END
$$;
SELECT bag_eq($$ SELECT * FROM contents() WHERE "table" NOT LIKE 'pitstop.%' $$, 'TABLE before', 'an operator undoes all of it');
SELECT results_eq('SELECT DISTINCT undone_by FROM pitstop.event', $$ VALUES ('pitstop_test_operator') $$,
                  'the journal knows who it was');

SELECT event_id AS of_superuser FROM pitstop.close_drive(4) \gset
SELECT is(pg_temp.as_operator(format('SELECT action FROM pitstop.undo(%s)', :of_superuser)), 'close_drive',
          'an operator undoes what somebody else did');

-- The journal ---------------------------------------------------------------------------------------------------------

CREATE TEMP TABLE journal_before AS SELECT * FROM contents() WHERE "table" LIKE 'pitstop.%';
CREATE TEMP TABLE forgery (statement text);
INSERT INTO forgery VALUES
    ($$ INSERT INTO pitstop.event DEFAULT VALUES $$), ($$ INSERT INTO pitstop.event_row DEFAULT VALUES $$),
    ($$ UPDATE pitstop.event SET undone_at = NULL $$), ($$ UPDATE pitstop.event_row SET before = '{}' $$),
    ($$ DELETE FROM pitstop.event $$), ($$ DELETE FROM pitstop.event_row $$),
    ($$ TRUNCATE pitstop.event CASCADE $$), ($$ TRUNCATE pitstop.event_row $$),
    ($$ SELECT nextval('pitstop.event_id_seq') $$), ($$ SELECT setval('pitstop.event_id_seq', 1) $$),
    ($$ SELECT * FROM pitstop.event_id_seq $$),
    ($$ INSERT INTO pitstop.backup DEFAULT VALUES $$), ($$ DELETE FROM pitstop.backup $$), ($$ SELECT * FROM pitstop.backup $$),
    ($$ INSERT INTO pitstop.measure DEFAULT VALUES $$), ($$ DELETE FROM pitstop.measure $$), ($$ SELECT * FROM pitstop.measure $$),
    ($$ CREATE TRIGGER t AFTER INSERT ON pitstop.event EXECUTE FUNCTION suppress_redundant_updates_trigger() $$),
    ($$ CREATE TABLE pitstop.mine (id integer) $$), ($$ DROP TABLE pitstop.event_row $$),
    ($$ CREATE OR REPLACE FUNCTION pitstop.undo(bigint) RETURNS void LANGUAGE sql AS '' $$);
SELECT is_empty(
    format($$ SELECT statement, pg_temp.code_as(%1$L, statement) FROM forgery
               WHERE pg_temp.code_as(%1$L, statement) IS DISTINCT FROM '42501' $$, role),
    role || ' can write nothing of the journal')
  FROM unnest(ARRAY['pitstop_test_reader', 'pitstop_test_operator']) AS role;
SELECT bag_eq($$ SELECT * FROM contents() WHERE "table" LIKE 'pitstop.%' $$, 'TABLE journal_before', 'the journal is as it was');

-- Back again ----------------------------------------------------------------------------------------------------------

SELECT pitstop.grant_operator('pitstop_test_operator');
SELECT lives_ok($$ SELECT pitstop.grant_reader('pitstop_test_operator') $$, 'a grant may be given twice');
SELECT pitstop.revoke_all('pitstop_test_reader');
SELECT pitstop.revoke_all('pitstop_test_operator');
SELECT set_eq('SELECT pg_temp.all_rights()', 'TABLE all_rights_before', 'revoke_all takes everything back, and nothing else');
SELECT is(pg_temp.code_as('pitstop_test_operator', 'SELECT pitstop.close_drive(1)'), '42501', 'an operator is a stranger then');
SELECT lives_ok($$ SELECT pitstop.revoke_all('pitstop_test_stranger') $$, 'there may be nothing to take back');

SELECT pitstop.grant_operator('pitstop_test "Grafana"; DROP TABLE drives; --');
SELECT is(pg_temp.code_as('pitstop_test "Grafana"; DROP TABLE drives; --', 'SELECT pitstop.close_drive(1)'), NULL,
          'a role''s name may need quotes');
SELECT pitstop.revoke_all('pitstop_test "Grafana"; DROP TABLE drives; --');
SELECT set_eq('SELECT pg_temp.all_rights()', 'TABLE all_rights_before', 'also when its rights are taken back');

-- Refused -------------------------------------------------------------------------------------------------------------

SELECT refused(format('SELECT pitstop.%s(NULL)', f), '22023', 'the role is NULL', f || ' refuses NULL')
  FROM unnest(ARRAY['grant_reader', 'grant_operator', 'revoke_all']) AS f;
SELECT refused(format('SELECT pitstop.%s(''public'')', f), '22023', 'the role is PUBLIC', f || ' refuses PUBLIC')
  FROM unnest(ARRAY['grant_reader', 'grant_operator', 'revoke_all']) AS f;
SELECT refused(format('SELECT pitstop.%s(''nobody of this name'')', f), '42704', 'role "nobody of this name" does not exist',
               f || ' refuses an unknown role')
  FROM unnest(ARRAY['grant_reader', 'grant_operator', 'revoke_all']) AS f;
SELECT refused($$ SELECT pitstop.grant_reader('PITSTOP_TEST_READER') $$, '42704', 'role "PITSTOP_TEST_READER" does not exist',
               'a role''s name is taken as it is');
SELECT refused($$ SELECT pitstop.revoke_all('pitstop_test_teslamate') $$, '22023',
               'role "pitstop_test_teslamate" owns TeslaMate''s tables', 'the owner of TeslaMate''s tables keeps his rights');

GRANT USAGE ON SCHEMA pitstop TO pitstop_test_stranger, pitstop_test_teslamate;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pitstop TO pitstop_test_stranger, pitstop_test_teslamate;
GRANT ALL ON ALL TABLES IN SCHEMA public TO pitstop_test_stranger;
SELECT refused(format('SET LOCAL ROLE pitstop_test_%s; SELECT pitstop.%s(''pitstop_test_reader'')', role, f), '42501',
               format('permission denied for pitstop.%s()', f), format('%s hands out nothing: %s', role, f))
  FROM unnest(ARRAY['stranger', 'teslamate']) AS role, unnest(ARRAY['grant_reader', 'grant_operator', 'revoke_all']) AS f;

SELECT * FROM finish();
ROLLBACK;
