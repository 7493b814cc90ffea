-- close_drive computes what TeslaMate computes: cases with numbers worked out by hand.
BEGIN;
\ir ../fixtures/pgtap/refusal.sql
\ir ../fixtures/pgtap/add_session.sql
SELECT plan(56);

-- The summary ---------------------------------------------------------------------------------------------------------

SELECT add_drive(1,
    '{"at": "10:00:00", "odometer": 100.0, "ideal_battery_range_km": 300, "rated_battery_range_km": 240.5, "speed": 10,
      "power": 5, "elevation": 100, "outside_temp": 10.0, "inside_temp": 20.0}',
    '{"at": "10:00:45", "odometer": 101.0, "speed": 80, "power": 150, "elevation": 97}',
    '{"at": "10:01:30", "odometer": 102.5, "ideal_battery_range_km": 298, "rated_battery_range_km": 238.4, "speed": 50,
      "power": -20, "elevation": 110, "outside_temp": 10.1, "inside_temp": 21.0}');
CREATE TEMP TABLE said AS SELECT * FROM pitstop.close_drive(1);
SELECT results_eq(
    'SELECT * FROM said',
    $$ SELECT 1::bigint, 'closed', NULL, timestamp '2025-01-01 10:00:00', timestamp '2025-01-01 10:01:30',
              2.5::double precision, 2, event_id FROM pitstop.event $$,
    'it says what it did');
-- 1.5 minutes and 10.05 degrees are rounded away from zero.
SELECT results_eq(
    $$ SELECT start_date, end_date, start_km, end_km, distance, duration_min, speed_max, power_max, power_min,
              outside_temp_avg, inside_temp_avg, ascent, descent FROM public.drives WHERE id = 1 $$,
    $$ VALUES (timestamp '2025-01-01 10:00:00', timestamp '2025-01-01 10:01:30', 100::double precision,
               102.5::double precision, 2.5::double precision, 2::smallint, 80::smallint, 150::smallint, -20::smallint,
               10.1::numeric(4,1), 20.5::numeric(4,1), 13::smallint, 3::smallint) $$,
    'times, distance, duration, extremes, averages and climb are those of all positions');
SELECT results_eq(
    $$ SELECT start_ideal_range_km, end_ideal_range_km, start_rated_range_km, end_rated_range_km
         FROM public.drives WHERE id = 1 $$,
    $$ VALUES (300::numeric(6,2), 298::numeric(6,2), 240.5::numeric(6,2), 238.4::numeric(6,2)) $$,
    'the ranges are those of the first and the last polled position');
SELECT results_eq(
    'SELECT start_position_id, end_position_id FROM public.drives WHERE id = 1',
    $$ SELECT min(id), max(id) FROM public.positions WHERE drive_id = 1 $$,
    'it begins and ends at its first and last position');
SELECT is((SELECT updated_at FROM public.cars WHERE id = 5), '2025-01-01', 'the car is not touched');

SELECT add_drive(2,
    '{"id": 2004, "at": "11:00", "odometer": 13, "ideal_battery_range_km": 202}',
    '{"id": 2002, "at": "10:30", "odometer": 11, "ideal_battery_range_km": 209, "speed": 3}',
    '{"id": 2003, "at": "11:00", "odometer": 12, "ideal_battery_range_km": 203}',
    '{"id": 2001, "at": "10:30", "odometer": 10, "ideal_battery_range_km": 210}');
SELECT results_eq(
    'SELECT distance, duration_min FROM pitstop.close_drive(2)', 'VALUES (3::double precision, 30)',
    'the order on disk does not matter');
SELECT results_eq(
    $$ SELECT start_position_id, end_position_id, start_ideal_range_km, end_ideal_range_km FROM public.drives WHERE id = 2 $$,
    $$ VALUES (2001, 2004, 210::numeric(6,2), 202::numeric(6,2)) $$,
    'of positions with the same date the one with the lower id comes first');

SELECT add_drive(3,
    '{"at": "10:00", "odometer": 10}',
    '{"at": "10:05", "odometer": 15, "ideal_battery_range_km": 200}',
    '{"at": "10:10", "ideal_battery_range_km": 197, "rated_battery_range_km": 150}',
    '{"at": "10:15", "odometer": 25, "ideal_battery_range_km": 190, "rated_battery_range_km": 145}',
    '{"at": "10:20", "odometer": 30}');
SELECT results_eq(
    'SELECT start_date, end_date, distance FROM pitstop.close_drive(3)',
    $$ VALUES (timestamp '2025-01-01 10:00', timestamp '2025-01-01 10:20', 20::double precision) $$,
    'streamed positions begin and end a drive');
SELECT results_eq(
    $$ SELECT start_ideal_range_km, end_ideal_range_km, start_rated_range_km, end_rated_range_km
         FROM public.drives WHERE id = 3 $$,
    $$ VALUES (200::numeric(6,2), 190::numeric(6,2), NULL::numeric(6,2), 145::numeric(6,2)) $$,
    'ranges come from polled positions with an odometer, the rated one from the same position even when it is missing');

SELECT add_drive(4, '{"at": "10:00", "ideal_battery_range_km": 200}',
                    '{"at": "10:05", "odometer": 15, "ideal_battery_range_km": 199}');
SELECT add_drive(5, '{"at": "10:00", "odometer": 15, "ideal_battery_range_km": 199}', '{"at": "10:05"}');
SELECT results_eq('SELECT outcome, distance FROM pitstop.close_drive(4)', $$ VALUES ('closed', NULL::double precision) $$,
                  'without a first odometer the distance is unknown');
SELECT results_eq('SELECT outcome, distance FROM pitstop.close_drive(5)', $$ VALUES ('closed', NULL::double precision) $$,
                  'without a last odometer the distance is unknown');
SELECT is((SELECT distance FROM public.drives WHERE id = 5), NULL, 'an unknown distance is NULL in the drive');

SELECT add_drive(6, '{"at": "10:00:00", "odometer": 1, "ideal_battery_range_km": 200}',
                    '{"at": "10:01:29.999999", "odometer": 5, "ideal_battery_range_km": 199}');
SELECT is((SELECT duration_min FROM pitstop.close_drive(6)), 1, 'less than a half minute is rounded down');

SELECT add_drive(7, '{"at": "10:00", "odometer": 1, "ideal_battery_range_km": 200, "outside_temp": -10.0}',
                    '{"at": "10:01", "odometer": 5, "ideal_battery_range_km": 199, "outside_temp": -10.1}');
SELECT pitstop.close_drive(7) \g /dev/null
SELECT is((SELECT outside_temp_avg FROM public.drives WHERE id = 7), -10.1, 'an average below zero is rounded away from it');
SELECT results_eq('SELECT speed_max, power_max, power_min, inside_temp_avg FROM public.drives WHERE id = 7',
                  'SELECT NULL::smallint, NULL::smallint, NULL::smallint, NULL::numeric(4,1)',
                  'what no position knows is NULL');

-- The climb -----------------------------------------------------------------------------------------------------------

CREATE FUNCTION pg_temp.climb(id bigint, VARIADIC elevations integer[]) RETURNS void LANGUAGE sql AS $$
    SELECT tap.add_drive(id, VARIADIC array_agg(jsonb_build_object(
               'at', format('10:%s', number), 'odometer', number, 'ideal_battery_range_km', 200, 'elevation', elevation)
               ORDER BY number))
      FROM unnest(elevations) WITH ORDINALITY AS given (elevation, number)
$$;
CREATE FUNCTION pg_temp.climbed(id bigint) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pitstop.close_drive(id);
    RETURN (SELECT format('up %s down %s', d.ascent, d.descent) FROM public.drives AS d WHERE d.id = climbed.id);
END
$$;

SELECT pg_temp.climb(21, 100, NULL, NULL, 130, 120, NULL);
SELECT is(pg_temp.climbed(21), 'up 30 down 10', 'a climb goes over positions without an elevation');
SELECT pg_temp.climb(22, NULL, 5, NULL);
SELECT is(pg_temp.climbed(22), 'up 0 down 0', 'one elevation is no climb');
SELECT pg_temp.climb(23, 0, 20000, 7233, 20000);
SELECT is(pg_temp.climbed(23), 'up 32767 down 12767', 'a climb of 32767 m is the highest');
SELECT pg_temp.climb(24, 0, 20000, 7232, 20000);
SELECT is(pg_temp.climbed(24), 'up 0 down 12768', 'a higher one becomes 0');
SELECT pg_temp.climb(25, 20000, 0, 20000, 0);
SELECT is(pg_temp.climbed(25), 'up 20000 down 0', 'a deeper descent becomes 0');
SELECT pg_temp.climb(26, 0, 32767);
SELECT is(pg_temp.climbed(26), 'up 32767 down 0', 'a step may be as high as smallint allows');
SELECT pg_temp.climb(27, 0, -32767);
SELECT is(pg_temp.climbed(27), 'up 0 down 32767', 'and as deep, less one');

-- Deleted -------------------------------------------------------------------------------------------------------------

SELECT add_drive(31, VARIADIC '{}');
TRUNCATE said;
INSERT INTO said SELECT * FROM pitstop.close_drive(31);
SELECT results_eq('SELECT * FROM said',
    $$ SELECT 31::bigint, 'deleted', 'it has no positions', NULL::timestamp, NULL::timestamp, NULL::double precision,
              NULL::integer, max(event_id) FROM pitstop.event $$,
    'a drive without positions is deleted');
SELECT is_empty('SELECT FROM public.drives WHERE id = 31', 'a deleted drive is gone');

SELECT add_drive(32, '{"id": 3201, "at": "10:00", "odometer": 1, "ideal_battery_range_km": 200}');
SELECT results_eq('SELECT outcome, reason FROM pitstop.close_drive(32)',
                  $$ VALUES ('deleted', 'it has one position only') $$, 'a drive with one position is deleted');
SELECT results_eq('SELECT id, drive_id, odometer FROM public.positions WHERE id = 3201',
                  'VALUES (3201, NULL::integer, 1::double precision)', 'its position stays, without a drive');

CREATE FUNCTION pg_temp.drive_of(id bigint, from_km double precision, to_km double precision) RETURNS void LANGUAGE sql AS $$
    SELECT tap.add_drive(id, jsonb_build_object('at', '10:00', 'odometer', from_km, 'ideal_battery_range_km', 200),
                             jsonb_build_object('at', '10:05', 'odometer', to_km, 'ideal_battery_range_km', 200))
$$;
CREATE FUNCTION pg_temp.outcome(id bigint) RETURNS text LANGUAGE sql AS 'SELECT outcome FROM pitstop.close_drive(id)';

SELECT pg_temp.drive_of(33, 1000.0, 1000.01);
SELECT is(pg_temp.outcome(33), 'deleted', '1000.01 - 1000.0 is below 0.01 in double precision');
SELECT pg_temp.drive_of(34, 5.01, 5.02);
SELECT is(pg_temp.outcome(34), 'deleted', '5.02 - 5.01 is below 0.01 in double precision');
SELECT pg_temp.drive_of(35, 100.0, 100.01);
SELECT is(pg_temp.outcome(35), 'closed', '100.01 - 100.0 is not below 0.01 in double precision');
SELECT pg_temp.drive_of(36, 0, 0.01);
SELECT is(pg_temp.outcome(36), 'closed', '0.01 km are a drive');
SELECT pg_temp.drive_of(37, 100, 50);
SELECT is((SELECT reason FROM pitstop.close_drive(37)), 'its distance of -50 km is below 0.01 km',
          'a drive that ends before it began is deleted, and the reason says how long it was');

SELECT add_drive(38, '{"at": "10:00", "odometer": 1}', '{"at": "10:05", "odometer": 9}');
SELECT is(pg_temp.outcome(38), 'deleted', 'a drive of streamed positions only is deleted');
SELECT add_drive(39, '{"at": "10:00", "ideal_battery_range_km": 200}', '{"at": "10:05", "ideal_battery_range_km": 190}');
SELECT is(pg_temp.outcome(39), 'deleted', 'a drive without any odometer is deleted');
SELECT add_drive(40, '{"at": "10:00", "odometer": 1}', '{"at": "10:05", "ideal_battery_range_km": 190}',
                     '{"at": "10:10", "odometer": 9, "rated_battery_range_km": 150}');
SELECT results_eq('SELECT outcome, reason FROM pitstop.close_drive(40)',
                  $$ VALUES ('deleted', 'no position has both an ideal range and an odometer') $$,
                  'range and odometer have to be those of the same position');

-- Geofences and addresses ---------------------------------------------------------------------------------------------

INSERT INTO public.geofences (id, name, latitude, longitude, radius, inserted_at, updated_at)
VALUES (1, 'Home', 50, 8, 100, '2025-01-01', '2025-01-01'), (2, 'Work', 51, 9, 100, '2025-01-01', '2025-01-01'),
       (3, 'Home, wider', 50.0001, 8, 500, '2025-01-01', '2025-01-01');
INSERT INTO public.addresses (id, inserted_at, updated_at) VALUES (1, '2025-01-01', '2025-01-01'), (2, '2025-01-01', '2025-01-01');

SELECT add_drive(51, '{"at": "10:00", "odometer": 1, "ideal_battery_range_km": 200, "latitude": 50, "longitude": 8}',
                     '{"at": "10:05", "odometer": 9, "ideal_battery_range_km": 190, "latitude": 51, "longitude": 9}');
UPDATE public.drives SET start_address_id = 2, start_geofence_id = 2 WHERE id = 51;
SELECT pitstop.close_drive(51) \g /dev/null
SELECT results_eq('SELECT start_geofence_id, end_geofence_id FROM public.drives WHERE id = 51', 'VALUES (1, 2)',
                  'the nearest geofence is written, over an old one too');
SELECT results_eq('SELECT start_address_id, end_address_id FROM public.drives WHERE id = 51', 'VALUES (2, NULL::integer)',
                  'addresses stay as they are');

SELECT add_drive(52, '{"at": "10:00", "odometer": 1, "ideal_battery_range_km": 200, "latitude": 50.003, "longitude": 8}',
                     '{"at": "10:05", "odometer": 9, "ideal_battery_range_km": 190, "latitude": 52, "longitude": 9}');
UPDATE public.drives SET end_geofence_id = 2, end_address_id = 1 WHERE id = 52;
SELECT pitstop.close_drive(52) \g /dev/null
SELECT results_eq('SELECT start_geofence_id, end_geofence_id FROM public.drives WHERE id = 52', 'VALUES (3, 2)',
                  'where none is found the old geofence stays');
SELECT is((SELECT end_address_id FROM public.drives WHERE id = 52), 1, 'an address stays when the geofence changes');

-- Once more -----------------------------------------------------------------------------------------------------------

SELECT add_positions(1, '{"at": "10:06", "odometer": 110, "ideal_battery_range_km": 280}');
SELECT results_eq('SELECT outcome, end_date, distance, duration_min FROM pitstop.close_drive(1)',
                  $$ VALUES ('closed', timestamp '2025-01-01 10:06', 10::double precision, 6) $$,
                  'closing a closed drive computes it anew');
SELECT is((SELECT end_date FROM public.drives WHERE id = 1), '2025-01-01 10:06', 'and writes it anew');
UPDATE public.positions SET odometer = 111 WHERE drive_id = 1;
SELECT is(pg_temp.outcome(1), 'deleted', 'closing a closed drive may delete it');
SELECT is((SELECT count(*) FROM public.positions WHERE drive_id IS NULL AND odometer = 111), 4::bigint,
          'its positions stay, all of them');

SELECT pitstop.close_drive(2) \g /dev/null
CREATE TEMP TABLE settled AS SELECT * FROM contents() WHERE "table" NOT LIKE 'pitstop.%';
SELECT pitstop.close_drive(2) \g /dev/null
SELECT bag_eq($$ SELECT * FROM contents() WHERE "table" NOT LIKE 'pitstop.%' $$, 'TABLE settled',
              'where nothing is new nothing changes');

-- Refused -------------------------------------------------------------------------------------------------------------

SELECT add_drive(61, '{"date": "2025-01-01 00:00:00", "odometer": 1, "ideal_battery_range_km": 200}',
                     '{"date": "2025-01-23 18:07:29.9", "odometer": 9, "ideal_battery_range_km": 190}');
SELECT is((SELECT duration_min FROM pitstop.close_drive(61)), 32767, 'a drive may take 32767 minutes');
SELECT add_drive(62, '{"date": "2025-01-01 00:00:00", "odometer": 1, "ideal_battery_range_km": 200}',
                     '{"date": "2025-01-23 18:07:30", "odometer": 9, "ideal_battery_range_km": 190}');
SELECT add_drive(63, '{"at": "10:00", "odometer": "NaN", "ideal_battery_range_km": 200}',
                     '{"at": "10:05", "odometer": 9, "ideal_battery_range_km": 190}');
SELECT add_drive(64, '{"at": "10:00", "odometer": 9, "ideal_battery_range_km": 200}',
                     '{"at": "10:05", "odometer": "NaN", "ideal_battery_range_km": 190}');
SELECT add_drive(65, '{"at": "10:00", "odometer": 9, "ideal_battery_range_km": 200}',
                     '{"at": "10:05", "odometer": "Infinity", "ideal_battery_range_km": 190}');
SELECT add_drive(66, '{"at": "10:00", "odometer": "-Infinity", "ideal_battery_range_km": 200}',
                     '{"at": "10:05", "odometer": 9, "ideal_battery_range_km": 190}');
SELECT pg_temp.climb(67, -20000, 20000);
SELECT pg_temp.climb(68, 20000, -20000);
SELECT pg_temp.climb(69, 32767, -1);
SELECT add_drive(70, '{"date": "2025-01-01 00:00:00", "odometer": 1, "ideal_battery_range_km": 200}',
                     '{"date": "infinity", "odometer": 9, "ideal_battery_range_km": 190}');
CREATE TEMP TABLE before AS SELECT * FROM contents();

SELECT refused('SELECT pitstop.close_drive(62)', '22003',
               'drive 62 has the value 32768 for column "duration_min", which is out of range',
               'a drive cannot take 32768 minutes');
SELECT refused('SELECT pitstop.close_drive(63)', '22003', 'drive 63 has NaN for column "start_km"',
               'an odometer that is no number cannot begin a drive');
SELECT refused('SELECT pitstop.close_drive(64)', '22003', 'drive 64 has NaN for column "end_km"',
               'an odometer that is no number cannot end a drive');
SELECT refused('SELECT pitstop.close_drive(65)', '22003', 'drive 65 has Infinity for column "end_km"',
               'an infinite odometer cannot end a drive');
SELECT refused('SELECT pitstop.close_drive(66)', '22003', 'drive 66 has -Infinity for column "start_km"',
               'an infinite odometer cannot begin a drive');
SELECT refused('SELECT pitstop.close_drive(67)', '22003', 'drive 67 has a step of 40000 m for column "ascent"',
               'a step up that a smallint cannot hold is refused');
SELECT refused('SELECT pitstop.close_drive(68)', '22003', 'drive 68 has a step of -40000 m for column "descent"',
               'a step down that a smallint cannot hold is refused');
SELECT refused('SELECT pitstop.close_drive(69)', '22003', 'drive 69 has a step of -32768 m for column "descent"',
               'a step of -32768 m is refused: a smallint cannot hold its opposite');
SELECT refused('SELECT pitstop.close_drive(70)', '22003', 'drive 70 has infinity for column "end_date"',
               'a drive cannot end at infinity');
SELECT bag_eq('SELECT * FROM contents()', 'TABLE before', 'what is refused changes nothing');

SELECT add_drive(71, '{"at": "10:00", "odometer": 9, "ideal_battery_range_km": 200}',
                     '{"at": "10:01", "odometer": "NaN", "ideal_battery_range_km": 200}',
                     '{"at": "10:05", "odometer": 19, "ideal_battery_range_km": 190}');
SELECT is((SELECT distance FROM pitstop.close_drive(71)), 10::double precision,
          'an odometer that is no number does not matter in between');

SELECT set_eq('SELECT id FROM public.drives WHERE end_date IS NULL', 'SELECT generate_series(62, 70)',
              'each call closed its own drive and no other');

SELECT * FROM finish();
ROLLBACK;
