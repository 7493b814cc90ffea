-- undo() puts back what an event changed, to the last bit, or refuses and says why.
BEGIN;
SELECT plan(119);
\ir ../fixtures/sessions.sql

SELECT pg_temp.make_car(1);
SELECT pg_temp.make_car(2);
INSERT INTO addresses (id, display_name, inserted_at, updated_at) VALUES (1, 'Somewhere', '2024-01-01', '2024-01-01');
INSERT INTO geofences (id, name, latitude, longitude, radius, inserted_at, updated_at, cost_per_unit)
VALUES (1, 'Home', 40.01, 9.0001, 10000, '2024-01-01', '2024-01-01', 0.5);

-- Every row of every table that pitstop writes, as text.
CREATE FUNCTION pg_temp.all_rows() RETURNS TABLE ("table" text, id bigint, "row" text) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT 'drives', d.id::bigint, d::text FROM public.drives AS d;
    RETURN QUERY SELECT 'positions', p.id::bigint, p::text FROM public.positions AS p;
    RETURN QUERY SELECT 'charging_processes', c.id::bigint, c::text FROM public.charging_processes AS c;
    RETURN QUERY SELECT 'charges', h.id::bigint, h::text FROM public.charges AS h;
    RETURN QUERY SELECT 'cars', c.id::bigint, c::text FROM public.cars AS c;
END
$$;

CREATE TEMP TABLE remembered ("table" text, id bigint, "row" text);
CREATE FUNCTION pg_temp.remember() RETURNS void LANGUAGE sql AS $$
    DELETE FROM remembered;
    INSERT INTO remembered SELECT * FROM pg_temp.all_rows();
$$;
-- What is not as it was remembered.
CREATE VIEW pg_temp.differences AS
SELECT 'is' AS side, r.* FROM (SELECT * FROM pg_temp.all_rows() EXCEPT TABLE remembered) AS r UNION ALL
SELECT 'was', r.* FROM (TABLE remembered EXCEPT SELECT * FROM pg_temp.all_rows()) AS r;

-- How many ids.
CREATE FUNCTION pg_temp.size(key int8multirange) RETURNS integer LANGUAGE sql AS $$
    SELECT sum(upper(r) - lower(r))::integer FROM unnest(key) AS r;
$$;

-- The error of a call, in all its parts.
CREATE FUNCTION pg_temp.error_of(statement text, OUT state text, OUT message text, OUT detail text, OUT hint text)
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    message := 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
                            hint = PG_EXCEPTION_HINT;
END
$$;
CREATE FUNCTION pg_temp.undo_newest() RETURNS void LANGUAGE sql AS $$
    SELECT pitstop.undo((SELECT max(event_id) FROM pitstop.event));
$$;

SAVEPOINT start;

-- ---- close_drive

SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 5);
UPDATE drives SET start_address_id = 1, outside_temp_avg = 3.5, start_date = '2024-05-01 09:59:59.123456' WHERE id = 1;
SELECT pg_temp.remember();
SELECT event_id AS event FROM pitstop.close_drive(1) \gset
SELECT isnt_empty('SELECT * FROM pg_temp.differences', 'closing a drive changes it');
SELECT results_eq(
    'SELECT * FROM pitstop.undo(' || :event || ')',
    format($$ VALUES (%s::bigint, 'close_drive', 'drives', 'put back', 1::bigint) $$, :event),
    'undo says what it put back');
SELECT is_empty('SELECT * FROM pg_temp.differences', 'undoing the close of a drive puts every column back');
SELECT results_eq(
    'SELECT undone_at, undone_by FROM pitstop.event',
    'SELECT now(), current_user::text COLLATE "default"', 'the event says when it was undone, and by whom');
SELECT is((SELECT count(*) FROM pitstop.event), 1::bigint, 'undoing is no event of its own');
SELECT results_eq(
    format('SELECT state, message, detail, hint FROM pg_temp.error_of(%L)', 'SELECT pitstop.undo(' || :event || ')'),
    format($$ VALUES ('55000', 'event %s is already undone',
                      'It was undone at %s by role "%s".', 'Nothing is left to put back.') $$,
           :event, now(), current_user),
    'undone twice is an error that says when and by whom');
SELECT is_empty('SELECT * FROM pg_temp.differences', 'undone twice changes nothing');
ROLLBACK TO start;

-- Only what closing wrote is kept: geofence 1 holds both ends, the address is not written.
SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 2);
SELECT pitstop.close_drive(1) IS NOT NULL AS done \gset
SELECT results_eq(
    'SELECT chunk, "table", key FROM pitstop.event_row', $$ VALUES (1, 'drives', '{[1,2)}'::int8multirange) $$,
    'the event holds the one row');
SELECT set_eq(
    $$ SELECT c.key FROM pitstop.event_row AS r, json_each(r.before) AS c $$,
    $$ VALUES ('end_date'), ('start_km'), ('end_km'), ('distance'), ('duration_min'), ('speed_max'), ('power_max'),
              ('power_min'), ('ascent'), ('descent'), ('start_position_id'), ('end_position_id'), ('outside_temp_avg'),
              ('inside_temp_avg'), ('start_ideal_range_km'), ('end_ideal_range_km'), ('start_rated_range_km'),
              ('end_rated_range_km'), ('start_geofence_id'), ('end_geofence_id') $$,
    'and of it the columns that closing changed, not those that stayed as they were');
SELECT set_eq(
    'SELECT c.key FROM pitstop.event_row AS r, json_each(r.before) AS c', 'SELECT c.key FROM pitstop.event_row AS r, json_each(r.after) AS c',
    'the same columns before and after');
SELECT pitstop.close_drive(1) IS NOT NULL AS done \gset
SELECT is_empty(
    'SELECT * FROM pitstop.event_row WHERE event_id = (SELECT max(event_id) FROM pitstop.event)',
    'closing it again changes no column, and the event holds none');
SELECT results_eq(
    'SELECT table_name, change, "rows" FROM pitstop.undo((SELECT max(event_id) FROM pitstop.event))',
    $$ VALUES (NULL::text, 'nothing to put back', 0::bigint) $$,
    'undoing that says there was nothing');
ROLLBACK TO start;

-- ---- close_drive that deletes

SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 3);
SELECT pg_temp.make_drive(2, 1, '2024-05-01 11:00', 3);
UPDATE positions SET odometer = 1000 WHERE drive_id = 1;
UPDATE drives SET start_address_id = 1, start_position_id = 1001, end_position_id = 1003, end_geofence_id = 1 WHERE id = 1;
SELECT pg_temp.remember();
SELECT event_id AS event, outcome AS outcome FROM pitstop.close_drive(1) \gset
SELECT is(:'outcome'::text, 'deleted', 'a drive that went nowhere is deleted');
SELECT results_eq(
    'SELECT table_name, change, "rows" FROM pitstop.undo(' || :event || ')',
    $$ VALUES ('drives', 'inserted again', 1::bigint), ('positions', 'put back', 3) $$,
    'undo says what it inserted and what it put back');
SELECT is_empty('SELECT * FROM pg_temp.differences', 'the drive is back, and its positions are its own again');
ROLLBACK TO start;

SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 0);
SELECT pg_temp.remember();
SELECT pitstop.close_drive(1) IS NOT NULL AS done \gset
SELECT pg_temp.undo_newest();
SELECT is_empty('SELECT * FROM pg_temp.differences', 'a drive without positions is back too');
ROLLBACK TO start;

-- ---- close_charge

-- Two charges of 12 minutes: 5.5 kWh for 27.5 km of rated range are 0.2 kWh/km, and two of them are enough.
SELECT pg_temp.make_charge(1, 1, '2024-05-01 10:00', 12);
SELECT pg_temp.make_charge(2, 1, '2024-05-02 10:00', 12);
UPDATE charging_processes SET geofence_id = 1, address_id = 1, cost = 77.77 WHERE id = 2;
SELECT pitstop.close_charge(1) IS NOT NULL AS done \gset
SELECT pg_temp.remember();
SELECT event_id AS event FROM pitstop.close_charge(2) \gset
SELECT is((SELECT efficiency FROM cars WHERE id = 1), 0.2::float8, 'completing a charge changes the car''s efficiency');
SAVEPOINT charged;
SELECT results_eq(
    'SELECT table_name, change, "rows" FROM pitstop.undo(' || :event || ')',
    $$ VALUES ('charging_processes', 'put back', 1::bigint), ('cars', 'put back', 1) $$,
    'undo says that it put the car back too');
SELECT is_empty(
    'SELECT * FROM pg_temp.differences',
    'undoing a completed charge puts back its columns, the price entered by hand, the car''s efficiency and its updated_at');
ROLLBACK TO charged;

UPDATE cars SET updated_at = '2030-01-01 00:00:00', name = 'Renamed' WHERE id = 1;
SELECT lives_ok('SELECT pitstop.undo(' || :event || ')', 'TeslaMate''s updated_at alone does not stop an undo');
SELECT results_eq(
    'SELECT efficiency, updated_at, name FROM cars WHERE id = 1',
    $$ VALUES (NULL::float8, timestamp(0) '2030-01-01 00:00:00', 'Renamed'::text) $$,
    'the efficiency is put back, TeslaMate''s updated_at and the new name stay');
ROLLBACK TO charged;

UPDATE cars SET efficiency = 0.15 WHERE id = 1;
SELECT results_eq(
    format('SELECT state, message, detail FROM pg_temp.error_of(%L)', 'SELECT pitstop.undo(' || :event || ')'),
    format($$ VALUES ('55000', 'event %s cannot be undone', 'Changed since: cars 1: efficiency.') $$, :event),
    'an efficiency changed since stops the undo');
SELECT isnt((SELECT end_date FROM charging_processes WHERE id = 2), NULL, 'the charge stays closed then');
ROLLBACK TO start;

SELECT pg_temp.make_charge(1, 1, '2024-05-01 10:00', 0);
UPDATE charging_processes SET charge_energy_added = 1.50, cost = 3.00 WHERE id = 1;
SELECT pg_temp.remember();
SELECT pitstop.close_charge(1) IS NOT NULL AS done \gset
SELECT set_eq(
    $$ SELECT c.key FROM pitstop.event_row AS r, json_each(r.before) AS c $$,
    $$ VALUES ('end_date'), ('charge_energy_added'), ('cost') $$,
    'of a charge without rows the journal keeps what differed');
SELECT pg_temp.undo_newest();
SELECT is_empty('SELECT * FROM pg_temp.differences', 'a charge without rows is as it was');
ROLLBACK TO start;

-- ---- close_stale

SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 3);
SELECT pg_temp.make_drive(2, 1, '2024-05-01 11:00', 1);
SELECT pg_temp.make_drive(3, 2, '2024-05-01 12:00', 0);
SELECT pg_temp.make_charge(4, 1, '2024-05-01 10:00', 12);
SELECT pg_temp.make_charge(5, 1, '2024-05-02 10:00', 12);
SELECT pg_temp.make_charge(6, 2, '2024-05-02 10:00', 0);
SELECT pg_temp.remember();
SELECT count(*) AS said FROM pitstop.close_stale() \gset
SELECT is((SELECT count(*) FROM pitstop.event), 6::bigint, 'close_stale closes all six');
SELECT pg_temp.undo_all();
SELECT is_empty('SELECT * FROM pg_temp.differences', 'undoing all events of the batch, the newest first, puts every row back');
ROLLBACK TO start;

SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 3);
SELECT pg_temp.make_drive(2, 1, '2024-05-01 11:00', 3);
SELECT event_id AS event FROM pitstop.close_stale() WHERE id = 1 \gset
SELECT count(*) FROM pitstop.undo(:event) \gset
SELECT results_eq(
    'SELECT id, end_date IS NULL FROM drives ORDER BY id', 'VALUES (1, true), (2, false)',
    'one event of a batch can be undone alone');
ROLLBACK TO start;

-- ---- delete_drive, the positions kept

SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 2500);
UPDATE positions SET odometer = 1000 + id * 0.001 WHERE drive_id = 1;
SELECT pitstop.close_drive(1) IS NOT NULL AS done \gset
SELECT pg_temp.remember();
SELECT count(*) FROM pitstop.delete_drive(1) \gset
SELECT is(
    (SELECT count(*) FROM positions WHERE drive_id IS NULL), 2500::bigint, 'deleting a drive leaves its positions without one');
SELECT results_eq(
    $$ SELECT "table", pg_temp.size(key), before::text, after::text FROM pitstop.event_row
        WHERE event_id = (SELECT max(event_id) FROM pitstop.event) AND "table" = 'positions' ORDER BY chunk $$,
    $$ VALUES ('positions', 1000, '{"drive_id": 1}', '{"drive_id": null}'),
              ('positions', 1000, '{"drive_id": 1}', '{"drive_id": null}'),
              ('positions', 500,  '{"drive_id": 1}', '{"drive_id": null}') $$,
    'the journal holds the ids of 1000 positions to a chunk, and the column once');
SELECT results_eq(
    'SELECT table_name, change, "rows" FROM pitstop.undo((SELECT max(event_id) FROM pitstop.event))',
    $$ VALUES ('drives', 'inserted again', 1::bigint), ('positions', 'put back', 2500) $$,
    'undo counts the rows of all chunks together');
SELECT is_empty('SELECT * FROM pg_temp.differences', 'the drive is back with its 2,500 positions');
ROLLBACK TO start;

-- ---- delete_drive, the positions deleted

-- Drive 1 has 2,500 positions. A charge stands at 1010; drive 9 begins at 1020 and ends at 3300, drive 5 ends at 1020.
SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 2500);
SELECT pg_temp.make_drive(9, 1, '2024-05-09 10:00', 3);
SELECT pg_temp.make_drive(5, 1, '2024-05-05 10:00', 3);
SELECT pg_temp.make_charge(8, 1, '2024-05-08 10:00', 3);
UPDATE charging_processes SET position_id = 1010 WHERE id = 8;
UPDATE drives SET start_position_id = 1001, end_position_id = 3500 WHERE id = 1;
UPDATE drives SET start_position_id = 1020, end_position_id = 3300, start_address_id = 1 WHERE id = 9;
UPDATE drives SET end_position_id = 1020 WHERE id = 5;
SELECT pg_temp.remember();
SELECT results_eq(
    $$ SELECT table_name, change, "rows" FROM pitstop.delete_drive(1, 'delete') $$,
    $$ VALUES ('drives', 'deleted', 1::bigint), ('positions', 'deleted', 2499), ('positions', 'kept without a drive', 1) $$,
    'the positions of a drive can be deleted, but for one that a charge refers to');
SELECT results_eq(
    'SELECT id, drive_id FROM positions WHERE id BETWEEN 1001 AND 3500', 'VALUES (1010, NULL::integer)',
    'that one stays, without a drive');
SELECT results_eq(
    'SELECT id, start_position_id, end_position_id FROM drives ORDER BY id',
    'VALUES (5, NULL::integer, NULL::integer), (9, NULL, NULL)',
    'other drives that began or ended at them do so no more');
SELECT is((SELECT max(pg_temp.size(key)) FROM pitstop.event_row), 1000, 'no chunk holds more than 1000 rows');
SELECT is(
    (SELECT sum(pg_temp.size(key)) FROM pitstop.event_row WHERE "table" = 'positions' AND after IS NULL), 2499::bigint,
    'every deleted position is in the journal');
SELECT results_eq(
    'SELECT row_number() OVER (ORDER BY chunk)::integer FROM pitstop.event_row',
    'SELECT chunk FROM pitstop.event_row ORDER BY chunk', 'the chunks count from 1 without a gap');
SAVEPOINT deleted;
SELECT results_eq(
    $$ SELECT table_name, change, "rows" FROM pitstop.undo((SELECT max(event_id) FROM pitstop.event)) WHERE change = 'inserted again' $$,
    $$ VALUES ('drives', 'inserted again', 1::bigint), ('positions', 'inserted again', 2499) $$,
    'undo inserts them again');
SELECT is_empty(
    'SELECT * FROM pg_temp.differences',
    'the drive, its positions, and the drives that began or ended there are as they were');
ROLLBACK TO deleted;

-- The drive that ended there has been given another end.
UPDATE drives SET end_position_id = 5003 WHERE id = 5;
SELECT results_eq(
    $$ SELECT state, detail FROM pg_temp.error_of('SELECT pitstop.undo((SELECT max(event_id) FROM pitstop.event))') $$,
    $$ VALUES ('55000', 'Changed since: drives 5: end_position_id.') $$,
    'a drive that got another end since stops the undo');
ROLLBACK TO deleted;

INSERT INTO positions (id, date, latitude, longitude, car_id) VALUES (1500, '2024-05-01', 1, 1, 1);
SELECT results_eq(
    $$ SELECT state, detail FROM pg_temp.error_of('SELECT pitstop.undo((SELECT max(event_id) FROM pitstop.event))') $$,
    $$ VALUES ('55000', 'Changed since: positions 1500 exists again.') $$,
    'a position whose id was taken again stops the undo');
ROLLBACK TO start;

-- ---- delete_charge

SELECT pg_temp.make_charge(1, 1, '2024-05-01 10:00', 2300);
SELECT pg_temp.make_charge(20, 1, '2024-05-03 10:00', 5);
UPDATE charging_processes SET geofence_id = 1, address_id = 1, cost = 1.20 WHERE id = 1;
SELECT pg_temp.remember();
SELECT results_eq(
    'SELECT table_name, change, "rows" FROM pitstop.delete_charge(1)',
    $$ VALUES ('charging_processes', 'deleted', 1::bigint), ('charges', 'deleted', 2300) $$,
    'a charge is deleted with its rows');
SELECT is((SELECT max(pg_temp.size(key)) FROM pitstop.event_row), 1000, 'its rows are journaled 1000 to a chunk');
SELECT results_eq(
    'SELECT table_name, change, "rows" FROM pitstop.undo((SELECT max(event_id) FROM pitstop.event))',
    $$ VALUES ('charging_processes', 'inserted again', 1::bigint), ('charges', 'inserted again', 2300) $$,
    'undo inserts them again');
SELECT is_empty('SELECT * FROM pg_temp.differences', 'the charge and its rows are as they were');
ROLLBACK TO start;

-- ---- to the last bit

-- Values whose shortest text is long, and columns as wide as an owner may make them.
ALTER TABLE drives ALTER COLUMN outside_temp_avg TYPE numeric, ALTER COLUMN inside_temp_avg TYPE numeric;
ALTER TABLE positions ALTER COLUMN outside_temp TYPE numeric;
SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 6);
UPDATE drives
   SET start_km = '-0', end_km = 0.1::float8 + 0.2::float8, distance = 4.9406564584124654e-324,
       start_date = '2024-05-01 09:59:59.999999', end_date = '0044-03-15 12:00:00.000001 BC',
       outside_temp_avg = 21.5000, inside_temp_avg = 'NaN', start_ideal_range_km = 9999.99, speed_max = -32768
 WHERE id = 1;
UPDATE positions SET odometer = 1.7976931348623157e308 WHERE id = 1002;
UPDATE positions SET odometer = '-0', outside_temp = 0.10, date = '2024-05-01 10:01:00.000001' WHERE id = 1003;
UPDATE positions SET odometer = 0.1::float8 + 0.2::float8, outside_temp = 20, latitude = -0.000001 WHERE id = 1004;
UPDATE positions SET odometer = 'NaN', outside_temp = 1234567890.1234567890 WHERE id = 1005;
SELECT pg_temp.remember();
SAVEPOINT bits;

SELECT pitstop.close_drive(1) IS NOT NULL AS done \gset
SELECT pg_temp.undo_newest();
SELECT is_empty('SELECT * FROM pg_temp.differences', 'closing and undoing keeps every bit of double precision, numeric and timestamp');
SELECT is(
    (SELECT encode(float8send(start_km) || float8send(end_km) || float8send(distance), 'hex') FROM drives),
    '8000000000000000' || '3fd3333333333334' || '0000000000000001', 'and the sign of zero');
ROLLBACK TO bits;

SET LOCAL extra_float_digits = -15;
SET LOCAL DateStyle = 'German';
SET LOCAL IntervalStyle = 'sql_standard';
SET LOCAL TimeZone = 'America/St_Johns';
SET LOCAL bytea_output = 'escape';
SET LOCAL standard_conforming_strings = off;
SET LOCAL backslash_quote = off;
SET LOCAL search_path = tap, public;
SELECT pitstop.close_drive(1) IS NOT NULL AS done \gset
SELECT pg_temp.undo_newest();
RESET extra_float_digits;
RESET DateStyle;
RESET standard_conforming_strings;
SELECT is_empty('SELECT * FROM pg_temp.differences', 'whatever the session''s settings of output are');

SET LOCAL extra_float_digits = -15;
SET LOCAL DateStyle = 'German';
SELECT count(*) FROM pitstop.delete_drive(1, 'delete') \gset
SELECT pg_temp.undo_newest();
RESET extra_float_digits;
RESET DateStyle;
SELECT is_empty('SELECT * FROM pg_temp.differences', 'the same for positions that were deleted');
SELECT is(
    (SELECT string_agg(encode(float8send(odometer), 'hex'), ' ' ORDER BY id) FROM positions WHERE id BETWEEN 1002 AND 1005),
    '7fefffffffffffff 8000000000000000 3fd3333333333334 7ff8000000000000', 'with the odometer''s every bit');
SELECT is(
    (SELECT string_agg(outside_temp::text, ' ' ORDER BY id) FROM positions WHERE id BETWEEN 1003 AND 1005),
    '0.10 20 1234567890.1234567890', 'and every digit of a temperature');
ROLLBACK TO start;

-- Texts that need escaping, in charges.
SELECT pg_temp.make_charge(1, 1, '2024-05-01 10:00', 2);
UPDATE charges SET fast_charger_type = E'a "quoted" \\ back\\u0041slash, {brace} \t tab \n line ☃', conn_charge_cable = 'NULL' WHERE id = 1001;
UPDATE charges SET fast_charger_type = '', conn_charge_cable = NULL WHERE id = 1002;
SELECT pg_temp.remember();
SELECT count(*) FROM pitstop.delete_charge(1) \gset
SELECT pg_temp.undo_newest();
SELECT is_empty('SELECT * FROM pg_temp.differences', 'texts come back as they were, the empty one and NULL told apart');
ROLLBACK TO start;

-- ---- changed in between

SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 3);
SELECT pg_temp.make_drive(2, 1, '2024-05-01 11:00', 1);
SELECT event_id AS closed FROM pitstop.close_drive(1) \gset
SELECT event_id AS deleted FROM pitstop.close_drive(2) \gset
SAVEPOINT closed;

UPDATE drives SET start_address_id = 1, end_address_id = 1 WHERE id = 1;
SELECT lives_ok('SELECT pitstop.undo(' || :closed || ')', 'an address filled in since does not stop an undo');
SELECT results_eq(
    'SELECT end_date, distance, start_address_id, end_address_id FROM drives WHERE id = 1',
    'VALUES (NULL::timestamp, NULL::float8, 1, 1)', 'the address stays, the rest is put back');
ROLLBACK TO closed;

UPDATE drives SET distance = 99, start_km = 1 WHERE id = 1;
SELECT pg_temp.remember();
SELECT results_eq(
    format('SELECT state, message, detail, hint FROM pg_temp.error_of(%L)', 'SELECT pitstop.undo(' || :closed || ')'),
    format($$ VALUES ('55000', 'event %s cannot be undone', 'Changed since: drives 1: %s.',
                      'Put these values back by hand first, or leave things as they are; nothing was changed.') $$,
           :closed, CASE WHEN (SELECT before::text ~ 'start_km.*distance' FROM pitstop.event_row WHERE event_id = :closed)
                         THEN 'start_km, distance' ELSE 'distance, start_km' END),
    'a column that closing wrote, changed since, stops the undo; the error names table, id and columns');
SELECT is_empty('SELECT * FROM pg_temp.differences', 'nothing is changed then');
SELECT is((SELECT undone_at FROM pitstop.event WHERE event_id = :closed), NULL, 'the event still stands');
UPDATE drives SET distance = 2, start_km = 1000 WHERE id = 1;
SELECT lives_ok('SELECT pitstop.undo(' || :closed || ')', 'with the values put back by hand it can be undone');
ROLLBACK TO closed;

UPDATE drives SET end_date = NULL WHERE id = 1;
SELECT is(
    (SELECT detail FROM pg_temp.error_of('SELECT pitstop.undo(' || :closed || ')')),
    'Changed since: drives 1: end_date.', 'a column set to NULL since counts as changed');
ROLLBACK TO closed;

DELETE FROM drives WHERE id = 1;
SELECT results_eq(
    format('SELECT state, detail FROM pg_temp.error_of(%L)', 'SELECT pitstop.undo(' || :closed || ')'),
    $$ VALUES ('55000', 'Changed since: drives 1 is gone.') $$, 'a row that is gone stops the undo');
ROLLBACK TO closed;

INSERT INTO drives (id, start_date, car_id) VALUES (2, '2024-06-01', 1);
SELECT results_eq(
    format('SELECT state, detail FROM pg_temp.error_of(%L)', 'SELECT pitstop.undo(' || :deleted || ')'),
    $$ VALUES ('55000', 'Changed since: drives 2 exists again.') $$, 'an id that was taken again stops the undo');
SELECT is((SELECT drive_id FROM positions WHERE id = 2001), NULL, 'the positions stay without a drive');
ROLLBACK TO closed;

UPDATE positions SET drive_id = 1 WHERE id = 2001;
SELECT results_eq(
    format('SELECT state, detail FROM pg_temp.error_of(%L)', 'SELECT pitstop.undo(' || :deleted || ')'),
    $$ VALUES ('55000', 'Changed since: positions 2001: drive_id.') $$,
    'a position that belongs to another drive now stops the undo');
SELECT is_empty('SELECT FROM drives WHERE id = 2', 'the deleted drive is not inserted then');
ROLLBACK TO closed;

DELETE FROM positions WHERE id = 2001;
SELECT results_eq(
    format('SELECT state, detail FROM pg_temp.error_of(%L)', 'SELECT pitstop.undo(' || :deleted || ')'),
    $$ VALUES ('55000', 'Changed since: positions 2001 is gone.') $$, 'so does a position that is gone');
ROLLBACK TO closed;

UPDATE positions SET elevation = 123 WHERE id = 2001;
SELECT lives_ok('SELECT pitstop.undo(' || :deleted || ')', 'an elevation filled in since does not stop an undo');
SELECT results_eq(
    'SELECT drive_id, elevation FROM positions WHERE id = 2001', 'VALUES (2, 123::smallint)', 'the elevation stays');
ROLLBACK TO closed;

DELETE FROM car_settings WHERE id = 1;
SELECT results_eq(
    format('SELECT state, message FROM pg_temp.error_of(%L)', 'SELECT pitstop.undo(' || :deleted || ')'),
    format($$ VALUES ('55000', 'event %s cannot be undone') $$, :deleted), 'so does a car that is gone');
ROLLBACK TO start;

-- More rows than an error can name.
SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 20);
UPDATE positions SET odometer = 1 WHERE drive_id = 1;
SELECT event_id AS event FROM pitstop.close_drive(1) \gset
DELETE FROM positions;
SELECT matches(
    (SELECT detail FROM pg_temp.error_of('SELECT pitstop.undo(' || :event || ')')),
    '^Changed since: (positions 10[0-9][0-9] is gone; ){10}and more\.$', 'of many rows the first ten are named');
ROLLBACK TO start;

-- ---- a reference that is gone

-- Both ends of the drive are in geofence 1 before, and in geofence 2 once that one is nearer.
SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 3);
UPDATE drives SET start_geofence_id = 1, end_geofence_id = 1 WHERE id = 1;
INSERT INTO geofences (id, name, latitude, longitude, radius, inserted_at, updated_at)
VALUES (2, 'Nearer', 40.01, 9.0002, 10000, '2024-01-01', '2024-01-01');
SELECT event_id AS event FROM pitstop.close_drive(1) \gset
DELETE FROM geofences WHERE id = 1;
SELECT pg_temp.remember();
SELECT results_eq(
    format('SELECT state, message, detail FROM pg_temp.error_of(%L)', 'SELECT pitstop.undo(' || :event || ')'),
    format($$ VALUES ('55000', 'event %s cannot be undone',
                      'What a row refers to is gone: insert or update on table "drives" violates foreign key constraint "drives_end_geofence_id_fkey": Key (end_geofence_id)=(1) is not present in table "geofences".') $$, :event),
    'a geofence that the old values refer to and that is gone stops the undo');
SELECT is_empty('SELECT * FROM pg_temp.differences', 'nothing is changed then');
SELECT is((SELECT undone_at FROM pitstop.event), NULL, 'the event still stands');
ROLLBACK TO start;

SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 3);
UPDATE drives SET start_address_id = 1 WHERE id = 1;
SELECT count(*) FROM pitstop.delete_drive(1) \gset
DELETE FROM addresses;
SELECT results_eq(
    $$ SELECT state, detail FROM pg_temp.error_of('SELECT pitstop.undo((SELECT max(event_id) FROM pitstop.event))') $$,
    $$ VALUES ('55000', 'What a row refers to is gone: insert or update on table "drives" violates foreign key constraint "drives_start_address_id_fkey": Key (start_address_id)=(1) is not present in table "addresses".') $$,
    'an address that a deleted drive refers to and that is gone stops the undo');
ROLLBACK TO start;

-- ---- columns and tables that changed

SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 3);
SELECT pg_temp.make_drive(2, 1, '2024-05-01 11:00', 3);
SELECT event_id AS closed FROM pitstop.close_drive(1) \gset
SELECT count(*) FROM pitstop.delete_drive(2) \gset
SAVEPOINT migrated;
ALTER TABLE drives ADD COLUMN note text NOT NULL DEFAULT 'new';
ALTER TABLE drives ALTER COLUMN id TYPE bigint, ALTER COLUMN duration_min TYPE integer;
ALTER TABLE positions ALTER COLUMN drive_id TYPE bigint;
SELECT lives_ok('SELECT pg_temp.undo_all()', 'columns that TeslaMate added or widened since do not stop an undo');
SELECT results_eq(
    'SELECT id, note, end_date FROM drives ORDER BY id', $$ VALUES (1::bigint, 'new', NULL::timestamp), (2, 'new', NULL) $$,
    'a new column gets its default');
ROLLBACK TO migrated;
ALTER TABLE drives DROP COLUMN ascent;
SELECT results_eq(
    format('SELECT state, detail FROM pg_temp.error_of(%L)', 'SELECT pitstop.undo(' || :closed || ')'),
    $$ VALUES ('55000', 'Changed since: column drives.ascent no longer exists.') $$,
    'a column that is gone stops the undo');
ROLLBACK TO migrated;
ALTER TABLE drives RENAME TO trips;
SELECT results_eq(
    format('SELECT state, message FROM pg_temp.error_of(%L)', 'SELECT pitstop.undo(' || :closed || ')'),
    $$ VALUES ('55000', 'table "drives" does not exist in schema "public"') $$, 'so does a table that is gone');
ROLLBACK TO start;

-- ---- later events

SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 3);
SELECT pg_temp.remember();
SELECT event_id AS first FROM pitstop.close_drive(1) \gset
SELECT pg_temp.make_positions(1, 1, '2024-05-01 10:00', 4, 4);
SELECT event_id AS second FROM pitstop.close_drive(1) \gset
SELECT event_id AS third FROM pitstop.delete_drive(1) LIMIT 1 \gset
SAVEPOINT later;
SELECT results_eq(
    format('SELECT state, detail, hint FROM pg_temp.error_of(%L)', 'SELECT pitstop.undo(' || :first || ')'),
    format($$ VALUES ('55000', 'Changed since: drives 1 is gone.',
                      'Later events changed the same rows; undo them first, the newest first: %s, %s.') $$, :second, :third),
    'a refusal names the later events on the same rows');
SELECT count(*) FROM pitstop.undo(:third) \gset
SELECT is(
    (SELECT hint FROM pg_temp.error_of('SELECT pitstop.undo(' || :first || ')')),
    format('Later events changed the same rows; undo them first, the newest first: %s.', :second),
    'but not those that are undone');
SELECT count(*) FROM pitstop.undo(:second) \gset
SELECT count(*) FROM pitstop.undo(:first) \gset
DELETE FROM positions WHERE id = 1004;
SELECT is_empty('SELECT * FROM pg_temp.differences', 'undone one after the other, the newest first, all is as it was');
ROLLBACK TO start;

-- ---- wrong ids

SELECT results_eq(
    $$ SELECT state, message FROM pg_temp.error_of('SELECT pitstop.undo(404)') $$,
    $$ VALUES ('P0002', 'event 404 does not exist') $$, 'an unknown event is an error of its own');
SELECT throws_ok('SELECT pitstop.undo(NULL)', '22023', 'the id of the event is NULL', 'NULL is an error');
SELECT throws_ok('SELECT pitstop.undo(0)', '22023', NULL, 'zero is an error');
SELECT throws_ok('SELECT pitstop.undo(-1)', '22023', NULL, 'a negative id is an error');
SELECT throws_ok(
    'SELECT pitstop.undo(9223372036854775807)', 'P0002', 'event 9223372036854775807 does not exist',
    'the largest bigint is merely unknown');
SET LOCAL transaction_read_only = on;
SELECT throws_ok('SELECT pitstop.undo(1)', '25006', NULL, 'a read-only transaction cannot undo');
ROLLBACK TO start;

-- ---- rolled back

SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 3);
SELECT event_id AS event FROM pitstop.close_drive(1) \gset
SELECT pg_temp.remember();
SAVEPOINT undoing;
SELECT count(*) FROM pitstop.undo(:event) \gset
ROLLBACK TO undoing;
SELECT is_empty('SELECT * FROM pg_temp.differences', 'an undo that is rolled back has put nothing back');
SELECT is((SELECT undone_at FROM pitstop.event), NULL, 'and its event stands');
SELECT lives_ok('SELECT pitstop.undo(' || :event || ')', 'so that it can be undone');
ROLLBACK TO start;

-- ---- triggers of the user's

SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 3);
SELECT event_id AS closed FROM pitstop.close_drive(1) \gset
SELECT event_id AS deleted FROM pitstop.delete_drive(1) LIMIT 1 \gset
SAVEPOINT triggers;
CREATE FUNCTION pg_temp.keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER kept BEFORE INSERT ON drives FOR EACH ROW EXECUTE FUNCTION pg_temp.keep();
SELECT is(
    (SELECT state FROM pg_temp.error_of('SELECT pitstop.undo(' || :deleted || ')')), '55000',
    'a trigger that keeps the drive out is reported, not taken for an undo');
ROLLBACK TO triggers;
CREATE FUNCTION pg_temp.keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER kept BEFORE UPDATE ON positions FOR EACH ROW WHEN (OLD.id = 1002) EXECUTE FUNCTION pg_temp.keep();
SELECT is(
    (SELECT state FROM pg_temp.error_of('SELECT pitstop.undo(' || :deleted || ')')), '55000',
    'so is one that keeps a position as it is');
ROLLBACK TO triggers;
CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'P1234'; END $$;
CREATE TRIGGER refused BEFORE INSERT ON drives FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse();
SELECT is(
    (SELECT state FROM pg_temp.error_of('SELECT pitstop.undo(' || :deleted || ')')), 'P1234',
    'a trigger''s own error comes through');
SELECT is((SELECT undone_at FROM pitstop.event WHERE event_id = :deleted), NULL, 'and nothing is undone');
ROLLBACK TO start;

-- ---- another schema

\set schema 'tenant 7'
\set private_schema 'private 7'
\ir ../fixtures/teslamate/schema.sql
INSERT INTO "tenant 7".car_settings (id) VALUES (1);
INSERT INTO "tenant 7".cars (id, eid, vid, vin, inserted_at, updated_at, settings_id) VALUES (1, 1, 1, 'T7', '2024-01-01', '2024-01-01', 1);
INSERT INTO "tenant 7".drives (id, start_date, car_id) VALUES (1, '2024-05-01', 1);
SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 3);
SELECT pg_temp.remember();
SET LOCAL pitstop.teslamate_schema = 'tenant 7';
SELECT event_id AS tenants FROM pitstop.close_drive(1) \gset
SET LOCAL pitstop.teslamate_schema = 'public';
SELECT is_empty('SELECT * FROM "tenant 7".drives', 'a drive of another schema is deleted there');
SELECT event_id AS publics FROM pitstop.close_drive(1) \gset
SELECT lives_ok('SELECT pitstop.undo(' || :tenants || ')', 'its event can be undone while the setting names this schema');
SELECT results_eq('SELECT id FROM "tenant 7".drives', 'VALUES (1)', 'the drive is back in the other schema');
SELECT is((SELECT distance FROM drives WHERE id = 1), 2::float8, 'and the one here of the same id is untouched');
SET LOCAL pitstop.teslamate_schema = 'nowhere';
SELECT lives_ok('SELECT pitstop.undo(' || :publics || ')', 'even while the setting names no schema at all');
SELECT is_empty('SELECT * FROM pg_temp.differences', 'all is as it was');
ROLLBACK TO start;

\ir ../fixtures/teslamate/schema.sql
INSERT INTO "tenant 7".car_settings (id) VALUES (1);
INSERT INTO "tenant 7".cars (id, eid, vid, vin, inserted_at, updated_at, settings_id) VALUES (1, 1, 1, 'T7', '2024-01-01', '2024-01-01', 1);
INSERT INTO "tenant 7".drives (id, start_date, car_id) VALUES (1, '2024-05-01', 1);
SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 3);
SELECT event_id AS publics FROM pitstop.close_drive(1) \gset
SET LOCAL pitstop.teslamate_schema = 'tenant 7';
SELECT event_id AS tenants FROM pitstop.close_drive(1) \gset
UPDATE public.drives SET distance = 7;
SELECT doesnt_match(
    (SELECT hint FROM pg_temp.error_of('SELECT pitstop.undo(' || :publics || ')')), 'ater event',
    'a later event of another schema is not named');
DROP SCHEMA "tenant 7" CASCADE;
SELECT results_eq(
    format('SELECT state, message FROM pg_temp.error_of(%L)', 'SELECT pitstop.undo(' || :tenants || ')'),
    $$ VALUES ('55000', 'table "drives" does not exist in schema "tenant 7"') $$, 'a schema that is gone stops the undo');
ROLLBACK TO start;

-- ---- nobody forges an event

SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 3);
CREATE ROLE pitstop_operator;
SELECT pitstop.grant_operator('pitstop_operator');
SET LOCAL ROLE pitstop_operator;
SELECT event_id AS event FROM pitstop.close_drive(1) \gset
SELECT ok(:event > 0, 'an operator can close a drive, which writes the journal');
SELECT throws_ok(
    $$ INSERT INTO pitstop.event (event_id, batch, actor, teslamate_schema, action, arguments, summary)
       VALUES (99, 99, 'somebody', 'public', 'close_drive', '{}', '{}') $$,
    '42501', NULL, 'an operator cannot add an event');
SELECT throws_ok(
    format($$ INSERT INTO pitstop.event_row VALUES (%s, 99, 'cars', '{[1,2)}', '{"vin": "FORGED"}', '{"vin": "VIN1"}') $$, :event),
    '42501', NULL, 'nor a row to an event');
SELECT throws_ok(
    $$ UPDATE pitstop.event_row SET before = '{"distance": 9999}' $$, '42501', NULL, 'nor change what undo would write');
SELECT throws_ok(
    $$ UPDATE pitstop.event SET teslamate_schema = 'elsewhere', undone_at = NULL $$, '42501', NULL, 'nor an event');
SELECT throws_ok('DELETE FROM pitstop.event', '42501', NULL, 'nor delete an event');
SELECT throws_ok('TRUNCATE pitstop.event, pitstop.event_row', '42501', NULL, 'nor empty the journal');
SELECT throws_ok('SELECT * FROM pitstop.event_row', '42501', NULL, 'nor read what others'' rows were');
SELECT throws_ok($$ SELECT setval('pitstop.event_id_seq', 1) $$, '42501', NULL, 'nor set the sequence back');
SELECT throws_ok($$ SELECT nextval('pitstop.event_id_seq') $$, '42501', NULL, 'nor draw from it');
SELECT throws_ok(
    'CREATE TRIGGER forged BEFORE INSERT ON pitstop.event FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
    '42501', NULL, 'nor put a trigger on the journal');
SELECT lives_ok('SELECT pitstop.undo(' || :event || ')', 'an operator can undo');
RESET ROLE;
SELECT results_eq(
    'SELECT actor, undone_by FROM pitstop.event', $$ VALUES ('pitstop_operator', 'pitstop_operator') $$,
    'the journal names the caller, not its owner');
ROLLBACK TO start;

-- ---- ids

SELECT pg_temp.make_drive(n, 1, '2024-05-01'::timestamp + n * interval '1 hour', 2) FROM generate_series(1, 5) AS n;
SELECT event_id AS first FROM pitstop.close_drive(1) \gset
SELECT setval('pitstop.event_id_seq', 5000) \gset
SELECT event_id AS high FROM pitstop.close_drive(2) \gset
SELECT is(:high, 5001, 'ids go on beyond the sequence');
SELECT setval('pitstop.event_id_seq', 3) \gset
SELECT event_id AS next FROM pitstop.close_drive(3) \gset
SELECT is(:next, 5002, 'ids go on beyond the newest event when the sequence was set back');
SELECT setval('pitstop.event_id_seq', 3) \gset
SELECT count(*) AS said FROM pitstop.close_stale() \gset
SELECT results_eq(
    'SELECT event_id, batch FROM pitstop.event WHERE event_id > 5002 ORDER BY event_id',
    'VALUES (5003::bigint, 5003::bigint), (5004, 5003)', 'so do those of a batch');
SELECT pg_temp.undo_all();
SELECT setval('pitstop.event_id_seq', 5002) \gset
SELECT count(*) AS said FROM pitstop.close_drive(4) \gset
SELECT count(*) AS said FROM pitstop.close_drive(5) \gset
SELECT results_eq(
    'SELECT count(*), count(DISTINCT event_id), count(DISTINCT batch) FROM pitstop.event WHERE event_id > 5004',
    'VALUES (2::bigint, 2::bigint, 2::bigint)', 'a sequence that was set back among existing ids leads to no id twice');

SELECT * FROM finish();
ROLLBACK;
