-- pgbench: makes a drive what it was before it was closed for the first time.
\set turn :turn + 1
\set drive permute(:turn, :drives) + 1
UPDATE drives
SET end_date = NULL, start_km = NULL, end_km = NULL, distance = NULL, duration_min = NULL,
    outside_temp_avg = NULL, inside_temp_avg = NULL, speed_max = NULL, power_max = NULL, power_min = NULL,
    start_ideal_range_km = NULL, end_ideal_range_km = NULL, start_rated_range_km = NULL, end_rated_range_km = NULL,
    start_position_id = NULL, end_position_id = NULL, start_geofence_id = NULL, end_geofence_id = NULL,
    ascent = NULL, descent = NULL
WHERE id = :drive;
