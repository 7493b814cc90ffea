-- pgbench: makes a charging process what it was before it was completed for the first time.
\set turn :turn + 1
\set process permute(:turn, :processes) + 1
UPDATE charging_processes
SET end_date = NULL, duration_min = NULL, charge_energy_added = NULL, charge_energy_used = NULL, cost = NULL,
    start_ideal_range_km = NULL, end_ideal_range_km = NULL, start_rated_range_km = NULL, end_rated_range_km = NULL,
    start_battery_level = NULL, end_battery_level = NULL, outside_temp_avg = NULL
WHERE id = :process;
