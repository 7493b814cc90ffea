-- What cannot be meant is a named error, with a detail and a hint, and changes nothing.
BEGIN;
\ir ../fixtures/pgtap/refusal.sql
SELECT plan(136);

INSERT INTO public.car_settings (id) VALUES (1);
INSERT INTO public.cars (id, eid, vid, vin, settings_id, inserted_at, updated_at)
VALUES (1, 1, 1, 'VIN', 1, '2025-01-01', '2025-01-01');
INSERT INTO public.drives (id, start_date, car_id) VALUES (5, '2025-01-01 10:00', 1);
INSERT INTO public.positions (id, date, latitude, longitude, car_id, drive_id, odometer, ideal_battery_range_km)
VALUES (1, '2025-01-01 10:00', 1, 2, 1, 5, 100, 300), (2, '2025-01-01 10:10', 1, 2, 1, 5, 110, 290);
INSERT INTO public.charging_processes (id, start_date, car_id, position_id) VALUES (7, '2025-01-01 11:00', 1, 2);
INSERT INTO public.charges (date, charge_energy_added, charger_power, ideal_battery_range_km, charging_process_id)
VALUES ('2025-01-01 11:00', 0, 10, 290, 7), ('2025-01-01 12:00', 9, 10, 340, 7);

-- TeslaMate a second time, with a drive and a charge that the first one does not have.
\set schema elsewhere
\set private_schema elsewhere_private
\ir ../fixtures/teslamate/schema.sql
INSERT INTO elsewhere.car_settings (id) VALUES (1);
INSERT INTO elsewhere.cars (id, eid, vid, vin, settings_id, inserted_at, updated_at)
VALUES (1, 1, 1, 'VIN', 1, '2025-01-01', '2025-01-01');
INSERT INTO elsewhere.drives (id, start_date, car_id) VALUES (70, '2025-01-01 10:00', 1);
INSERT INTO elsewhere.positions (id, date, latitude, longitude, car_id) VALUES (1, '2025-01-01 10:00', 1, 2, 1);
INSERT INTO elsewhere.charging_processes (id, start_date, car_id, position_id) VALUES (71, '2025-01-01 11:00', 1, 1);

CREATE TEMP TABLE before AS SELECT * FROM contents() UNION ALL SELECT * FROM contents('elsewhere');

-- Ids -----------------------------------------------------------------------------------------------------------------

CREATE TEMP TABLE takes_id (name text, call text, noun text, other integer, other_noun text, only_elsewhere integer);
INSERT INTO takes_id VALUES
    ('close_drive',   'SELECT * FROM pitstop.close_drive(%s)',                             'drive', 7, 'charging process', 70),
    ('delete_drive',  'SELECT * FROM pitstop.delete_drive(%s)',                            'drive', 7, 'charging process', 70),
    ('delete_drive with its positions', 'SELECT * FROM pitstop.delete_drive(%s, ''delete'')', 'drive', 7, 'charging process', 70),
    ('delete_drive as a dry run', 'SELECT * FROM pitstop.delete_drive(%s, dry_run => true)', 'drive', 7, 'charging process', 70),
    ('close_charge',  'SELECT * FROM pitstop.close_charge(%s)',                            'charging process', 5, 'drive', 71),
    ('delete_charge', 'SELECT * FROM pitstop.delete_charge(%s)',                           'charging process', 5, 'drive', 71),
    ('delete_charge as a dry run', 'SELECT * FROM pitstop.delete_charge(%s, true)',        'charging process', 5, 'drive', 71);

SELECT refused(format(call, 'NULL'), '22023', format('the id of the %s is NULL', noun), name || ' refuses a NULL id')
  FROM takes_id;
SELECT refused(format(call, 0), '22023', format('%s id 0 is not valid', noun), name || ' refuses the id 0')
  FROM takes_id;
SELECT refused(format(call, -9), '22023', format('%s id -9 is not valid', noun), name || ' refuses a negative id')
  FROM takes_id;
SELECT refused(format(call, 404), 'P0002', format('%s 404 does not exist', noun), name || ' refuses an unknown id')
  FROM takes_id;
SELECT refused(format(call, '2147483648'), '22023', format('%s id 2147483648 is out of range', noun),
               name || ' refuses an id that TeslaMate''s integer cannot hold')
  FROM takes_id;
SELECT refused(format(call, '9223372036854775807'), '22023', format('%s id 9223372036854775807 is out of range', noun),
               name || ' refuses the largest bigint')
  FROM takes_id;
SELECT refused(format(call, other), 'P0002', format('%s %s does not exist', noun, other),
               format('%s refuses the id of a %s', name, other_noun))
  FROM takes_id;
SELECT matches((refusal_of(format(call, other))).hint, format('^%s is a %s', other, other_noun),
               format('%s says that the id is one of a %s', name, other_noun))
  FROM takes_id;
SELECT refused(format(call, only_elsewhere), 'P0002', format('%s %s does not exist', noun, only_elsewhere),
               format('%s refuses a %s of another schema', name, noun))
  FROM takes_id;

SELECT is((refusal_of('SELECT pitstop.close_drive(70)')).detail, 'Schema "public" has none with this id.',
          'the schema that was searched is named');

SELECT refused('SELECT pitstop.undo(NULL)', '22023', 'the id of the event is NULL', 'undo refuses a NULL id');
SELECT refused('SELECT pitstop.undo(0)', '22023', 'event id 0 is not valid', 'undo refuses the id 0');
SELECT refused('SELECT pitstop.undo(-9)', '22023', 'event id -9 is not valid', 'undo refuses a negative id');
SELECT refused('SELECT pitstop.undo(404)', 'P0002', 'event 404 does not exist', 'undo refuses an unknown id');
SELECT refused('SELECT pitstop.undo(9223372036854775807)', 'P0002', 'event 9223372036854775807 does not exist',
               'an event''s id may be any bigint');

-- Other arguments -----------------------------------------------------------------------------------------------------

SELECT refused($$ SELECT pitstop.delete_drive(5, NULL) $$, '22023', 'positions is NULL', 'positions is not NULL');
SELECT refused($$ SELECT pitstop.delete_drive(5, '') $$, '22023', 'positions is ""', 'positions is not empty');
SELECT refused($$ SELECT pitstop.delete_drive(5, 'Keep') $$, '22023', 'positions is "Keep"',
               'positions is keep or delete and nothing else');
SELECT refused($$ SELECT pitstop.delete_drive(5, dry_run => NULL) $$, '22023', 'dry_run is NULL',
               'delete_drive does not guess whether it is a dry run');
SELECT refused($$ SELECT pitstop.delete_charge(7, NULL) $$, '22023', 'dry_run is NULL',
               'delete_charge does not guess whether it is a dry run');
SELECT refused($$ SELECT pitstop.close_stale(dry_run => NULL) $$, '22023', 'dry_run is NULL',
               'close_stale does not guess whether it is a dry run');
SELECT refused($$ SELECT pitstop.close_stale(NULL) $$, '22023', 'older_than is NULL', 'older_than is not NULL');
SELECT refused($$ SELECT pitstop.close_stale('-1 second') $$, '22023', 'older_than is negative',
               'older_than is not negative');
SELECT refused($$ SELECT pitstop.close_stale('1 day -25 hours') $$, '22023', 'older_than is negative',
               'older_than is not negative as a whole');
SELECT refused($$ SELECT pitstop.close_stale('300000 years') $$, '22023', 'older_than goes back beyond the calendar',
               'older_than does not go back beyond the calendar');

SELECT refused($$ SELECT pitstop.repair_addresses(0) $$, '22023', 'max_lookups is 0', 'max_lookups is not 0');
SELECT refused($$ SELECT pitstop.repair_addresses(-1) $$, '22023', 'max_lookups is -1', 'max_lookups is not negative');
SELECT refused($$ SELECT pitstop.refresh_addresses('') $$, '22023', '"" is not a language', 'a language is not empty');
SELECT refused($$ SELECT pitstop.refresh_addresses(E'de\r\nX: y') $$, '22023', E'"de\r\nX: y" is not a language',
               'a language is no header of a request');
SELECT refused($$ SELECT pitstop.repair_addresses() $$, '55000', 'the address repair is not loaded',
               'where the library is not preloaded, repair_addresses says so');
SELECT refused($$ SELECT pitstop.refresh_addresses() $$, '55000', 'the address repair is not loaded',
               'and so does refresh_addresses');
SELECT refused($$ SELECT pitstop.reset_geocoder() $$, '55000', 'the address repair is not loaded',
               'and so does reset_geocoder');

-- Checks and what the program records --------------------------------------------------------------------------------

SELECT refused('SELECT pitstop.observe(NULL)', '22023', 'the code of the check is NULL', 'observe refuses NULL');
SELECT refused($$ SELECT pitstop.observe('positons') $$, '22023', 'check "positons" does not exist', 'observe refuses an unknown code');
SELECT matches((refusal_of($$ SELECT pitstop.observe('positons') $$)).hint, '\mpositions\M.*\mbackup\M', 'and lists the codes that there are');
SELECT refused(format('SELECT pitstop.observe(%L)', code), '22023', format('the server cannot look at check "%s"', code),
               format('observe refuses %s, which only the program knows', code))
  FROM unnest(ARRAY['connection', 'backup', 'disk_backups']) AS code;
SELECT refused($$ SELECT pitstop.measures('positons') $$, '22023', 'check "positons" does not exist', 'measures refuses an unknown code');
SELECT refused($$ SELECT pitstop.measures('positions', NULL) $$, '22023', 'since is NULL', 'measures refuses a NULL');
SELECT refused($$ SELECT pitstop.measures('positions', '-1 day') $$, '22023', 'since is negative', 'measures refuses what is to come');
SELECT refused($$ SELECT pitstop.record_backups(NULL, '/backups', '[]') $$, '22023', 'host is NULL', 'record_backups refuses a host of NULL');
SELECT refused($$ SELECT pitstop.record_backups('host', '', '[]') $$, '22023', 'directory is empty', 'record_backups refuses an empty directory');
SELECT refused($$ SELECT pitstop.record_backups('host', '/backups', NULL) $$, '22023', 'backups is NULL', 'record_backups refuses NULL');
SELECT refused($$ SELECT pitstop.record_measures(NULL) $$, '22023', 'measures is NULL', 'record_measures refuses NULL');
SELECT refused($$ SELECT pitstop.record_measures('[{"code": "positons", "value": 1}]') $$, '22023', 'check "positons" does not exist',
               'record_measures refuses an unknown code');

-- Read-only transactions ----------------------------------------------------------------------------------------------

CREATE TEMP TABLE writes (name text, call text);
INSERT INTO writes VALUES
    ('close_drive',    'SELECT pitstop.close_drive(5)'),
    ('close_charge',   'SELECT pitstop.close_charge(7)'),
    ('close_stale',    'SELECT pitstop.close_stale()'),
    ('delete_drive',   'SELECT pitstop.delete_drive(5)'),
    ('delete_charge',  'SELECT pitstop.delete_charge(7)'),
    ('undo',           'SELECT pitstop.undo(1)'),
    ('grant_reader',   'SELECT pitstop.grant_reader(''postgres'')'),
    ('grant_operator', 'SELECT pitstop.grant_operator(''postgres'')'),
    ('revoke_all',     'SELECT pitstop.revoke_all(''postgres'')'),
    ('repair_addresses',  'SELECT pitstop.repair_addresses()'),
    ('refresh_addresses', 'SELECT pitstop.refresh_addresses()'),
    ('reset_geocoder',    'SELECT pitstop.reset_geocoder()'),
    ('record_backups',    'SELECT pitstop.record_backups(''host'', ''/backups'', ''[]'')'),
    ('record_measures',   'SELECT pitstop.record_measures(''[]'')');

SELECT set_eq(
    $$ SELECT p.proname::text FROM pg_proc AS p
        WHERE p.pronamespace = 'pitstop'::regnamespace AND p.provolatile = 'v' $$,
    $$ SELECT name FROM writes $$,
    'these are all the functions that write');

SELECT refused('SET LOCAL transaction_read_only = on; ' || call, '25006',
               format('cannot run pitstop.%s() in a read-only transaction', name),
               name || ' refuses a read-only transaction')
  FROM writes;


-- The division at the end is reached when the call before it works, and takes the setting back.
SELECT is((refusal_of(format('SET LOCAL transaction_read_only = on; SELECT count(*) FROM %s; SELECT 1 / 0', call))).code,
          '22012', call || ' works in a read-only transaction')
  FROM unnest(ARRAY['pitstop.close_stale(dry_run => true)', 'pitstop.delete_drive(5, dry_run => true)',
                    'pitstop.delete_drive(5, ''delete'', true)', 'pitstop.delete_charge(7, true)',
                    'pitstop.incomplete()', 'pitstop.check_postgres()', 'pitstop.check_teslamate()',
                    'pitstop.seconds_since_last_migration()', 'pitstop.migrations()', 'pitstop.observe(''positions'')',
                    'pitstop.doctor()', 'pitstop.health()', 'pitstop.backups()', 'pitstop.measures(''addresses'')']) AS call;

-- Afterwards ----------------------------------------------------------------------------------------------------------

SELECT bag_eq(
    $$ SELECT * FROM contents() UNION ALL SELECT * FROM contents('elsewhere') $$, 'TABLE before',
    'after all of this every row of every table is as it was');

ALTER TABLE public.drives ALTER COLUMN id TYPE bigint;
ALTER TABLE public.charging_processes ALTER COLUMN id TYPE bigint;
SELECT refused(format(call, '2147483648'), 'P0002', format('%s 2147483648 does not exist', noun),
               name || ': an id beyond integer is an id once the column is bigint')
  FROM takes_id WHERE name IN ('close_drive', 'close_charge', 'delete_drive', 'delete_charge');

ALTER TABLE public.positions ALTER COLUMN drive_id TYPE bigint;
ALTER TABLE public.charges ALTER COLUMN charging_process_id TYPE bigint;
INSERT INTO public.drives (id, start_date, car_id) VALUES (2147483648, '2025-01-02 10:00', 1);
INSERT INTO public.charging_processes (id, start_date, car_id, position_id) VALUES (2147483648, '2025-01-02 11:00', 1, 2);
UPDATE public.positions SET drive_id = 2147483648;
SELECT results_eq('SELECT drive_id, outcome, distance FROM pitstop.close_drive(2147483648)',
                  $$ VALUES (2147483648, 'closed', 10::double precision) $$,
                  'such a drive is closed');
SELECT results_eq('SELECT charging_process_id, outcome FROM pitstop.close_charge(2147483648)',
                  $$ VALUES (2147483648, 'closed') $$,
                  'such a charging process is closed');

SELECT * FROM finish();
ROLLBACK;
