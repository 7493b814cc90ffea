-- What health sees: each check's green and red, as facts (observe), as findings (doctor), and as JSON (health).
BEGIN;
SELECT plan(74);
\ir ../fixtures/sessions.sql
\ir ../fixtures/pgtap/refusal.sql

-- What doctor() says of one check, a line for each finding.
CREATE FUNCTION pg_temp.findings(wanted text) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT format('%s, %s: %s', d.severity, coalesce(d.how_many::text, 'none'), d.what) FROM pitstop.doctor() AS d WHERE d.code = wanted
$$;

-- Nothing yet ---------------------------------------------------------------------------------------------------------

SELECT results_eq(
    $$ SELECT c ->> 'code' FROM jsonb_array_elements(pitstop.health() -> 'checks') AS c $$,
    $$ VALUES ('postgres'), ('teslamate'), ('migration'), ('indexes'), ('positions'), ('open_sessions'), ('addresses'), ('geocoder'),
              ('disk_database'), ('database_size'), ('database_growth'), ('dead_rows'), ('index_bloat'), ('long_transactions'), ('collation') $$,
    'health makes all checks that the server can make');
SELECT is_empty($$ SELECT c FROM jsonb_array_elements(pitstop.health() -> 'checks') AS c WHERE c ->> 'error' <> '' $$,
                'none of them fails in an empty database');
-- The version of the server and the room on its disk are this machine's.
SELECT is_empty($$ SELECT * FROM pitstop.doctor() WHERE code NOT IN ('postgres', 'disk_database') $$,
                'and an empty database is well');

-- Versions ------------------------------------------------------------------------------------------------------------

SELECT results_eq(
    $$ SELECT subject, verdict FROM pitstop.observe('postgres') $$,
    $$ SELECT name, CASE status WHEN 'refused' THEN 'critical' ELSE status END FROM pitstop.check_postgres() $$,
    'postgres: what check_postgres finds');
SELECT results_eq(
    $$ SELECT pg_temp.findings('postgres') $$,
    $$ SELECT format('%s, 1: version of PostgreSQL, %s: %s: %s', CASE status WHEN 'refused' THEN 'critical' ELSE status END, name, found, message)
         FROM pitstop.check_postgres() WHERE status <> 'ok' $$,
    'and what it does not call ok is told');
SELECT results_eq($$ SELECT subject, verdict FROM pitstop.observe('teslamate') $$,
                  $$ VALUES ('schema', 'ok'), ('schema version', 'ok'), ('settings', 'ok'), ('columns', 'ok') $$,
                  'teslamate: what check_teslamate finds');
SAVEPOINT settings;
DELETE FROM public.settings;
SELECT results_eq($$ SELECT pg_temp.findings('teslamate') $$,
                  $$ VALUES ('critical, 1: version and schema of TeslaMate, settings: 0 rows: TeslaMate does not work without exactly one row; charges cannot be closed.') $$,
                  'what it refuses is critical');
ROLLBACK TO SAVEPOINT settings;
DELETE FROM public.schema_migrations WHERE version >= 20260808090000;
SELECT results_eq($$ SELECT pg_temp.findings('teslamate') $$,
                  $$ VALUES ('critical, 1: version and schema of TeslaMate, schema version: 20260807090000: Update TeslaMate: its migrations bring the schema up to date.') $$,
                  'and so is a schema of an earlier TeslaMate');
ROLLBACK TO SAVEPOINT settings;

SELECT is((SELECT value FROM pitstop.observe('migration')), pitstop.seconds_since_last_migration()::float8,
          'migration: the seconds since the last one');
SAVEPOINT migrations;
UPDATE public.schema_migrations SET inserted_at = '2015-01-01';
SELECT results_eq($$ SELECT value > 300000000, verdict FROM pitstop.observe('migration') $$, $$ VALUES (true, 'ok') $$,
                  'which is well, however long ago that was');
TRUNCATE public.schema_migrations;
SELECT results_eq($$ SELECT pg_temp.findings('migration') $$,
                  $$ VALUES ('unknown, 1: time since the last migration: No migration was applied.') $$,
                  'without a migration its age is unknown');
ROLLBACK TO SAVEPOINT migrations;

-- Indexes -------------------------------------------------------------------------------------------------------------

SELECT results_eq($$ SELECT value, note FROM pitstop.observe('indexes') $$, $$ VALUES (0::float8, NULL::text) $$,
                  'indexes: all of TeslaMate''s are there');
SAVEPOINT indexes;
DROP INDEX public.positions_car_id_index;
SELECT results_eq(
    $$ SELECT severity, how_many, what FROM pitstop.doctor() WHERE code = 'indexes' $$,
    $$ VALUES ('warning', 1::bigint, 'indexes of TeslaMate''s that are missing or invalid: 1; missing: positions_car_id_index') $$,
    'a missing one is named');
UPDATE pg_index SET indisvalid = false WHERE indexrelid IN ('public.charges_date_index'::regclass, 'public.trips_pkey'::regclass);
SELECT results_eq(
    $$ SELECT value, note FROM pitstop.observe('indexes') $$,
    $$ VALUES (3::float8, 'missing: positions_car_id_index; invalid: charges_date_index, trips_pkey') $$,
    'and so are invalid ones');
ROLLBACK TO SAVEPOINT indexes;

-- Positions -----------------------------------------------------------------------------------------------------------

SELECT is_empty($$ SELECT * FROM pitstop.observe('positions') $$, 'positions: without cars there is nothing to look at');
SELECT pg_temp.make_car(n) FROM generate_series(1, 6) AS n;
INSERT INTO public.states (state, start_date, end_date, car_id)
VALUES ('online', pg_temp.ago('9 days'), NULL, 2), ('online', pg_temp.ago('9 days'), NULL, 3),
       ('online', pg_temp.ago('9 days'), pg_temp.ago('1 day'), 4), ('asleep', pg_temp.ago('1 day'), NULL, 4),
       ('offline', pg_temp.ago('9 days'), NULL, 5), ('asleep', pg_temp.ago('9 days'), pg_temp.ago('8 days'), 6);
INSERT INTO public.positions (date, latitude, longitude, car_id, ideal_battery_range_km)
VALUES (pg_temp.ago('3 hours'), 10, 20, 2, 300), (pg_temp.ago('30 days'), 10, 20, 2, 300), (pg_temp.ago('2 days'), 10, 20, 3, 300),
       (pg_temp.ago('2 days'), 10, 20, 4, 300), (pg_temp.ago('2 days'), 10, 20, 5, 300), (pg_temp.ago('10 minutes'), 10, 20, 6, 300);
SELECT results_eq(
    $$ SELECT subject, floor(value / 60), verdict, note FROM pitstop.observe('positions') $$,
    $$ VALUES ('car 1', NULL::float8, 'ok', 'It has no position yet.'), ('car 2', 180, NULL, NULL), ('car 3', 2880, NULL, NULL),
              ('car 4', 2880, 'ok', 'It is asleep.'), ('car 5', 2880, 'ok', 'It is offline.'), ('car 6', 10, NULL, NULL) $$,
    'of each car the age of its newest position, not judged where it is asleep or offline');
SELECT results_eq(
    $$ SELECT pg_temp.findings('positions') $$,
    $$ VALUES ('warning, 1: age of each car''s newest position, while it is awake, car 2: 3 h'),
              ('critical, 1: age of each car''s newest position, while it is awake, car 3: 2 days') $$,
    'an awake car that logs nothing is a warning after an hour, and critical after a day');
INSERT INTO public.positions (date, latitude, longitude, car_id) VALUES (pg_temp.ago('5 minutes'), 10, 20, 2);
SELECT is((SELECT floor(value / 60) FROM pitstop.observe('positions') WHERE subject = 'car 2'), 5::float8,
          'what was streamed, without a range, counts as well');
SAVEPOINT streamed;
INSERT INTO public.drives (id, start_date, end_date, car_id)
VALUES (21, pg_temp.ago('1 day'), pg_temp.ago('1 day'), 3), (22, pg_temp.ago('30 minutes'), NULL, 3);
INSERT INTO public.positions (id, date, latitude, longitude, car_id, drive_id)
VALUES (1000001, pg_temp.ago('20 minutes'), 10, 20, 3, 22), (1000002, pg_temp.ago('25 minutes'), 10, 20, 3, 22);
INSERT INTO public.positions (id, date, latitude, longitude, car_id)
SELECT 1000002 + n, pg_temp.ago('3 hours'), 10, 20, 2 FROM generate_series(1, 1000) AS n;
SELECT is((SELECT floor(value / 60) FROM pitstop.observe('positions') WHERE subject = 'car 3'), 20::float8,
          'in a drive that goes on, however many rows of other cars came since');
UPDATE public.drives SET end_date = pg_temp.ago('20 minutes'), end_position_id = 1000001 WHERE id = 22;
SELECT is((SELECT floor(value / 60) FROM pitstop.observe('positions') WHERE subject = 'car 3'), 20::float8,
          'and in one that has ended');
ROLLBACK TO SAVEPOINT streamed;
INSERT INTO public.positions (date, latitude, longitude, car_id, ideal_battery_range_km) VALUES (pg_temp.ago('-1 hour'), 10, 20, 3, 300);
SELECT is((SELECT value FROM pitstop.observe('positions') WHERE subject = 'car 3'), 0::float8, 'a position of the future has no age');
SAVEPOINT switched_off;
UPDATE public.positions SET date = pg_temp.ago('2 days') WHERE car_id = 3;
UPDATE public.car_settings SET enabled = false WHERE id = (SELECT settings_id FROM public.cars WHERE id = 3);
SELECT is((SELECT verdict FROM pitstop.observe('positions') WHERE subject = 'car 3'), 'ok',
          'a car whose logging is switched off is not missed');
ROLLBACK TO SAVEPOINT switched_off;
SET LOCAL TimeZone = 'America/Los_Angeles';
SELECT is((SELECT floor(value / 60) FROM pitstop.observe('positions') WHERE subject = 'car 2'), 5::float8,
          'ages are the same in every time zone');
RESET TimeZone;

-- By the index, and not by a look at every position.
SAVEPOINT many;
INSERT INTO public.positions (date, latitude, longitude, car_id, ideal_battery_range_km)
SELECT timestamp '2020-01-01' + n * interval '1 minute', 10, 20, 6, 300 FROM generate_series(1, 20000) AS n;
-- Two cars that only stream: one drives, the other has parked.
INSERT INTO public.drives (id, start_date, end_date, car_id) VALUES (21, '2020-01-20', NULL, 1), (22, '2020-01-20', '2020-01-21', 2);
INSERT INTO public.positions (date, latitude, longitude, car_id, drive_id)
SELECT timestamp '2020-01-20' + n * interval '1 minute', 10, 20, d.car_id, d.id
  FROM generate_series(1, 500) AS n, public.drives AS d;
UPDATE public.drives AS d SET end_position_id = (SELECT max(p.id) FROM public.positions AS p WHERE p.drive_id = d.id) WHERE d.id = 22;
SELECT brin_summarize_new_values(x.indexrelid) FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid
 WHERE x.indrelid = 'public.positions'::regclass AND i.relname LIKE '%minmax%' \g /dev/null
ANALYZE public.positions;
CREATE FUNCTION pg_temp.rows_read() RETURNS bigint LANGUAGE sql AS $$
    SELECT pg_stat_get_xact_tuples_returned('public.positions'::regclass)
$$;
SELECT pg_temp.rows_read() AS before \gset
SELECT count(*) FROM pitstop.observe('positions') \g /dev/null
SELECT is(pg_temp.rows_read() - :before, 0::bigint, 'positions are never read from the first to the last');
ROLLBACK TO SAVEPOINT many;

-- Open sessions -------------------------------------------------------------------------------------------------------

SELECT results_eq($$ SELECT value, note FROM pitstop.observe('open_sessions') $$, $$ VALUES (0::float8, NULL::text) $$,
                  'open_sessions: none');
SELECT pg_temp.make_drive(11, 1, pg_temp.ago('5 hours'), 1);
SELECT pg_temp.make_drive(12, 1, pg_temp.ago('9 hours'), 1);
SELECT pg_temp.make_positions(12, 1, pg_temp.ago('2 hours'), 2, 3);
SELECT pg_temp.make_charge(13, 2, pg_temp.ago('9 hours'), 1);
SELECT pg_temp.make_charges(13, pg_temp.ago('2 hours'), 2, 3);
SELECT is((SELECT value FROM pitstop.observe('open_sessions')), 0::float8, 'what was seen within six hours is left open');
SELECT pg_temp.make_drive(14, 3, pg_temp.ago('9 days'), 5);
SELECT pg_temp.make_drive(15, 3, pg_temp.ago('8 days'), 0);
SELECT pg_temp.make_charge(16, 4, pg_temp.ago('7 days'), 5);
SELECT results_eq(
    $$ SELECT severity, how_many, what, examples, mend FROM pitstop.doctor() WHERE code = 'open_sessions' $$,
    $$ VALUES ('warning', 3::bigint, 'drives and charges that ought to be closed: 3; 2 drives, 1 charge', ARRAY[14, 15, 16]::bigint[],
               'SELECT * FROM pitstop.close_stale()') $$,
    'what was not seen for six hours is counted, the oldest first, with the call that mends it');
SELECT event_id AS of_14 FROM pitstop.close_drive(14) \gset
SELECT is((SELECT value FROM pitstop.observe('open_sessions')), 2::float8, 'what was closed is not');
SELECT count(*) FROM pitstop.undo(:of_14) \g /dev/null
SELECT is((SELECT value FROM pitstop.observe('open_sessions')), 2::float8, 'and neither is what somebody reopened');
SELECT is((SELECT count(*) FROM pitstop.close_stale(dry_run => true) WHERE outcome <> 'skipped'), 2::bigint,
          'close_stale would close as many');
SELECT count(*) FROM pitstop.close_stale() \g /dev/null
SELECT is_empty($$ SELECT pg_temp.findings('open_sessions') $$, 'that call mends it');

-- Addresses -----------------------------------------------------------------------------------------------------------

-- Open still: drives 11, 12 and 14. Closed: drive 15, deleted for want of positions. Charge 16 is where drive 16's first position is.
SELECT results_eq($$ SELECT value, note FROM pitstop.observe('addresses') $$,
                  $$ VALUES (2::float8, '0 starts and 0 ends of drives, 2 charges') $$,
                  'addresses: charges without one, open or closed, are counted; open drives are not');
SELECT count(*) FROM pitstop.close_drive(14) \g /dev/null
SELECT results_eq($$ SELECT value, note FROM pitstop.observe('addresses') $$,
                  $$ VALUES (4::float8, '1 start and 1 end of drives, 2 charges') $$,
                  'and both ends of closed drives');
INSERT INTO public.addresses (id, display_name, inserted_at, updated_at) VALUES (1, 'somewhere', '2025-01-01', '2025-01-01');
UPDATE public.drives SET start_address_id = 1 WHERE id = 14;
SELECT is((SELECT note FROM pitstop.observe('addresses')), '0 starts and 1 end of drives, 2 charges', 'but for an end that has one');
UPDATE public.drives SET end_position_id = NULL WHERE id = 14;
SELECT is((SELECT note FROM pitstop.observe('addresses')), '0 starts and 0 ends of drives, 2 charges', 'or that has no position to look up');
INSERT INTO public.charging_processes (id, start_date, end_date, car_id, position_id)
SELECT 100 + n, '2025-01-01', '2025-01-01', 4, 16000 FROM generate_series(1, 97) AS n;
SELECT is_empty($$ SELECT pg_temp.findings('addresses') $$, '99 are no finding');
INSERT INTO public.charging_processes (id, start_date, end_date, car_id, position_id) VALUES (200, '2025-01-01', '2025-01-01', 4, 16000);
SELECT results_eq($$ SELECT pg_temp.findings('addresses') $$,
                  $$ VALUES ('warning, 100: drives and charges without an address: 100; 0 starts and 0 ends of drives, 100 charges') $$,
                  '100 are');
UPDATE public.charging_processes SET address_id = 1;
SELECT results_eq($$ SELECT value, note FROM pitstop.observe('addresses') $$, $$ VALUES (0::float8, NULL::text) $$, 'with an address they are not');

SELECT results_eq($$ SELECT verdict, note FROM pitstop.observe('geocoder') $$,
                  $$ VALUES ('ok', 'It is off: pitstop.repair is not set for this database.') $$,
                  'geocoder: where nobody wants it, it may be off');
SET pitstop.repair = on;
SELECT results_eq(
    $$ SELECT pg_temp.findings('geocoder') $$,
    $$ VALUES ('warning, 1: the address repair: pitstop.repair is on, but pitstop is not in shared_preload_libraries: there is no worker.') $$,
    'where it is wanted, it must be there');
RESET pitstop.repair;

-- The server ----------------------------------------------------------------------------------------------------------

SELECT results_eq($$ SELECT subject, round(value / 1e9) FROM pitstop.observe('disk_database') $$,
                  $$ SELECT name, round(free_bytes / 1e9)::float8 FROM pitstop.disk_space() $$,
                  'disk_database: the room that disk_space finds');
SELECT is((SELECT value FROM pitstop.observe('database_size')), pg_database_size(current_database())::float8,
          'database_size: what the database takes');

-- It ends with what was recorded last, a day before now at least.
SELECT results_eq($$ SELECT value, verdict, note FROM pitstop.observe('database_growth') $$,
                  $$ VALUES (NULL::float8, 'ok', 'It is known after a day of "pitstop serve", which records the size every hour.') $$,
                  'database_growth: without a history nothing is known, which is no fault');
INSERT INTO pitstop.measure (code, subject, at, value)
VALUES ('database_size', '', now() - interval '8 days', 0), ('database_size', '', now() - interval '6 days', 1e9),
       ('database_size', '', now() - interval '3 days', 4e9), ('database_size', '', now() - interval '1 hour', 5e9),
       ('addresses', '', now(), 9e9);
SELECT is((SELECT value FROM pitstop.observe('database_growth')), 4e9::float8 * 86400 / 514800, 'what it grew by in a day, over at most a week');
SELECT is_empty($$ SELECT pg_temp.findings('database_growth') $$, 'less than a gigabyte is well');
UPDATE pitstop.measure SET value = 13e9 WHERE value = 5e9;
SELECT results_eq($$ SELECT pg_temp.findings('database_growth') $$,
                  $$ VALUES ('warning, 1: growth of the database per day: 2.0 GB') $$, 'more of it is a warning');
UPDATE pitstop.measure SET value = 0 WHERE value = 13e9;
SELECT is((SELECT value FROM pitstop.observe('database_growth')), -1e9::float8 * 86400 / 514800, 'it may have become smaller');
UPDATE pitstop.measure SET at = now() - interval '49 hours' WHERE at = now() - interval '1 hour';
SELECT is((SELECT value FROM pitstop.observe('database_growth')), NULL, 'of days ago alone nothing is told');
DELETE FROM pitstop.measure;
INSERT INTO pitstop.measure (code, subject, at, value)
VALUES ('database_size', '', now() - interval '23 hours', 1e9), ('database_size', '', now(), 5e9);
SELECT is((SELECT value FROM pitstop.observe('database_growth')), NULL, 'and nothing of less than a day');

SELECT is((SELECT verdict FROM pitstop.observe('dead_rows')), 'ok', 'dead_rows: small tables are not looked at');
SELECT is((SELECT count(*) FROM pitstop.observe('long_transactions')), 1::bigint, 'long_transactions: the oldest one');

-- As initdb's libraries sorted when there was another version of them.
SELECT is((SELECT value FROM pitstop.observe('collation')), 0::float8, 'collation: all as it was');
SAVEPOINT sorting;
UPDATE pg_collation SET collversion = '0' WHERE collname = 'de-x-icu';
SELECT is((SELECT value FROM pitstop.observe('collation')), 0::float8, 'a collation that nothing uses does not matter');
CREATE TABLE public.names (name text COLLATE "de-x-icu");
SELECT results_eq(
    $$ SELECT pg_temp.findings('collation') $$,
    $$ VALUES ('warning, 1: collations that another version of the system''s library sorted: 1; collation de-x-icu') $$,
    'one that something is sorted by does');
SELECT is((SELECT mend FROM pitstop.doctor() WHERE code = 'collation'),
          'REINDEX DATABASE, then ALTER DATABASE … REFRESH COLLATION VERSION or ALTER COLLATION … REFRESH VERSION', 'what mends it is told');
ALTER COLLATION "de-x-icu" REFRESH VERSION;
SELECT is_empty($$ SELECT pg_temp.findings('collation') $$, 'and does');
ROLLBACK TO SAVEPOINT sorting;

-- Empty pages: as ANALYZE would leave it for a million rows in twice the pages that they need. An entry takes 20 bytes, 7336.8
-- of which a leaf page holds: 2726 pages, and one that says where the root is.
SELECT results_eq($$ SELECT subject, verdict FROM pitstop.observe('index_bloat') $$, $$ VALUES ('', 'ok') $$,
                  'index_bloat: small indexes are not looked at');
SAVEPOINT bloat;
ANALYZE public.positions;
UPDATE pg_class SET relpages = 30000, reltuples = 1000000 WHERE oid = 'public.positions'::regclass;
UPDATE pg_class SET relpages = 5454, reltuples = 1000000 WHERE oid = 'public.positions_pkey'::regclass;
SELECT results_eq($$ SELECT subject, value, verdict FROM pitstop.observe('index_bloat') $$,
                  $$ VALUES ('positions_pkey', 0.5::float8, NULL::text) $$, 'a large one is half empty');
SELECT is_empty($$ SELECT pg_temp.findings('index_bloat') $$, 'which may be');
UPDATE pg_class SET relpages = 10908 WHERE oid = 'public.positions_pkey'::regclass;
SELECT results_eq($$ SELECT pg_temp.findings('index_bloat') $$,
                  $$ VALUES ('warning, 1: share of an index that is empty, estimated, positions_pkey: 75 %') $$, 'three quarters are too much');
ROLLBACK TO SAVEPOINT bloat;

-- A look that fails ---------------------------------------------------------------------------------------------------

SAVEPOINT failing;
ALTER TABLE public.states DROP COLUMN state;
DROP INDEX public.charges_date_index;
SELECT results_eq(
    $$ SELECT code, severity, what, how_many, examples, mend FROM pitstop.doctor() WHERE code NOT IN ('postgres', 'disk_database') $$,
    $$ VALUES ('indexes', 'warning', 'indexes of TeslaMate''s that are missing or invalid: 1; missing: charges_date_index', 1::bigint,
               '{}'::bigint[], 'REINDEX INDEX CONCURRENTLY an invalid one; TeslaMate''s migrations make a missing one.'),
              ('positions', 'unknown', 'age of each car''s newest position, while it is awake: could not be looked at: column s.state does not exist',
               NULL, '{}', 'SELECT * FROM pitstop.observe(''positions'') raises the error with its hint') $$,
    'a look that fails is unknown, and the others are made all the same');
SELECT is((refusal_of($$ SELECT pitstop.observe('positions') $$)).code, '42703', 'observe raises the error itself');
SELECT results_eq(
    $$ SELECT c ->> 'status', c ->> 'error', c -> 'observations' FROM jsonb_array_elements(pitstop.health() -> 'checks') AS c
        WHERE c ->> 'code' = 'positions' $$,
    $$ VALUES ('unknown', 'column s.state does not exist', '[]'::jsonb) $$, 'health has the error');
ROLLBACK TO SAVEPOINT failing;
SAVEPOINT failing;
ALTER TABLE public.drives DROP COLUMN ascent;
SELECT set_eq($$ SELECT code, severity FROM pitstop.doctor() WHERE code NOT IN ('postgres', 'disk_database', 'positions') $$,
              $$ VALUES ('teslamate', 'critical'), ('open_sessions', 'unknown'), ('addresses', 'unknown') $$,
              'without a column that pitstop relies on, what reads it is unknown');
ROLLBACK TO SAVEPOINT failing;
SET pitstop.teslamate_schema = 'nowhere';
SELECT results_eq(
    $$ SELECT severity, what FROM pitstop.doctor() WHERE code = 'positions' $$,
    $$ VALUES ('unknown', 'age of each car''s newest position, while it is awake: could not be looked at: schema "nowhere" does not exist') $$,
    'an error of our own is one of that check''s alone, too');
RESET pitstop.teslamate_schema;

-- TeslaMate in another schema.
\set schema elsewhere
\set private_schema elsewhere_private
\ir ../fixtures/teslamate/schema.sql
DROP INDEX elsewhere.updates_car_id_index;
SET pitstop.teslamate_schema = 'elsewhere';
SELECT results_eq($$ SELECT pg_temp.findings('indexes') $$,
                  $$ VALUES ('warning, 1: indexes of TeslaMate''s that are missing or invalid: 1; missing: updates_car_id_index') $$,
                  'it looks at the schema of the setting');
SELECT is_empty($$ SELECT * FROM pitstop.observe('positions') $$, 'and at its cars');
RESET pitstop.teslamate_schema;
SELECT is_empty($$ SELECT pg_temp.findings('indexes') $$, 'and at no other');

-- As JSON -------------------------------------------------------------------------------------------------------------

SELECT set_eq('SELECT jsonb_object_keys(pitstop.health())', ARRAY['status', 'database', 'version', 'checks', 'backups'],
              'health has these parts');
SELECT is(pitstop.health() ->> 'database', current_database()::text, 'it says of which database');
SELECT is(pitstop.health() ->> 'version', (SELECT extversion FROM pg_extension WHERE extname = 'pitstop'), 'and by which pitstop');
SELECT is((SELECT c #- '{observations}' FROM jsonb_array_elements(pitstop.health() -> 'checks') AS c WHERE c ->> 'code' = 'disk_database') - 'status',
          '{"code": "disk_database", "title": "free space where the server keeps its data", "unit": "bytes",
            "thresholds": {"warning": 5000000000, "critical": 1000000000, "low_is_bad": true}, "error": "",
            "mend": "Delete what is not needed there, or give it a larger disk."}'::jsonb,
          'a check has its thresholds with it');
SELECT is((SELECT c -> 'observations' -> 1 #- '{value}' FROM jsonb_array_elements(pitstop.health() -> 'checks') AS c WHERE c ->> 'code' = 'positions'),
          '{"subject": "car 2", "status": "ok", "note": "", "examples": []}'::jsonb, 'each observation has its status');
DELETE FROM public.settings;
SELECT is(pitstop.health() ->> 'status', 'critical', 'all together are as bad as the worst');

SELECT * FROM finish();
ROLLBACK;
