-- The checks of versions: this server, TeslaMate's schema, its migrations and their age.
BEGIN;
\ir ../fixtures/pgtap/refusal.sql
SELECT plan(33);

-- The server ----------------------------------------------------------------------------------------------------------

SELECT results_eq('SELECT name FROM pitstop.check_postgres()',
                  $$ VALUES ('PostgreSQL for TeslaMate'), ('PostgreSQL for pitstop') $$,
                  'check_postgres judges the server for TeslaMate and for pitstop');
SELECT is_empty($$ SELECT * FROM pitstop.check_postgres()
                    WHERE found IS DISTINCT FROM split_part(current_setting('server_version'), ' ', 1) $$,
                'it says which version it found, without the packager''s part');
SELECT results_eq(
    'SELECT status FROM pitstop.check_postgres()',
    $$ SELECT CASE WHEN major > 18 THEN 'warning'
                   WHEN (major, minor) >= (18, 0) OR major = 17 AND minor >= 3 OR major = 16 AND minor >= 7 THEN 'ok'
                   ELSE 'refused' END
         FROM (SELECT v / 10000 AS major, v % 10000 AS minor
                 FROM CAST(current_setting('server_version_num') AS integer) AS v) AS server
        UNION ALL
       SELECT CASE WHEN current_setting('server_version_num')::integer / 10000 > 18 THEN 'warning' ELSE 'ok' END $$,
    'TeslaMate asks 16.7, 17.3 or 18.0, pitstop works on 15 to 18, anything later is a warning');
SELECT is_empty($$ SELECT * FROM pitstop.check_postgres() WHERE coalesce(required, '') = '' OR coalesce(message, '') = '' $$,
                'each finding says what is required and what to make of it');

-- TeslaMate's schema --------------------------------------------------------------------------------------------------

SELECT results_eq('SELECT name, status FROM pitstop.check_teslamate()',
                  $$ VALUES ('schema', 'ok'), ('schema version', 'ok'), ('settings', 'ok'), ('columns', 'ok') $$,
                  'check_teslamate finds everything in order');
CREATE FUNCTION pg_temp.finding(wanted text) RETURNS text LANGUAGE sql AS $$
    SELECT format('%s: %s', c.status, c.found) FROM pitstop.check_teslamate() AS c WHERE c.name = wanted
$$;
SELECT is(pg_temp.finding('schema'), 'ok: public', 'it says which schema it looked at');
SELECT is(pg_temp.finding('schema version'), 'ok: 20260808090000', 'it says which version the schema has');
SELECT is(pg_temp.finding('settings'), 'ok: 1 row', 'it counts the rows of settings');
SELECT ok(found = format('%s of %s', required, required), 'it counts the columns') FROM pitstop.check_teslamate() WHERE name = 'columns';

INSERT INTO public.schema_migrations (version, inserted_at) VALUES (20270101000000, '2027-01-01');
SELECT is(pg_temp.finding('schema version'), 'ok: 20270101000000', 'a later version is fine');
DELETE FROM public.schema_migrations WHERE version >= 20260808090000;
SELECT is(pg_temp.finding('schema version'), 'refused: 20260807090000', 'an older version is refused');
SELECT is((SELECT required FROM pitstop.check_teslamate() WHERE name = 'schema version'), '20260808090000 or later',
          'and the required one is told');
DELETE FROM public.settings;
SELECT is(pg_temp.finding('settings'), 'refused: 0 rows', 'settings without a row are refused');
INSERT INTO public.settings (inserted_at, updated_at) VALUES ('2025-01-01', '2025-01-01'), ('2025-01-01', '2025-01-01');
SELECT is(pg_temp.finding('settings'), 'refused: 2 rows', 'settings with two rows are refused');

SAVEPOINT columns;
ALTER TABLE public.cars DROP COLUMN efficiency;
SELECT is(pg_temp.finding('cars.efficiency'), 'refused: missing', 'a missing column is named');
SELECT matches(pg_temp.finding('columns'), '^refused: \d+ of \d+$', 'and missed in the count');
ALTER TABLE public.settings RENAME TO preferences;
SELECT is(pg_temp.finding('settings.preferred_range'), 'refused: missing', 'of a missing table each column is named');
SELECT is(pg_temp.finding('settings'), NULL, 'and its rows are not counted');
SELECT is(pg_temp.finding('schema version'), 'refused: 20260807090000', 'the other tables are looked at all the same');
ROLLBACK TO SAVEPOINT columns;

SET pitstop.teslamate_schema = 'nowhere';
SELECT results_eq('SELECT name, found, status FROM pitstop.check_teslamate()', $$ VALUES ('schema', 'nowhere', 'refused') $$,
                  'a schema that does not exist is refused');
SET pitstop.teslamate_schema = 'private';
SELECT results_eq('SELECT name, found, status FROM pitstop.check_teslamate()', $$ VALUES ('schema', 'private', 'refused') $$,
                  'a schema without TeslaMate''s tables is refused');
RESET pitstop.teslamate_schema;

-- Migrations ----------------------------------------------------------------------------------------------------------

TRUNCATE public.schema_migrations;
INSERT INTO public.schema_migrations (version, inserted_at)
VALUES (20250101000000, '2025-03-01 12:00:00'), (20240101000000, '2025-01-01 12:00:00'), (20260101000000, '2025-02-01 12:00:00');
SELECT results_eq('SELECT * FROM pitstop.migrations()',
                  $$ VALUES (20240101000000, timestamp '2025-01-01 12:00:00'), (20250101000000, '2025-03-01 12:00:00'),
                            (20260101000000, '2025-02-01 12:00:00') $$,
                  'migrations lists them in the order of their versions');

-- The time is written in UTC, so the age is the same in every time zone: with half hours, with summer time, at the date line.
CREATE FUNCTION pg_temp.is_age(zone text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    seconds_before bigint := floor(extract(epoch FROM clock_timestamp() AT TIME ZONE 'UTC' - timestamp '2025-03-01 12:00:00'));
    seconds bigint;
BEGIN
    PERFORM set_config('TimeZone', zone, true);
    seconds := pitstop.seconds_since_last_migration();
    RETURN ok(seconds BETWEEN seconds_before
                          AND floor(extract(epoch FROM clock_timestamp() AT TIME ZONE 'UTC' - timestamp '2025-03-01 12:00:00')),
              'the age counts from the newest time, not the newest version, in UTC: ' || zone);
END
$$;
SELECT pg_temp.is_age(zone)
  FROM unnest(ARRAY['UTC', 'Asia/Kathmandu', 'America/New_York', 'Europe/Berlin', 'Pacific/Kiritimati', 'Pacific/Pago_Pago']) AS zone;
RESET timezone;

INSERT INTO public.schema_migrations (version, inserted_at) 
VALUES (20270101000000, date_trunc('second', now() AT TIME ZONE 'UTC') - interval '90 minutes');
SELECT cmp_ok(pitstop.seconds_since_last_migration(), '>=', 5400::bigint, '90 minutes are 5400 seconds');
SELECT cmp_ok(pitstop.seconds_since_last_migration(), '<', 5400::bigint + 300, 'and few more');

TRUNCATE public.schema_migrations;
SELECT is(pitstop.seconds_since_last_migration(), NULL, 'without migrations there is no age');
SELECT is_empty('SELECT * FROM pitstop.migrations()', 'without migrations none is listed');
SELECT is(pg_temp.finding('schema version'), 'refused: none', 'without migrations the schema is refused');

SELECT * FROM finish();
ROLLBACK;
