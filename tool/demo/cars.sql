-- Three cars beside those of the parity data, with what people find in their databases: drives and charges that never
-- got an end, and one drive that is going on right now. Dates are relative to the moment of loading, in UTC.

SET timezone = 'UTC';
SET search_path = public;

INSERT INTO car_settings (id) VALUES (4), (5), (6);
INSERT INTO cars (id, eid, vid, vin, name, model, settings_id, efficiency, inserted_at, updated_at)
SELECT c.id, 4000 + c.id, 5000 + c.id, 'PITSTOPDEMO00000' || c.id, c.name, c.model, c.id, 0.152, now(), now()
  FROM (VALUES (4, 'Bluebird', '3'), (5, 'Pebble', 'Y'), (6, 'Thunder', 'S')) AS c (id, name, model);

INSERT INTO geofences (id, name, latitude, longitude, radius, cost_per_unit, billing_type, inserted_at, updated_at)
VALUES (101, 'Garage', 59.329300, 18.068600, 80, 0.2900, 'per_kwh', now(), now()),
       (102, 'Office', 59.358700, 17.970100, 120, NULL, 'per_kwh', now(), now());

-- 9994 has ended properly; the others have not. 9996 has one position, 9997 none: TeslaMate deletes such drives.
CREATE TEMP TABLE plan AS
SELECT p.id, p.car_id, p.minutes, p.km, p.odometer, date_trunc('day', now()::timestamp) - p.days + p.at AS began
  FROM (VALUES ( 9994, 4, interval '12 days', time '08:10', 26, 21.4, 48210.3),
               ( 9995, 5, interval '9 days',  time '17:31', 18, 12.3, 12088.0),
               ( 9996, 4, interval '6 days',  time '07:55',  0,  0.0, 48301.7),
               ( 9997, 6, interval '5 days',  time '19:02', -1,  0.0, 91530.2),
               ( 9998, 5, interval '4 days',  time '06:40', 52, 61.8, 12141.9),
               ( 9999, 4, interval '3 days',  time '08:12', 34, 41.7, 48302.5)) AS p (id, car_id, days, at, minutes, km, odometer)
UNION ALL
SELECT 10000, 6, 12, 9.6, 91544.0, now()::timestamp - interval '12 minutes';

INSERT INTO drives (id, car_id, start_date)
SELECT id, car_id, began FROM plan;

-- A position every 5 seconds, from the garage to the office; every 8th polled, the others streamed.
INSERT INTO positions (car_id, drive_id, date, latitude, longitude, speed, power, odometer, battery_level, elevation,
                       ideal_battery_range_km, rated_battery_range_km, outside_temp, inside_temp)
SELECT p.car_id, p.id, p.began + i * interval '5 seconds',
       59.329300 + 0.0294 * way.done, 18.068600 - 0.0985 * way.done,
       (60 + 45 * sin(i / 9.0)) * (way.done > 0 AND way.done < 1)::integer, 18 + 30 * sin(i / 7.0),
       p.odometer + round(p.km * way.done::numeric, 2), 82 - p.km * way.done / 4, 24 + 15 * sin(i / 25.0),
       CASE WHEN polled THEN 402 - p.km * way.done * 1.15 END, CASE WHEN polled THEN 371 - p.km * way.done * 1.1 END,
       CASE WHEN polled THEN 11.5 END, CASE WHEN polled THEN 20.5 END
  FROM plan AS p
 CROSS JOIN LATERAL generate_series(0, p.minutes * 12) AS i
 CROSS JOIN LATERAL (SELECT i / greatest(p.minutes * 12.0, 1)) AS way (done)
 CROSS JOIN LATERAL (SELECT i % 8 = 0) AS sample (polled);

UPDATE drives AS d
   SET end_date = p.last_date, duration_min = 26, distance = 21.4, start_km = 48210.3, end_km = 48231.7,
       start_position_id = p.first_id, end_position_id = p.last_id, start_geofence_id = 101, end_geofence_id = 102
  FROM (SELECT max(date) AS last_date, min(id) AS first_id, max(id) AS last_id FROM positions WHERE drive_id = 9994) AS p
 WHERE d.id = 9994;

-- Charges: a night at the garage, a stop at a fast charger, and one that was begun and never seen again.
CREATE TEMP TABLE charge_plan AS
SELECT p.id, p.car_id, p.minutes, p.power, p.phases, p.kwh, p.geofence_id,
       date_trunc('day', now()::timestamp) - p.days + p.at AS began
  FROM (VALUES (5001, 4, interval '3 days',  time '22:05', 220, 11, 3,    38.6, 101),
               (5002, 5, interval '8 days',  time '12:47',  24, 96, NULL, 36.1, NULL),
               (5003, 6, interval '20 days', time '09:30',  -1,  0, NULL,  0.0, NULL)) AS p (id, car_id, days, at, minutes, power, phases, kwh, geofence_id);

WITH parked AS (
    INSERT INTO positions (car_id, date, latitude, longitude)
    SELECT car_id, began, 59.329300, 18.068600 FROM charge_plan
    RETURNING id, car_id
)
INSERT INTO charging_processes (id, car_id, start_date, position_id, geofence_id)
SELECT p.id, p.car_id, p.began, parked.id, p.geofence_id
  FROM charge_plan AS p
  JOIN parked USING (car_id);

INSERT INTO charges (charging_process_id, date, battery_level, charge_energy_added, charger_power, charger_phases,
                     charger_actual_current, charger_voltage, fast_charger_type, ideal_battery_range_km,
                     rated_battery_range_km, outside_temp)
SELECT p.id, p.began + i * interval '1 minute', 31 + 47 * i / p.minutes, p.kwh * i / p.minutes, p.power, p.phases,
       CASE WHEN p.phases IS NULL THEN 0 ELSE 16 END, CASE WHEN p.phases IS NULL THEN 390 ELSE 230 END,
       CASE WHEN p.phases IS NULL THEN 'CCS' ELSE '<invalid>' END, 150 + p.kwh * 6.1 * i / p.minutes,
       138 + p.kwh * 5.6 * i / p.minutes, 9.5
  FROM charge_plan AS p
 CROSS JOIN LATERAL generate_series(0, p.minutes) AS i;

SELECT setval('car_settings_id_seq', 6), setval('cars_id_seq', 6), setval('geofences_id_seq', 102),
       setval('trips_id_seq', 10000), setval('charging_processes_id_seq', 5003) \gset loaded_
