-- Completing every charging process of the parity data, in the order of the ids and after the drives, gives what
-- TeslaMate gave, in every column; and the cars' efficiency after each of them.
-- database: teslamate_parity
BEGIN;
SELECT plan(8);

CREATE TEMP TABLE expected (
    id text, result text, error text, car_id text, start_date text, end_date text, charge_energy_added text,
    charge_energy_used text, start_ideal_range_km text, end_ideal_range_km text, start_rated_range_km text,
    end_rated_range_km text, start_battery_level text, end_battery_level text, duration_min text,
    outside_temp_avg text, cost text, position_id text, address_id text, geofence_id text
);
\copy expected FROM 'fixtures/parity/charges_expected.csv' WITH (FORMAT csv, HEADER)
CREATE TEMP TABLE expected_efficiency (
    step integer, charging_process_id integer, car_id integer, efficiency double precision, ambiguous boolean,
    candidates text
);
\copy expected_efficiency FROM 'fixtures/parity/cars_expected.csv' WITH (FORMAT csv, HEADER)
CREATE TEMP TABLE expected_efficiency_ideal (LIKE expected_efficiency);
\copy expected_efficiency_ideal FROM 'fixtures/parity/cars_expected_ideal.csv' WITH (FORMAT csv, HEADER)

CREATE TEMP TABLE charging_processes_before AS SELECT * FROM public.charging_processes;
CREATE TEMP TABLE cars_before AS SELECT * FROM public.cars;

CREATE TEMP TABLE said (id integer, result text, sqlstate text, end_date timestamp, duration_min integer,
                        charge_energy_added numeric, charge_energy_used numeric, cost numeric);
CREATE TEMP TABLE efficiency (charging_process_id integer, car_id integer, efficiency double precision);

-- Completes them all; afterwards said and efficiency hold a row for each.
CREATE FUNCTION pg_temp.complete_all() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    one public.charging_processes;
BEGIN
    TRUNCATE said, efficiency;
    FOR one IN SELECT c.* FROM public.charging_processes AS c ORDER BY c.id LOOP
        BEGIN
            INSERT INTO said
            SELECT c.charging_process_id, CASE c.outcome WHEN 'closed' THEN 'updated' ELSE c.outcome END, NULL,
                   c.end_date, c.duration_min, c.charge_energy_added, c.charge_energy_used, c.cost
              FROM pitstop.close_charge(one.id) AS c;
        EXCEPTION WHEN OTHERS THEN
            INSERT INTO said VALUES (one.id, 'raised', SQLSTATE);
        END;
        INSERT INTO efficiency SELECT one.id, c.id, c.efficiency FROM public.cars AS c WHERE c.id = one.car_id;
    END LOOP;
END
$$;

SELECT pg_temp.complete_all();

SELECT results_eq(
    'SELECT s.id::text, s.result FROM said AS s ORDER BY s.id',
    'SELECT e.id, e.result FROM expected AS e ORDER BY e.id::integer',
    'the same charges are updated and refused');

SELECT set_eq(
    $$ SELECT id, sqlstate FROM said WHERE result = 'raised' $$,
    $$ SELECT c.id, '55000'::text FROM public.charging_processes AS c
         JOIN public.geofences AS g ON g.id = c.geofence_id AND g.billing_type = 'per_minute' AND g.cost_per_unit IS NULL
        WHERE EXISTS (SELECT FROM public.charges AS h WHERE h.charging_process_id = c.id) $$,
    'what is refused here is billed per minute without a price');

-- Without rows a charge ends when it is completed: that one moment cannot be in a file.
SELECT set_eq(
    $$ SELECT c.id::text, c.car_id::text, c.start_date::text,
              CASE WHEN c.end_date = s.end_date AND NOT EXISTS (SELECT FROM public.charges AS h
                                                                 WHERE h.charging_process_id = c.id)
                   THEN 'now' ELSE c.end_date::text END,
              c.charge_energy_added::text, c.charge_energy_used::text, c.start_ideal_range_km::text,
              c.end_ideal_range_km::text, c.start_rated_range_km::text, c.end_rated_range_km::text,
              c.start_battery_level::text, c.end_battery_level::text, c.duration_min::text,
              c.outside_temp_avg::text, c.cost::text, c.position_id::text, c.address_id::text, c.geofence_id::text
         FROM public.charging_processes AS c
         JOIN said AS s ON s.id = c.id AND s.result = 'updated' $$,
    $$ SELECT e.id, e.car_id, e.start_date,
              CASE WHEN EXISTS (SELECT FROM public.charges AS h WHERE h.charging_process_id = e.id::integer)
                   THEN e.end_date ELSE 'now' END,
              e.charge_energy_added, e.charge_energy_used, e.start_ideal_range_km, e.end_ideal_range_km,
              e.start_rated_range_km, e.end_rated_range_km, e.start_battery_level, e.end_battery_level,
              e.duration_min, e.outside_temp_avg, e.cost, e.position_id, e.address_id, e.geofence_id
         FROM expected AS e
        WHERE e.result = 'updated' $$,
    'every column of every completed charge is the same, to the last digit');

SELECT is_empty(
    $$ SELECT c.id FROM public.charging_processes AS c JOIN said AS s ON s.id = c.id AND s.result = 'raised'
       EXCEPT SELECT b.id FROM charging_processes_before AS b
                JOIN public.charging_processes AS c ON c::text = b::text $$,
    'a refused charge is as it was');

-- Where the biggest group is tied, TeslaMate takes any of the candidates and goes on from there; we take the smallest.
CREATE FUNCTION pg_temp.efficiency_agrees(found double precision, step expected_efficiency) RETURNS boolean
LANGUAGE sql AS $$
    SELECT CASE WHEN step.ambiguous
                THEN found = (SELECT min(c::double precision)
                                FROM regexp_split_to_table(step.candidates, '[^0-9.]+') AS c WHERE c <> '')
                ELSE found IS NOT DISTINCT FROM step.efficiency END
$$;

SELECT is_empty(
    $$ SELECT s.step, s.charging_process_id, s.efficiency AS expected, f.efficiency AS found, s.candidates
         FROM expected_efficiency AS s JOIN efficiency AS f USING (charging_process_id)
        WHERE NOT pg_temp.efficiency_agrees(f.efficiency, s) $$,
    'the car has the same efficiency after each completion');

SELECT set_eq(
    $$ SELECT id, updated_at <> inserted_at FROM public.cars $$,
    $$ SELECT c.id, c.efficiency IS DISTINCT FROM b.efficiency OR EXISTS (
                  SELECT FROM efficiency AS e WHERE e.car_id = c.id AND e.efficiency IS DISTINCT FROM b.efficiency)
         FROM public.cars AS c JOIN cars_before AS b USING (id) $$,
    'a car is touched only when its efficiency changes');

SELECT set_eq(
    $$ SELECT id, end_date, duration_min, charge_energy_added, charge_energy_used, cost FROM said WHERE result = 'updated' $$,
    $$ SELECT c.id, c.end_date, CASE WHEN EXISTS (SELECT FROM public.charges AS h WHERE h.charging_process_id = c.id)
                                     THEN c.duration_min::integer END,
              c.charge_energy_added, c.charge_energy_used, c.cost
         FROM public.charging_processes AS c JOIN said AS s USING (id) WHERE s.result = 'updated' $$,
    'close_charge returns what it wrote');

-- Once more from the beginning, with the other preferred range.
ALTER TABLE public.cars DISABLE TRIGGER ALL;
UPDATE public.cars AS c SET efficiency = b.efficiency FROM cars_before AS b WHERE b.id = c.id;
UPDATE public.charging_processes AS c
   SET (end_date, charge_energy_added, charge_energy_used, start_ideal_range_km, end_ideal_range_km,
        start_rated_range_km, end_rated_range_km, start_battery_level, end_battery_level, duration_min) =
       (b.end_date, b.charge_energy_added, b.charge_energy_used, b.start_ideal_range_km, b.end_ideal_range_km,
        b.start_rated_range_km, b.end_rated_range_km, b.start_battery_level, b.end_battery_level, b.duration_min)
  FROM charging_processes_before AS b
 WHERE b.id = c.id;
UPDATE public.settings SET preferred_range = 'ideal';
SELECT pg_temp.complete_all();

SELECT is_empty(
    $$ SELECT s.step, s.charging_process_id, s.efficiency AS expected, f.efficiency AS found, s.candidates
         FROM expected_efficiency_ideal AS s JOIN efficiency AS f USING (charging_process_id)
        WHERE NOT pg_temp.efficiency_agrees(f.efficiency, ROW(s.*)::expected_efficiency) $$,
    'the same when the ideal range is preferred');

SELECT * FROM finish();
ROLLBACK;
