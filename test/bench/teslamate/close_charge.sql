-- pgbench: completes a charging process with the statements that TeslaMate runs for it, each in a transaction of
-- its own. What TeslaMate computes between them is folded into the next statement where pgbench cannot compute it.
-- Left out, in TeslaMate's favour: fetching the process and its position, and what it does about rows that
-- generate.sql does not make (no charges, less energy at the end than at the start).
\set turn :turn + 1
\set process permute(:turn, :processes) + 1

SELECT first_value(date) OVER whole AS start_date,
       last_value(date) OVER whole AS end_date,
       (extract(epoch FROM last_value(date) OVER whole - first_value(date) OVER whole) / 60)::integer AS duration_min,
       coalesce(nullif(last_value(charge_energy_added) OVER whole, 0), max(charge_energy_added) OVER whole)
           - first_value(charge_energy_added) OVER whole AS energy_added,
       first_value(ideal_battery_range_km) OVER whole AS start_ideal_range_km,
       last_value(ideal_battery_range_km) OVER whole AS end_ideal_range_km,
       first_value(rated_battery_range_km) OVER whole AS start_rated_range_km,
       last_value(rated_battery_range_km) OVER whole AS end_rated_range_km,
       first_value(battery_level) OVER whole AS start_battery_level,
       last_value(battery_level) OVER whole AS end_battery_level,
       avg(outside_temp) OVER whole AS outside_temp_avg
FROM charges
WHERE charging_process_id = :process
WINDOW whole AS (ORDER BY date RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
LIMIT 1 \gset

-- An empty string: NULL, the phases are not known.
SELECT CASE
           WHEN NOT (p > 0 AND n > 15) THEN NULL
           WHEN r = floor(p + 0.5) THEN r::float8
           WHEN r = 3 AND abs(p / sqrt(3::float8) - 1) <= 0.1 THEN sqrt(3::float8)
           WHEN floor(p + 0.5) > 0 AND abs(floor(p + 0.5) - p) <= 0.3 THEN floor(p + 0.5)
       END AS phases
FROM (
    SELECT avg(charger_power * 1000.0::float8 / nullif(charger_actual_current::bigint * charger_voltage, 0)) AS p,
           avg(charger_phases)::bigint AS r,
           count(*) AS n
    FROM charges
    WHERE charging_process_id = :process
) AS averages \gset

SELECT sum(energy)::numeric AS energy_used
FROM (
    SELECT CASE
               WHEN charger_phases IS NULL THEN charger_power
               ELSE coalesce(nullif(:phases, '')::float8 * charger_actual_current * charger_voltage / 1000, charger_power)
           END * extract(epoch FROM date - lag(date) OVER (ORDER BY date))::float8 / 3600 AS energy
    FROM charges
    WHERE charging_process_id = :process
    ORDER BY date
) AS steps
WHERE energy >= 0 \gset

SELECT mode() WITHIN GROUP (ORDER BY fast_charger_type) AS charger_type
FROM charges
WHERE charging_process_id = :process AND charger_power > 0 \gset

SELECT cars.id AS car, coalesce(cars.efficiency, 0) AS efficiency,
       CASE
           WHEN starts_with(:charger_type, 'Tesla') AND free_supercharging THEN 0
           WHEN billing_type = 'per_kwh' AND coalesce(cost_per_unit, session_fee) IS NOT NULL
               THEN greatest(:energy_added::numeric, :energy_used::numeric) * coalesce(cost_per_unit, 0) + coalesce(session_fee, 0)
           WHEN billing_type = 'per_minute' THEN :duration_min * cost_per_unit + coalesce(session_fee, 0)
       END AS cost
FROM charging_processes AS process
JOIN cars ON cars.id = process.car_id
JOIN car_settings ON car_settings.id = cars.settings_id
LEFT JOIN geofences ON geofences.id = process.geofence_id
WHERE process.id = :process \gset

UPDATE charging_processes
SET start_date = :start_date, end_date = :end_date, duration_min = :duration_min, charge_energy_added = :energy_added,
    charge_energy_used = :energy_used, cost = nullif(:cost, '')::numeric,
    start_ideal_range_km = :start_ideal_range_km, end_ideal_range_km = :end_ideal_range_km,
    start_rated_range_km = :start_rated_range_km, end_rated_range_km = :end_rated_range_km,
    start_battery_level = :start_battery_level, end_battery_level = :end_battery_level,
    outside_temp_avg = :outside_temp_avg
WHERE id = :process;

-- The car's efficiency: the first precision at which enough charges agree. The settings prefer the rated range.
SELECT preferred_range FROM settings \gset

\set agreeing 0
\set factor 0
SELECT count(*) AS agreeing,
       round((charge_energy_added / nullif(end_rated_range_km - start_rated_range_km, 0))::numeric, 5)::float8 AS factor
FROM charging_processes
WHERE car_id = :car AND duration_min > 10 AND end_battery_level <= 95 AND charge_energy_added > 0
  AND start_rated_range_km IS NOT NULL AND end_rated_range_km IS NOT NULL
GROUP BY 2
ORDER BY 1 DESC
LIMIT 1 \aset
\set agreed :agreeing >= 8 and :factor > 0
\if not :agreed

SELECT count(*) AS agreeing,
       round((charge_energy_added / nullif(end_rated_range_km - start_rated_range_km, 0))::numeric, 4)::float8 AS factor
FROM charging_processes
WHERE car_id = :car AND duration_min > 10 AND end_battery_level <= 95 AND charge_energy_added > 0
  AND start_rated_range_km IS NOT NULL AND end_rated_range_km IS NOT NULL
GROUP BY 2
ORDER BY 1 DESC
LIMIT 1 \aset
\set agreed :agreeing >= 5 and :factor > 0
\if not :agreed

SELECT count(*) AS agreeing,
       round((charge_energy_added / nullif(end_rated_range_km - start_rated_range_km, 0))::numeric, 3)::float8 AS factor
FROM charging_processes
WHERE car_id = :car AND duration_min > 10 AND end_battery_level <= 95 AND charge_energy_added > 0
  AND start_rated_range_km IS NOT NULL AND end_rated_range_km IS NOT NULL
GROUP BY 2
ORDER BY 1 DESC
LIMIT 1 \aset
\set agreed :agreeing >= 3 and :factor > 0
\if not :agreed

SELECT count(*) AS agreeing,
       round((charge_energy_added / nullif(end_rated_range_km - start_rated_range_km, 0))::numeric, 2)::float8 AS factor
FROM charging_processes
WHERE car_id = :car AND duration_min > 10 AND end_battery_level <= 95 AND charge_energy_added > 0
  AND start_rated_range_km IS NOT NULL AND end_rated_range_km IS NOT NULL
GROUP BY 2
ORDER BY 1 DESC
LIMIT 1 \aset
\set agreed :agreeing >= 2 and :factor > 0

\endif
\endif
\endif

\if :agreed and :factor != :efficiency
UPDATE cars SET efficiency = :factor, updated_at = date_trunc('second', now() AT TIME ZONE 'UTC') WHERE id = :car;
\endif
