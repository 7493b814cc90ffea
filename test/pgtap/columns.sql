-- TeslaMate's migrations change its tables under us: columns may become wider, while the session goes on; what is
-- missing or of another type is named, and nothing is written.
BEGIN;
\ir ../fixtures/pgtap/refusal.sql
\ir ../fixtures/pgtap/add_session.sql
SELECT * FROM no_plan();

INSERT INTO public.geofences (id, name, latitude, longitude, radius, cost_per_unit, session_fee, inserted_at, updated_at)
VALUES (1, 'Home', 10, 20, 100, 0.5, 1, '2025-01-01', '2025-01-01');
SELECT add_drive(1,
    '{"at": "10:00", "odometer": 100.01, "ideal_battery_range_km": 300, "rated_battery_range_km": 240.5, "speed": 10,
      "power": 5, "elevation": 100, "outside_temp": 10.0, "inside_temp": 20.0}',
    '{"at": "10:20", "odometer": 120.03, "ideal_battery_range_km": 280, "rated_battery_range_km": 220.5, "speed": 80,
      "power": -50, "elevation": 110, "outside_temp": 10.1, "inside_temp": 20.1}');
SELECT add_drive(2, '{"at": "10:30", "odometer": 120.03}', '{"at": "10:31", "odometer": 120.03}');
SELECT add_drive(3, '{"at": "10:40", "odometer": 120.03, "ideal_battery_range_km": 280}',
                    '{"at": "10:50", "odometer": 130.03, "ideal_battery_range_km": 270}');
SELECT add_drive(4, '{"at": "11:00", "odometer": 130.03, "ideal_battery_range_km": 270}',
                    '{"at": "11:10", "odometer": 140.03, "ideal_battery_range_km": 260}');
SELECT add_charge(id,
    '{"at": "12:00", "charge_energy_added": 1, "rated_battery_range_km": 200, "battery_level": 50, "outside_temp": 9}',
    '{"at": "12:30", "charge_energy_added": 11, "rated_battery_range_km": 250, "battery_level": 60, "outside_temp": 9.1,
      "charger_power": 22, "charger_voltage": 230, "charger_actual_current": 32, "charger_phases": 3,
      "fast_charger_type": "ACSingleWireCAN"}')
  FROM unnest(ARRAY[11, 12, 13]) AS id;
UPDATE public.charging_processes SET geofence_id = 1;

-- What the functions say and what they leave in the tables; taken back again.
CREATE FUNCTION pg_temp.results() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    said text[];
    line text;
    event bigint;
    last_event bigint := (SELECT max(e.event_id) FROM pitstop.event AS e);
BEGIN
    SELECT array_agg(i::text) INTO said FROM pitstop.incomplete() AS i;
    SELECT (drive_id, outcome, reason, start_date, end_date, distance, duration_min)::text INTO line
      FROM pitstop.close_drive(1);
    said := said || line;
    SELECT (drive_id, outcome, reason, start_date, end_date, distance, duration_min)::text INTO line
      FROM pitstop.close_drive(2);
    said := said || line;
    SELECT (charging_process_id, outcome, end_date, duration_min, charge_energy_added, charge_energy_used, cost)::text
      INTO line FROM pitstop.close_charge(11);
    said := said || line;
    said := said || ARRAY(SELECT (s.kind, s.id, s.outcome, s.reason)::text FROM pitstop.close_stale() AS s);
    said := said || ARRAY(SELECT format('%s: %s', c."table", c."row") FROM tap.contents() AS c
                           WHERE c."table" NOT LIKE 'pitstop.%' ORDER BY 1);
    said := said || ARRAY(SELECT (e.before, e.after)::text FROM pitstop.event_row AS e WHERE e.event_id > coalesce(last_event, 0));
    SELECT d.event_id INTO event FROM pitstop.delete_drive(4, 'delete') AS d;
    PERFORM pitstop.undo(event);
    SELECT d.event_id INTO event FROM pitstop.delete_drive(3) AS d;
    PERFORM pitstop.undo(event);
    SELECT d.event_id INTO event FROM pitstop.delete_charge(12) AS d;
    PERFORM pitstop.undo(event);
    PERFORM pitstop.undo(e.event_id) FROM pitstop.event AS e
      WHERE e.undone_at IS NULL AND e.event_id > coalesce(last_event, 0) ORDER BY e.event_id DESC;
    said := said || ARRAY(SELECT format('%s: %s', c."table", c."row") FROM tap.contents() AS c
                           WHERE c."table" NOT LIKE 'pitstop.%' ORDER BY 1);
    said := said || ARRAY(SELECT m::text FROM pitstop.migrations() AS m)
                 || ARRAY(SELECT (c.name, c.status)::text FROM pitstop.check_teslamate() AS c);
    RAISE EXCEPTION USING ERRCODE = 'PT000';
EXCEPTION WHEN SQLSTATE 'PT000' THEN
    RETURN QUERY SELECT unnest(said);
END
$$;

CREATE TEMP TABLE first AS SELECT pg_temp.results() AS results;
SELECT cmp_ok((SELECT count(*) FROM first WHERE results ~ ',(closed|deleted),'), '=', 7::bigint, 'there is something to compare');

-- Every column that pitstop relies on: of a schema with nothing but settings.id, all others are missing.
CREATE SCHEMA bare;
CREATE TABLE bare.settings (id bigint);
SET pitstop.teslamate_schema = 'bare';
CREATE TEMP TABLE required AS
SELECT split_part(name, '.', 1) AS "table", split_part(name, '.', 2) AS "column", ''::text AS type
  FROM (SELECT name FROM pitstop.check_teslamate() WHERE found = 'missing' UNION ALL SELECT 'settings.id') AS c;
RESET pitstop.teslamate_schema;
UPDATE required AS r
   SET type = (SELECT CASE WHEN t.typtype = 'e' THEN 'enum' ELSE format_type(a.atttypid, a.atttypmod) END
                 FROM pg_attribute AS a
                 JOIN pg_type AS t ON t.oid = a.atttypid
                WHERE a.attrelid = format('public.%I', r."table")::regclass AND a.attname = r."column");
SELECT is((SELECT count(*)::text FROM required), (SELECT required FROM pitstop.check_teslamate() WHERE name = 'columns'),
          'these are all the columns that pitstop relies on');

-- Missing, renamed, of another type -----------------------------------------------------------------------------------

CREATE TEMP TABLE call (name text, statement text);
INSERT INTO call VALUES
    ('close_drive', 'SELECT pitstop.close_drive(1)'),
    ('close_charge', 'SELECT pitstop.close_charge(11)'),
    ('close_stale', 'SELECT pitstop.close_stale()'),
    ('delete_drive', 'SELECT pitstop.delete_drive(1)'),
    ('delete_charge', 'SELECT pitstop.delete_charge(11)'),
    ('incomplete', 'SELECT pitstop.incomplete()'),
    ('migrations', 'SELECT pitstop.migrations()'),
    ('seconds_since_last_migration', 'SELECT pitstop.seconds_since_last_migration()'),
    ('grant_reader', $$ SELECT pitstop.grant_reader('postgres') $$),
    ('grant_operator', $$ SELECT pitstop.grant_operator('postgres') $$),
    ('revoke_all', $$ SELECT pitstop.revoke_all('postgres') $$);

CREATE TEMP TABLE seen (change text, "table" text, "column" text, name text, status text, found text, code text,
                        message text, detail text, hint text);

-- Alters a table, writes into seen what check_teslamate and the functions make of it, and takes it back.
CREATE FUNCTION pg_temp.look_after(change text, r required, alteration text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    all_seen seen[];
    one seen;
BEGIN
    EXECUTE alteration;
    SELECT array_agg((change, r."table", r."column", 'check_teslamate', c.status, c.found, NULL, c.message, c.name, NULL)::seen)
      INTO all_seen
      FROM pitstop.check_teslamate() AS c
     WHERE c.status <> 'ok' AND c.name LIKE '%.%';
    all_seen := all_seen || ARRAY(
        SELECT (change, r."table", r."column", c.name, NULL, NULL,
                (f.raised).code, (f.raised).message, (f.raised).detail, (f.raised).hint)::seen
          FROM call AS c
         CROSS JOIN LATERAL (SELECT tap.refusal_of(c.statement) AS raised OFFSET 0) AS f
         -- How old the schema is, an old TeslaMate's too can be asked.
         WHERE c.name NOT IN ('migrations', 'seconds_since_last_migration') OR r."table" = 'schema_migrations');
    RAISE EXCEPTION USING ERRCODE = 'PT000';
EXCEPTION WHEN SQLSTATE 'PT000' THEN
    INSERT INTO seen SELECT * FROM unnest(all_seen);
END
$$;

CREATE TEMP TABLE before AS SELECT * FROM contents();
SELECT pg_temp.look_after('renamed', r,
           format('ALTER TABLE public.%I RENAME COLUMN %I TO renamed_by_a_migration', r."table", r."column"))
  FROM required AS r;
SELECT pg_temp.look_after('of another type', r,
           format('ALTER TABLE public.%1$I DROP COLUMN %2$I CASCADE; ALTER TABLE public.%1$I ADD COLUMN %2$I %3$s',
                  r."table", r."column",
                  CASE WHEN r.type ~ '^(smallint|integer|bigint)$' THEN 'text' WHEN r.type ~ '^numeric' THEN 'double precision'
                       WHEN r.type ~ '^timestamp' THEN 'timestamptz' WHEN r.type ~ '^double' THEN 'numeric'
                       WHEN r.type ~ '^(character varying|text)' THEN 'bytea' ELSE 'integer' END))
  FROM required AS r;

SELECT results_eq('SELECT change, count(*)::integer FROM seen WHERE name = ''check_teslamate'' GROUP BY change ORDER BY change',
                  $$ SELECT change, (SELECT count(*)::integer FROM required)
                       FROM (VALUES ('of another type'), ('renamed')) AS c (change) $$,
                  'check_teslamate has a row for each such column, and no other');
SELECT is_empty($$ SELECT * FROM seen WHERE name = 'check_teslamate' AND detail <> format('%s.%s', "table", "column") $$,
                'it names the column');
SELECT set_eq($$ SELECT change, status, found = 'missing' FROM seen WHERE name = 'check_teslamate' $$,
              $$ VALUES ('renamed', 'refused', true), ('of another type', 'refused', false) $$,
              'it says whether the column is missing, or which type it has');
SELECT is_empty(
    $$ SELECT change, "table", "column", name, code, message FROM seen
        WHERE name <> 'check_teslamate'
          AND (code, message) IS DISTINCT FROM ('55000', 'TeslaMate''s tables in schema "public" are not as pitstop needs them') $$,
    'every function refuses to work with such a table');
SELECT is_empty(
    $$ SELECT * FROM seen WHERE name <> 'check_teslamate' AND position(format('%s.%s', "table", "column") IN detail) = 0 $$,
    'and names the column');
SELECT is_empty(
    $$ SELECT * FROM seen WHERE name <> 'check_teslamate' AND position('check_teslamate()' IN hint) = 0 $$,
    'and points to check_teslamate');

SELECT refused(format('ALTER TABLE public.%I RENAME TO renamed_by_a_migration; SELECT pitstop.close_drive(1)', t),
               '55000', 'TeslaMate''s tables in schema "public" are not as pitstop needs them',
               'without the table ' || t || ' no drive is closed')
  FROM (SELECT DISTINCT "table" FROM required) AS r (t)
 ORDER BY t;

-- undo relies on the columns that its event wrote.
SELECT event_id AS closing FROM pitstop.close_drive(1) \gset
CREATE TEMP TABLE after_closing AS SELECT * FROM contents();
SELECT refused(format('ALTER TABLE public.drives DROP COLUMN ascent; SELECT pitstop.undo(%s)', :closing), '55000',
               format('event %s cannot be undone', :closing), 'undo refuses to work without a column that the event wrote');
SELECT matches((refusal_of(format('ALTER TABLE public.drives DROP COLUMN ascent; SELECT pitstop.undo(%s)', :closing))).detail,
               'drives\.ascent', 'and names the column');
SELECT refused(format('ALTER TABLE public.drives RENAME TO trips; SELECT pitstop.undo(%s)', :closing), '55000',
               'table "drives" does not exist in schema "public"', 'undo refuses to work without a table that the event wrote');
SELECT bag_eq('SELECT * FROM contents()', 'TABLE after_closing', 'nothing was written by any of this');
SELECT pitstop.undo(:closing) \g /dev/null
SELECT bag_eq($$ SELECT * FROM contents() WHERE "table" NOT LIKE 'pitstop.%' $$,
              $$ SELECT * FROM before WHERE "table" NOT LIKE 'pitstop.%' $$, 'nor before');

SELECT refused($$ SET LOCAL pitstop.teslamate_schema = 'nowhere'; SELECT pitstop.close_drive(1) $$, '55000',
               'schema "nowhere" does not exist', 'a schema that does not exist is named');
SELECT refused($$ SET LOCAL pitstop.teslamate_schema = 'private'; SELECT pitstop.close_drive(1) $$, '55000',
               'schema "private" holds no TeslaMate tables', 'a schema without TeslaMate''s tables is named');
SELECT refused($$ SET LOCAL pitstop.teslamate_schema = 'bare'; SELECT pitstop.close_drive(1) $$, '55000',
               'TeslaMate''s tables in schema "bare" are not as pitstop needs them',
               'a schema with some of the columns is named');

-- Wider, one by one, in this session and for good ---------------------------------------------------------------------

-- What does not fit yet: the positions' column is wider than the drive's.
SAVEPOINT narrow;
ALTER TABLE public.positions ALTER COLUMN ideal_battery_range_km TYPE numeric(10,2), ALTER COLUMN outside_temp TYPE numeric(8,1),
                             ALTER COLUMN speed TYPE integer;
SELECT add_drive(21, '{"at": "20:00", "odometer": 1, "ideal_battery_range_km": 12345.67}',
                     '{"at": "20:10", "odometer": 9, "ideal_battery_range_km": 300}');
SELECT add_drive(22, '{"at": "20:00", "odometer": 1, "ideal_battery_range_km": 300, "speed": 40000}',
                     '{"at": "20:10", "odometer": 9, "ideal_battery_range_km": 300}');
SELECT add_drive(23, '{"at": "20:00", "odometer": 1, "ideal_battery_range_km": 300, "outside_temp": 1000}',
                     '{"at": "20:10", "odometer": 9, "ideal_battery_range_km": 300, "outside_temp": 1002}');
SELECT refused('SELECT pitstop.close_drive(21)', '22003',
               'drive 21 has the value 12345.67 for column "start_ideal_range_km", which is out of range',
               'a range that does not fit the drive''s column is named');
SELECT refused('SELECT pitstop.close_drive(22)', '22003',
               'drive 22 has the value 40000 for column "speed_max", which is out of range',
               'a speed that does not fit the drive''s column is named');
SELECT refused('SELECT pitstop.close_drive(23)', '22003',
               'drive 23 has the value 1001.0 for column "outside_temp_avg", which is out of range',
               'a temperature that does not fit the drive''s column is named');
ROLLBACK TO SAVEPOINT narrow;

ALTER TABLE public.geofences ALTER COLUMN billing_type DROP DEFAULT;
ALTER TABLE public.settings ALTER COLUMN preferred_range DROP DEFAULT;

CREATE FUNCTION pg_temp.widened(type text) RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN type = 'smallint' THEN 'integer'
                WHEN type = 'integer' THEN 'bigint'
                WHEN type ~ '^numeric\(' THEN format('numeric(%s,%s)', 6 + limits[1]::integer, limits[2])
                WHEN type ~ '^timestamp\(0\)' THEN 'timestamp'
                WHEN type ~ '^character varying|^enum' THEN 'text' END
      FROM regexp_match(type, '(\d+),(\d+)') AS limits
$$;

CREATE FUNCTION pg_temp.widen(r required, type text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE public.%I ALTER COLUMN %I TYPE %s', r."table", r."column", type)
            || CASE WHEN r.type = 'enum' THEN format(' USING %I::text', r."column") ELSE '' END;
    RETURN NEXT bag_eq('SELECT pg_temp.results()', 'TABLE first',
                       format('%s.%s goes from %s to %s and nothing else changes', r."table", r."column", r.type, type));
END
$$;

SELECT pg_temp.widen(r, pg_temp.widened(r.type)) FROM required AS r
 WHERE pg_temp.widened(r.type) IS NOT NULL
 ORDER BY "table", "column";
SELECT pg_temp.widen(r, 'bigint') FROM required AS r WHERE r.type = 'smallint' ORDER BY "table", "column";
SELECT pg_temp.widen(r, 'numeric') FROM required AS r
 WHERE r.type ~ '^numeric' AND r."table" IN ('geofences', 'positions') AND r."column" IN ('latitude', 'longitude')
 ORDER BY "table", "column";

-- What had to be refused fits now.
SELECT add_drive(31, '{"date": "2025-01-01 00:00:00", "odometer": 1, "ideal_battery_range_km": 12345.67}',
                     '{"date": "2025-01-23 18:07:30", "odometer": 9, "ideal_battery_range_km": 190}');
SELECT is((SELECT duration_min FROM pitstop.close_drive(31)), 32768, 'a wider column takes a longer drive');
SELECT is((SELECT start_ideal_range_km FROM public.drives WHERE id = 31), 12345.67, 'and a longer range');

SELECT * FROM finish();
ROLLBACK;
