-- A TeslaMate database of realistic shape, into the empty tables of test/fixtures/teslamate/schema.sql:
--   psql --set drives=10000 --file generate.sql teslamate
-- :drives drives of 900 positions, three cars, every 8th position polled and the others streamed; after every
-- 4th drive a charge of 400 rows. Rows lie on disk in date order, so cars that drive at the same time share
-- pages. Everything is arithmetic: the same size gives the same database.
\set ON_ERROR_STOP on
\set positions_per_drive 900
\set charges_per_process 400
\set polled_every 8
\set places 48
\set fenced_places 36

SET client_min_messages = warning;
SET work_mem = '512MB';
SET maintenance_work_mem = '1GB';
-- The foreign keys hold by construction; checking them row by row would take longer than the load.
SET session_replication_role = replica;

-- Filling a table first and indexing it afterwards is several times faster, and leaves every BRIN range summarised.
CREATE TEMP TABLE later_index AS
SELECT indexrelid::regclass AS name, pg_get_indexdef(indexrelid) AS definition
FROM pg_index
WHERE indrelid IN ('positions'::regclass, 'charges'::regclass) AND NOT indisprimary;
SELECT format('DROP INDEX %s', name) FROM later_index \gexec

INSERT INTO car_settings (id, free_supercharging)
SELECT n, n = 2 FROM generate_series(1, 3) AS n;

INSERT INTO cars (id, eid, vid, vin, model, name, efficiency, settings_id, inserted_at, updated_at)
SELECT n, 1000 + n, 2000 + n, 'BENCHMARK0000000' || n, '3', 'Car ' || n, 0.153, n, '2021-01-01', '2021-01-01'
FROM generate_series(1, 3) AS n;

-- Drives lead from place to place; most places have a geofence.
CREATE TEMP TABLE place AS
SELECT n AS place_id, 52.3 + 0.05 * (n / 8) AS latitude, 13.1 + 0.08 * (n % 8) AS longitude
FROM generate_series(0, :places - 1) AS n;

INSERT INTO geofences (id, name, latitude, longitude, radius, billing_type, cost_per_unit, session_fee, inserted_at, updated_at)
SELECT place_id + 1, 'Place ' || place_id, latitude, longitude, 40 + 5 * (place_id % 9),
       (CASE WHEN place_id % 9 = 4 THEN 'per_minute' ELSE 'per_kwh' END)::billing_type,
       CASE WHEN place_id % 9 = 4 THEN 0.05 ELSE 0.25 + 0.01 * (place_id % 7) END,
       CASE WHEN place_id % 5 = 0 THEN 1.50 END, '2021-01-01', '2021-01-01'
FROM place
WHERE place_id < :fenced_places;

-- Each car drives once in a round of 8 hours: in every 4th round all three at once, in the next one two of them.
CREATE TEMP TABLE route AS
SELECT n AS drive_id, car_id, round,
       timestamp '2021-01-01' + round * interval '8 hours' + CASE
           WHEN round % 4 = 0 THEN car_id * interval '4 minutes'
           WHEN round % 4 = 1 AND car_id < 3 THEN car_id * interval '7 minutes'
           ELSE car_id * interval '50 minutes'
       END AS start_date,
       (car_id * 11 + round * 7) % :places AS origin,
       (car_id * 11 + (round + 1) * 7) % :places AS destination,
       15 + round * 37 % 23 AS km,
       50 + n * 13 % 45 AS battery_level
FROM (SELECT n, 1 + (n - 1) % 3 AS car_id, (n - 1) / 3 AS round FROM generate_series(1, :drives) AS n) AS numbered;

INSERT INTO positions (
    id, date, latitude, longitude, speed, power, odometer, elevation, car_id, drive_id,
    ideal_battery_range_km, rated_battery_range_km, est_battery_range_km, battery_level, usable_battery_level,
    outside_temp, inside_temp, fan_status, driver_temp_setting, passenger_temp_setting,
    is_climate_on, is_rear_defroster_on, is_front_defroster_on,
    battery_heater, battery_heater_on, battery_heater_no_power,
    tpms_pressure_fl, tpms_pressure_fr, tpms_pressure_rl, tpms_pressure_rr)
SELECT row_number() OVER (ORDER BY date, drive_id), date,
       a.latitude + (b.latitude - a.latitude) * part + 0.002 * sin(part * 12) * sin(part * pi()),
       a.longitude + (b.longitude - a.longitude) * part + 0.003 * sin(part * 9) * sin(part * pi()),
       abs(110 * sin(part * pi()) * (0.7 + 0.3 * sin(step * 0.05))),
       25 + 90 * sin(step * 0.07 + drive_id),
       10000 + car_id * 5000 + round * 26 + km * part,
       120 + 60 * sin(step * 0.02 + drive_id) + (step * drive_id) % 3,
       car_id, drive_id,
       CASE WHEN polled THEN 4.9 * battery_level - km * part END,
       CASE WHEN polled THEN 4.0 * battery_level - km * part END,
       CASE WHEN polled THEN 3.7 * battery_level - km * part END,
       CASE WHEN polled THEN battery_level - part * 5 END,
       CASE WHEN polled THEN battery_level - part * 5 END,
       CASE WHEN polled THEN 12 + 14 * sin(round * 0.0057) + 0.1 * (step % 7) END,
       CASE WHEN polled THEN 20 + 0.1 * (step % 30) END,
       CASE WHEN polled THEN 2 + step % 4 END,
       CASE WHEN polled THEN 21.0 END,
       CASE WHEN polled THEN 21.0 END,
       CASE WHEN polled THEN true END,
       CASE WHEN polled THEN false END,
       CASE WHEN polled THEN false END,
       CASE WHEN polled THEN false END,
       CASE WHEN polled THEN false END,
       CASE WHEN polled THEN false END,
       CASE WHEN polled THEN 2.9 END,
       CASE WHEN polled THEN 2.9 END,
       CASE WHEN polled THEN 2.8 END,
       CASE WHEN polled THEN 2.8 END
FROM (
    SELECT route.*, step, step % :polled_every = 0 AS polled,
           step / (:positions_per_drive - 1.0::float8) AS part,
           start_date + step * interval '1.6 seconds' + (step * 37 + drive_id * 11) % 1500 * interval '1 millisecond' AS date
    FROM route, generate_series(0, :positions_per_drive - 1) AS step
) AS sample
JOIN place AS a ON a.place_id = origin
JOIN place AS b ON b.place_id = destination
ORDER BY date, drive_id;

INSERT INTO drives (
    id, car_id, start_date, end_date, start_km, end_km, distance, duration_min,
    speed_max, power_max, power_min, outside_temp_avg, inside_temp_avg,
    start_ideal_range_km, end_ideal_range_km, start_rated_range_km, end_rated_range_km,
    start_position_id, end_position_id, start_geofence_id, end_geofence_id, ascent, descent)
SELECT drive_id, route.car_id, drive.start_date, end_date, start_km, end_km, end_km - start_km,
       round(extract(epoch FROM end_date - drive.start_date) / 60),
       speed_max, power_max, power_min, outside_temp_avg, inside_temp_avg,
       start_ideal_range_km, end_ideal_range_km, start_rated_range_km, end_rated_range_km,
       start_position_id, end_position_id, start_fence.id, end_fence.id, 400, 400
FROM route
JOIN (
    SELECT drive_id, min(date) AS start_date, max(date) AS end_date, min(odometer) AS start_km, max(odometer) AS end_km,
           max(speed) AS speed_max, max(power) AS power_max, min(power) AS power_min,
           avg(outside_temp) AS outside_temp_avg, avg(inside_temp) AS inside_temp_avg,
           max(ideal_battery_range_km) AS start_ideal_range_km, min(ideal_battery_range_km) AS end_ideal_range_km,
           max(rated_battery_range_km) AS start_rated_range_km, min(rated_battery_range_km) AS end_rated_range_km,
           min(id) AS start_position_id, max(id) AS end_position_id
    FROM positions
    GROUP BY drive_id
) AS drive USING (drive_id)
LEFT JOIN geofences AS start_fence ON start_fence.id = origin + 1
LEFT JOIN geofences AS end_fence ON end_fence.id = destination + 1
ORDER BY drive_id;

-- Half of the charges are at home or work (one or three phases), the others fast (no phases).
CREATE TEMP TABLE plug AS
SELECT n AS charging_process_id, car_id, end_position_id, end_geofence_id,
       end_date + interval '2 minutes' AS start_date,
       end_ideal_range_km AS ideal_range_km, end_rated_range_km AS rated_range_km,
       40 + n * 7 % 20 AS battery_level,
       CASE n % 4 WHEN 0 THEN 1 WHEN 1 THEN 3 END AS phases,
       CASE n % 4 WHEN 2 THEN 'Tesla' WHEN 3 THEN 'CCS' ELSE '<invalid>' END AS fast_charger_type,
       CASE n % 4 WHEN 0 THEN 7 WHEN 1 THEN 11 WHEN 2 THEN 90 ELSE 48 END AS power,
       CASE n % 4 WHEN 0 THEN 32 WHEN 1 THEN 16 ELSE 0 END AS amperes,
       (15 + n * 29 % 31 + 0.01 * (n * 17 % 100))::numeric(8,2) AS energy_added
FROM generate_series(1, :drives / 4) AS n
JOIN drives ON drives.id = n * 4;

INSERT INTO charges (
    id, date, charging_process_id, battery_level, usable_battery_level, charge_energy_added, charger_power,
    charger_phases, charger_actual_current, charger_pilot_current, charger_voltage,
    fast_charger_present, fast_charger_brand, fast_charger_type, conn_charge_cable,
    ideal_battery_range_km, rated_battery_range_km, outside_temp,
    battery_heater, battery_heater_on, battery_heater_no_power, not_enough_power_to_heat)
SELECT row_number() OVER (ORDER BY date, charging_process_id), date, charging_process_id,
       battery_level + 35 * part, battery_level + 35 * part, energy_added * part::numeric, power,
       phases, amperes, amperes, CASE WHEN phases IS NULL THEN 2 ELSE 228 + step % 5 END,
       phases IS NULL, CASE WHEN phases IS NULL THEN fast_charger_type ELSE '<invalid>' END, fast_charger_type,
       CASE WHEN phases IS NULL THEN '<invalid>' ELSE 'IEC' END,
       ideal_range_km + energy_added * part::numeric / 0.125, rated_range_km + energy_added * part::numeric / 0.153,
       8 + 0.1 * (step % 40), false, false, false, false
FROM (
    SELECT plug.*, step, step / (:charges_per_process - 1.0::float8) AS part,
           start_date + step * CASE WHEN phases IS NULL THEN interval '5 seconds' ELSE interval '30 seconds' END
               + (step * 41 + charging_process_id * 7) % 900 * interval '1 millisecond' AS date
    FROM plug, generate_series(0, :charges_per_process - 1) AS step
) AS sample
ORDER BY date, charging_process_id;

INSERT INTO charging_processes (
    id, car_id, position_id, geofence_id, start_date, end_date, duration_min, charge_energy_added, charge_energy_used,
    start_ideal_range_km, end_ideal_range_km, start_rated_range_km, end_rated_range_km,
    start_battery_level, end_battery_level, outside_temp_avg, cost)
SELECT charging_process_id, car_id, end_position_id, end_geofence_id, charge.start_date, end_date,
       extract(epoch FROM end_date - charge.start_date) / 60, energy_added, energy_added * 1.08,
       start_ideal_range_km, end_ideal_range_km, start_rated_range_km, end_rated_range_km,
       start_battery_level, end_battery_level, outside_temp_avg, energy_added * 0.3
FROM plug
JOIN (
    SELECT charging_process_id, min(date) AS start_date, max(date) AS end_date,
           min(ideal_battery_range_km) AS start_ideal_range_km, max(ideal_battery_range_km) AS end_ideal_range_km,
           min(rated_battery_range_km) AS start_rated_range_km, max(rated_battery_range_km) AS end_rated_range_km,
           min(battery_level) AS start_battery_level, max(battery_level) AS end_battery_level,
           avg(outside_temp) AS outside_temp_avg
    FROM charges
    GROUP BY charging_process_id
) AS charge USING (charging_process_id)
ORDER BY charging_process_id;

SELECT definition FROM later_index \gexec

SELECT setval('car_settings_id_seq', 3), setval('cars_id_seq', 3), setval('geofences_id_seq', :fenced_places),
       setval('trips_id_seq', :drives), setval('charging_processes_id_seq', :drives / 4),
       setval('positions_id_seq', (SELECT max(id) FROM positions)), setval('charges_id_seq', (SELECT max(id) FROM charges)) \g /dev/null

RESET session_replication_role;
VACUUM (ANALYZE);
