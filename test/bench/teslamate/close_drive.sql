-- pgbench: closes a drive with the statements that TeslaMate runs for it, each in a transaction of its own.
-- Left out, in TeslaMate's favour: fetching the drive, the geocoder, and the decision to delete (no drive of
-- generate.sql is too short).
\set turn :turn + 1
\set drive permute(:turn, :drives) + 1

SELECT count(*) OVER whole AS position_count,
       first_value(p.date) OVER whole AS start_date,
       last_value(p.date) OVER whole AS end_date,
       first_value(p.odometer) OVER whole AS start_km,
       last_value(p.odometer) OVER whole AS end_km,
       last_value(p.odometer) OVER whole - first_value(p.odometer) OVER whole AS distance,
       round(extract(epoch FROM last_value(p.date) OVER whole - first_value(p.date) OVER whole) / 60)::integer AS duration_min,
       avg(p.outside_temp) OVER whole AS outside_temp_avg,
       avg(p.inside_temp) OVER whole AS inside_temp_avg,
       max(p.speed) OVER whole AS speed_max,
       max(p.power) OVER whole AS power_max,
       min(p.power) OVER whole AS power_min,
       first_value(p.id) OVER whole AS start_position,
       last_value(p.id) OVER whole AS end_position,
       polled.start_ideal_range_km, polled.end_ideal_range_km,
       polled.start_rated_range_km, polled.end_rated_range_km,
       climb.ascent, climb.descent
FROM positions AS p
LEFT JOIN (
    SELECT first_value(ideal_battery_range_km) OVER whole AS start_ideal_range_km,
           last_value(ideal_battery_range_km) OVER whole AS end_ideal_range_km,
           first_value(rated_battery_range_km) OVER whole AS start_rated_range_km,
           last_value(rated_battery_range_km) OVER whole AS end_rated_range_km
    FROM positions
    WHERE drive_id = :drive AND ideal_battery_range_km IS NOT NULL AND odometer IS NOT NULL
    WINDOW whole AS (ORDER BY date RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
    LIMIT 1
) AS polled ON true
LEFT JOIN (
    SELECT CASE WHEN sum(step) FILTER (WHERE step > 0) > 32767 THEN 0
                ELSE coalesce(sum(step) FILTER (WHERE step > 0), 0) END AS ascent,
           CASE WHEN -sum(step) FILTER (WHERE step < 0) > 32767 THEN 0
                ELSE coalesce(-sum(step) FILTER (WHERE step < 0), 0) END AS descent
    FROM (
        SELECT elevation - lag(elevation) OVER (ORDER BY date) AS step
        FROM positions
        WHERE drive_id = :drive AND elevation IS NOT NULL
    ) AS steps
) AS climb ON true
WHERE p.drive_id = :drive
WINDOW whole AS (ORDER BY p.date RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
LIMIT 1 \gset

SELECT latitude AS start_latitude, longitude AS start_longitude FROM positions WHERE id = :start_position \gset
SELECT latitude AS end_latitude, longitude AS end_longitude FROM positions WHERE id = :end_position \gset

-- 0: no geofence there, and the drive keeps the one it has.
\set start_geofence 0
SELECT id AS start_geofence
FROM geofences
WHERE earth_box(ll_to_earth(latitude, longitude), radius) @> ll_to_earth(:start_latitude, :start_longitude)
  AND earth_distance(ll_to_earth(latitude, longitude), ll_to_earth(:start_latitude, :start_longitude)) < radius
ORDER BY earth_distance(ll_to_earth(latitude, longitude), ll_to_earth(:start_latitude, :start_longitude))
LIMIT 1 \aset

\set end_geofence 0
SELECT id AS end_geofence
FROM geofences
WHERE earth_box(ll_to_earth(latitude, longitude), radius) @> ll_to_earth(:end_latitude, :end_longitude)
  AND earth_distance(ll_to_earth(latitude, longitude), ll_to_earth(:end_latitude, :end_longitude)) < radius
ORDER BY earth_distance(ll_to_earth(latitude, longitude), ll_to_earth(:end_latitude, :end_longitude))
LIMIT 1 \aset

UPDATE drives
SET start_date = :start_date, end_date = :end_date, start_km = :start_km, end_km = :end_km, distance = :distance,
    duration_min = :duration_min, outside_temp_avg = :outside_temp_avg, inside_temp_avg = :inside_temp_avg,
    speed_max = :speed_max, power_max = :power_max, power_min = :power_min,
    start_ideal_range_km = :start_ideal_range_km, end_ideal_range_km = :end_ideal_range_km,
    start_rated_range_km = :start_rated_range_km, end_rated_range_km = :end_rated_range_km,
    start_position_id = :start_position, end_position_id = :end_position,
    start_geofence_id = coalesce(nullif(:start_geofence, 0), start_geofence_id),
    end_geofence_id = coalesce(nullif(:end_geofence, 0), end_geofence_id),
    ascent = :ascent, descent = :descent
WHERE id = :drive;
