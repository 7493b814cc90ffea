-- Everything works with TeslaMate in schemas of any name, with cube and earthdistance in yet another one, without a
-- schema public, and with two TeslaMates in one session.
BEGIN;
\ir ../fixtures/pgtap/refusal.sql
SELECT plan(52);

DROP SCHEMA public CASCADE;
\set ext_schema 'The Maps'
\set schema tenant_7
\set private_schema tenant_7_private
\ir ../fixtures/teslamate/schema.sql
\ir ../fixtures/parity/input.sql
\set schema 'Tenant "8", O''Hara {schema} $1'
\set private_schema 'tenant 8''s "tokens"'
\ir ../fixtures/teslamate/schema.sql
\ir ../fixtures/parity/input.sql
CREATE TEMP TABLE tenant (schema text);
INSERT INTO tenant VALUES ('tenant_7'), (:'schema');

SELECT set_eq($$ SELECT n.nspname::text FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
                      WHERE e.extname IN ('cube', 'earthdistance') $$,
                  ARRAY['The Maps'], 'cube and earthdistance are elsewhere');

-- Parity, a drive here and a drive there ------------------------------------------------------------------------------

CREATE TEMP TABLE expected (
    id text, result text, error text, car_id text, start_date text, end_date text, start_km text, end_km text,
    distance text, duration_min text, outside_temp_avg text, inside_temp_avg text, speed_max text, power_max text,
    power_min text, start_ideal_range_km text, end_ideal_range_km text, start_rated_range_km text,
    end_rated_range_km text, start_position_id text, end_position_id text, start_geofence_id text,
    end_geofence_id text, ascent text, descent text, start_address_id text, end_address_id text,
    start_osm_type text, start_osm_id text, end_osm_type text, end_osm_id text
);
\copy expected FROM 'fixtures/parity/drives_expected_geocoder_fails.csv' WITH (FORMAT csv, HEADER)
CREATE TEMP TABLE expected_charge (
    id text, result text, error text, car_id text, start_date text, end_date text, charge_energy_added text,
    charge_energy_used text, start_ideal_range_km text, end_ideal_range_km text, start_rated_range_km text,
    end_rated_range_km text, start_battery_level text, end_battery_level text, duration_min text,
    outside_temp_avg text, cost text, position_id text, address_id text, geofence_id text
);
\copy expected_charge FROM 'fixtures/parity/charges_expected.csv' WITH (FORMAT csv, HEADER)

CREATE TEMP TABLE said (schema text, kind text, id text, result text);
CREATE FUNCTION pg_temp.close_alternately(kind text, ids text[], call text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    one text;
    place text;
    outcome text;
BEGIN
    FOREACH one IN ARRAY ids LOOP
        FOR place IN SELECT t.schema FROM tenant AS t LOOP
            PERFORM set_config('pitstop.teslamate_schema', place, false);
            BEGIN
                EXECUTE format(call, one) INTO outcome;
            EXCEPTION WHEN OTHERS THEN
                outcome := 'raised';
            END;
            INSERT INTO said VALUES (place, kind, one, replace(outcome, 'closed', 'updated'));
        END LOOP;
    END LOOP;
END
$$;
SELECT pg_temp.close_alternately('drive', array_agg(id ORDER BY id::integer), 'SELECT outcome FROM pitstop.close_drive(%s)')
  FROM expected;
SELECT pg_temp.close_alternately('charge', array_agg(id ORDER BY id::integer), 'SELECT outcome FROM pitstop.close_charge(%s)')
  FROM expected_charge;

SELECT bag_eq(format($$ SELECT kind, id, result FROM said WHERE schema = %L $$, schema),
              $$ SELECT 'drive', id, result FROM expected UNION ALL SELECT 'charge', id, result FROM expected_charge $$,
              'the same drives and charges are closed, deleted, refused in ' || schema)
  FROM tenant;

SELECT bag_eq(
    format($$ SELECT d.id::text, d.car_id::text, d.start_date::text, d.end_date::text, d.start_km::text, d.end_km::text,
                     d.distance::text, d.duration_min::text, d.outside_temp_avg::text, d.inside_temp_avg::text,
                     d.speed_max::text, d.power_max::text, d.power_min::text, d.start_ideal_range_km::text,
                     d.end_ideal_range_km::text, d.start_rated_range_km::text, d.end_rated_range_km::text,
                     d.start_position_id::text, d.end_position_id::text, d.start_geofence_id::text,
                     d.end_geofence_id::text, d.ascent::text, d.descent::text, d.start_address_id::text,
                     d.end_address_id::text
                FROM %I.drives AS d
                JOIN expected AS e ON e.id = d.id::text AND e.result = 'updated' $$, schema),
    $$ SELECT id, car_id, start_date, end_date, start_km, end_km, distance, duration_min, outside_temp_avg,
              inside_temp_avg, speed_max, power_max, power_min, start_ideal_range_km, end_ideal_range_km,
              start_rated_range_km, end_rated_range_km, start_position_id, end_position_id, start_geofence_id,
              end_geofence_id, ascent, descent, start_address_id, end_address_id
         FROM expected
        WHERE result = 'updated' $$,
    'every column of every drive is the same in ' || schema)
  FROM tenant;

SELECT bag_eq(
    format($$ SELECT c.id::text, c.duration_min::text, c.charge_energy_added::text, c.charge_energy_used::text, c.cost::text
                FROM %I.charging_processes AS c
                JOIN expected_charge AS e ON e.id = c.id::text AND e.result = 'updated' $$, schema),
    $$ SELECT id, duration_min, charge_energy_added, charge_energy_used, cost FROM expected_charge WHERE result = 'updated' $$,
    'energy and cost of every charge are the same in ' || schema)
  FROM tenant;

SELECT bag_eq(format($$ SELECT count(*)::integer FROM pitstop.event WHERE teslamate_schema = %L $$, schema),
              $$ SELECT count(*)::integer FROM said WHERE result <> 'raised' GROUP BY schema LIMIT 1 $$,
              'each event is journaled with its schema, ' || schema)
  FROM tenant;

-- All functions in each -----------------------------------------------------------------------------------------------

CREATE ROLE pitstop_test_tenant;
CREATE TEMP TABLE contents_before ("table" text, "row" text);

-- Everything else in the schema, which has an open drive 900 and an open charge 901 without an end since January.
CREATE FUNCTION pg_temp.works_in(place text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    event bigint;
BEGIN
    PERFORM set_config('pitstop.teslamate_schema', place, false);
    EXECUTE format('DELETE FROM %I.drives WHERE end_date IS NULL', place);
    EXECUTE format('DELETE FROM %I.charging_processes WHERE end_date IS NULL', place);
    EXECUTE format($sql$ INSERT INTO %I.drives (id, start_date, car_id) VALUES (900, '2025-01-01 10:00', 1) $sql$, place);
    EXECUTE format($sql$ INSERT INTO %I.positions (id, date, latitude, longitude, car_id, drive_id, odometer, ideal_battery_range_km)
                         VALUES (9001, '2025-01-01 10:00', 52.520008, 13.404954, 1, 900, 10, 300),
                                (9002, '2025-01-01 10:10', 1, 1, 1, 900, 20, 290) $sql$, place);
    EXECUTE format($sql$ INSERT INTO %I.charging_processes (id, start_date, car_id, position_id)
                         VALUES (901, '2025-01-01 11:00', 1, 9002) $sql$, place);
    EXECUTE format($sql$ INSERT INTO %I.charges (date, charge_energy_added, charger_power, ideal_battery_range_km, charging_process_id)
                         VALUES ('2025-01-01 11:00', 0, 10, 290, 901), ('2025-01-01 12:00', 9, 10, 340, 901) $sql$, place);

    RETURN NEXT bag_eq('SELECT kind, id, "rows" FROM pitstop.incomplete()',
                       $sql$ VALUES ('drive', 900::bigint, 2::bigint), ('charge', 901, 2) $sql$,
                       'incomplete lists what is open in ' || place);
    RETURN NEXT bag_eq('SELECT kind, id, outcome FROM pitstop.close_stale()',
                       $sql$ VALUES ('drive', 900::bigint, 'closed'), ('charge', 901, 'closed') $sql$,
                       'close_stale closes it in ' || place);
    RETURN NEXT results_eq(format('SELECT distance, start_geofence_id FROM %I.drives WHERE id = 900', place),
                           'VALUES (10::double precision, 1)', 'the drive begins in its geofence in ' || place);

    TRUNCATE contents_before;
    INSERT INTO contents_before SELECT c.* FROM contents(place) AS c WHERE c."table" NOT LIKE 'pitstop.%';
    PERFORM set_config('search_path', 'tap', true);
    SELECT d.event_id INTO event FROM pitstop.delete_drive(900, 'delete') AS d LIMIT 1;
    RETURN NEXT is_empty(format('SELECT FROM %I.drives WHERE id = 900', place), 'delete_drive deletes in ' || place);
    RETURN NEXT is_empty(format('SELECT FROM %I.positions WHERE id = 9001', place), 'with positions in ' || place);
    PERFORM pitstop.undo(event);
    SELECT d.event_id INTO event FROM pitstop.delete_drive(900) AS d LIMIT 1;
    RETURN NEXT results_eq(format('SELECT id FROM %I.positions WHERE id IN (9001, 9002) AND drive_id IS NULL ORDER BY id', place),
                           'VALUES (9001), (9002)', 'or without them in ' || place);
    PERFORM pitstop.undo(event);
    SELECT d.event_id INTO event FROM pitstop.delete_charge(901) AS d LIMIT 1;
    RETURN NEXT is_empty(format('SELECT FROM %I.charging_processes WHERE id = 901', place), 'delete_charge deletes in ' || place);
    PERFORM set_config('pitstop.teslamate_schema', 'nowhere', false);
    PERFORM pitstop.undo(event);
    PERFORM set_config('pitstop.teslamate_schema', place, false);
    RETURN NEXT bag_eq(format($sql$ SELECT * FROM contents(%L) WHERE "table" NOT LIKE 'pitstop.%%' $sql$, place),
                       'TABLE contents_before',
                       'undo puts all back, whatever schema is set by then, in ' || place);

    RETURN NEXT results_eq('SELECT name, status FROM pitstop.check_teslamate()',
                           $sql$ VALUES ('schema', 'ok'), ('schema version', 'ok'), ('settings', 'ok'), ('columns', 'ok') $sql$,
                           'check_teslamate is content with ' || place);
    RETURN NEXT is((SELECT c.found FROM pitstop.check_teslamate() AS c WHERE c.name = 'schema'), place,
                   'check_teslamate tells the schema ' || place);
    RETURN NEXT is((SELECT count(*) FROM pitstop.migrations()), 105::bigint, 'migrations lists those of ' || place);
    EXECUTE format('DELETE FROM %I.schema_migrations WHERE version <> 20260808090000', place);
    RETURN NEXT is((SELECT count(*) FROM pitstop.migrations()), 1::bigint, 'and those only of ' || place);
    EXECUTE format('DELETE FROM %I.schema_migrations', place);
    RETURN NEXT is(pitstop.seconds_since_last_migration(), NULL, 'no migration, no age in ' || place);

    PERFORM pitstop.grant_operator('pitstop_test_tenant');
    RETURN NEXT ok(has_table_privilege('pitstop_test_tenant', format('%I.drives', place), 'UPDATE')
                   AND has_schema_privilege('pitstop_test_tenant', place, 'USAGE'), 'grant_operator grants in ' || place);
    SET LOCAL ROLE pitstop_test_tenant;
    PERFORM pitstop.close_drive(900);
    RESET ROLE;
    RETURN NEXT is((SELECT e.actor FROM pitstop.event AS e ORDER BY e.event_id DESC LIMIT 1), 'pitstop_test_tenant',
                   'an operator works in ' || place);
    PERFORM pitstop.revoke_all('pitstop_test_tenant');
    RETURN NEXT ok(NOT has_table_privilege('pitstop_test_tenant', format('%I.drives', place), 'SELECT')
                   AND NOT has_schema_privilege('pitstop_test_tenant', place, 'USAGE'), 'revoke_all revokes in ' || place);

    PERFORM set_config('pitstop.teslamate_schema', upper(place), false);
    RETURN NEXT refused('SELECT pitstop.close_drive(900)', '55000', format('schema "%s" does not exist', upper(place)),
                        'the name is taken as it is: ' || upper(place));
END
$$;

SELECT pg_temp.works_in(schema) FROM tenant;

-- One that is gone, while its plans are still there -------------------------------------------------------------------

SET pitstop.teslamate_schema = 'tenant_7';
SELECT pitstop.close_drive(900) \g /dev/null
ALTER SCHEMA tenant_7 RENAME TO tenant_9;
SELECT refused('SELECT pitstop.close_drive(900)', '55000', 'schema "tenant_7" does not exist', 'a schema that was renamed is gone');
SET pitstop.teslamate_schema = 'tenant_9';
SELECT is((SELECT outcome FROM pitstop.close_drive(900)), 'closed', 'and there under its new name');
CREATE SCHEMA tenant_7;
SET pitstop.teslamate_schema = 'tenant_7';
SELECT refused('SELECT pitstop.close_drive(900)', '55000', 'schema "tenant_7" holds no TeslaMate tables',
               'an empty schema of the same name is not mistaken for it');
DROP SCHEMA tenant_7;
ALTER SCHEMA tenant_9 RENAME TO tenant_7;
SELECT is((SELECT outcome FROM pitstop.close_drive(900)), 'closed', 'and it works again when it is back');

SET pitstop.teslamate_schema = '';
SELECT refused('SELECT pitstop.close_drive(900)', '55000', 'schema "" does not exist', 'an empty name is the name of no schema');
SELECT lives_ok(format('SELECT pitstop.undo(%s)', max(event_id)), 'what was done elsewhere can be undone all the same')
  FROM pitstop.event WHERE teslamate_schema = 'tenant_7';

-- The setting ---------------------------------------------------------------------------------------------------------

SET ROLE pitstop_test_tenant;
SELECT (refusal_of('SET pitstop.teslamate_schema = tenant_7')).code AS set_code,
       (refusal_of($$ SELECT set_config('pitstop.teslamate_schema', 'tenant_7', true) $$)).code AS config_code,
       (refusal_of('ALTER ROLE pitstop_test_tenant SET pitstop.teslamate_schema = tenant_7')).code AS role_code \gset
RESET ROLE;
SELECT is(:'set_code'::text, '42501', 'who is no superuser cannot choose the schema');
SELECT is(:'config_code'::text, '42501', 'not with set_config either');
SELECT is(:'role_code'::text, '42501', 'not for his next session either');

SELECT * FROM finish();
ROLLBACK;
