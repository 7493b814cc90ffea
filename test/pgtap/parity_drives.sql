-- Closing every drive of the parity data, in the order of the ids, gives what TeslaMate gave, in every column.
-- database: teslamate_parity
BEGIN;
SELECT plan(8);

CREATE TEMP TABLE expected (
    id text, result text, error text, car_id text, start_date text, end_date text, start_km text, end_km text,
    distance text, duration_min text, outside_temp_avg text, inside_temp_avg text, speed_max text, power_max text,
    power_min text, start_ideal_range_km text, end_ideal_range_km text, start_rated_range_km text,
    end_rated_range_km text, start_position_id text, end_position_id text, start_geofence_id text,
    end_geofence_id text, ascent text, descent text, start_address_id text, end_address_id text,
    start_osm_type text, start_osm_id text, end_osm_type text, end_osm_id text
);
\copy expected FROM 'fixtures/parity/drives_expected_geocoder_fails.csv' WITH (FORMAT csv, HEADER)

CREATE TEMP TABLE drives_before AS SELECT * FROM public.drives;
CREATE TEMP TABLE positions_before AS SELECT * FROM public.positions;

-- One row for each drive: what close_drive said, or which error it raised.
CREATE TEMP TABLE said (id integer, result text, sqlstate text, start_date timestamp, end_date timestamp,
                        distance double precision, duration_min integer);
DO $$
DECLARE
    one integer;
BEGIN
    FOR one IN SELECT d.id FROM public.drives AS d ORDER BY d.id LOOP
        BEGIN
            INSERT INTO said
            SELECT c.drive_id, CASE c.outcome WHEN 'closed' THEN 'updated' ELSE c.outcome END, NULL,
                   c.start_date, c.end_date, c.distance, c.duration_min
              FROM pitstop.close_drive(one) AS c;
        EXCEPTION WHEN OTHERS THEN
            INSERT INTO said VALUES (one, 'raised', SQLSTATE);
        END;
    END LOOP;
END
$$;

SELECT results_eq(
    'SELECT s.id::text, s.result FROM said AS s ORDER BY s.id',
    'SELECT e.id, e.result FROM expected AS e ORDER BY e.id::integer',
    'the same drives are updated, deleted, refused');

SELECT is_empty(
    $$ SELECT * FROM said WHERE result = 'raised' AND sqlstate <> '22003' $$,
    'what TeslaMate refuses is a value out of range');

SELECT set_eq(
    $$ SELECT d.id::text, d.car_id::text, d.start_date::text, d.end_date::text, d.start_km::text, d.end_km::text,
              d.distance::text, d.duration_min::text, d.outside_temp_avg::text, d.inside_temp_avg::text,
              d.speed_max::text, d.power_max::text, d.power_min::text, d.start_ideal_range_km::text,
              d.end_ideal_range_km::text, d.start_rated_range_km::text, d.end_rated_range_km::text,
              d.start_position_id::text, d.end_position_id::text, d.start_geofence_id::text,
              d.end_geofence_id::text, d.ascent::text, d.descent::text, d.start_address_id::text,
              d.end_address_id::text
         FROM public.drives AS d
         JOIN said AS s ON s.id = d.id AND s.result = 'updated' $$,
    $$ SELECT id, car_id, start_date, end_date, start_km, end_km, distance, duration_min, outside_temp_avg,
              inside_temp_avg, speed_max, power_max, power_min, start_ideal_range_km, end_ideal_range_km,
              start_rated_range_km, end_rated_range_km, start_position_id, end_position_id, start_geofence_id,
              end_geofence_id, ascent, descent, start_address_id, end_address_id
         FROM expected
        WHERE result = 'updated' $$,
    'every column of every updated drive is the same, to the last digit');

SELECT set_eq(
    'SELECT id::text FROM public.drives',
    $$ SELECT id FROM expected WHERE result <> 'deleted' $$,
    'only the deleted drives are gone');

SELECT is_empty(
    $$ SELECT d.id FROM public.drives AS d JOIN said AS s ON s.id = d.id AND s.result = 'raised'
       EXCEPT SELECT b.id FROM drives_before AS b JOIN public.drives AS d ON d::text = b::text $$,
    'a refused drive is as it was');

SELECT set_eq(
    $$ SELECT p.id, p.drive_id FROM public.positions AS p $$,
    $$ SELECT b.id, CASE WHEN e.result = 'deleted' THEN NULL ELSE b.drive_id END
         FROM positions_before AS b
         LEFT JOIN expected AS e ON e.id::integer = b.drive_id $$,
    'the positions of a deleted drive stay, without a drive; all others are untouched');

SELECT set_eq(
    $$ SELECT id, start_date, end_date, distance, duration_min FROM said WHERE result = 'updated' $$,
    $$ SELECT d.id, d.start_date, d.end_date, d.distance, d.duration_min::integer
         FROM public.drives AS d JOIN said AS s USING (id) WHERE s.result = 'updated' $$,
    'close_drive returns what it wrote');

SELECT is(
    (SELECT count(*) FROM pitstop.event),
    (SELECT count(*) FROM expected WHERE result <> 'raised'),
    'each change is one event of the journal');

SELECT * FROM finish();
ROLLBACK;
