-- The geofences that close_drive finds are those that cube and earthdistance find, asked as TeslaMate asks them.
-- database: teslamate_parity
BEGIN;
SELECT plan(6);

DELETE FROM public.charging_processes;
DELETE FROM public.drives;
DELETE FROM public.positions;

-- More places where the formulas bend: the pole, the date line seen from the west, a whole region, and nothing at all.
INSERT INTO public.geofences (id, name, latitude, longitude, radius, inserted_at, updated_at)
VALUES (21, 'Pole', 89.999, 10, 2000, '2025-01-01', '2025-01-01'),
       (22, 'West of the date line', -16.5, -179.9999, 700, '2025-01-01', '2025-01-01'),
       (23, 'Region', 46.3, 6.2, 32767, '2025-01-01', '2025-01-01'),
       (24, 'No extent', 10, 10, 0, '2025-01-01', '2025-01-01'),
       (25, 'Gulf of Guinea', 0, 0, 5, '2025-01-01', '2025-01-01'),
       (26, 'Less than nothing', 11, 11, -5, '2025-01-01', '2025-01-01');

-- Around each of them, in eight directions and at distances on both sides of its radius; and its centre.
CREATE TEMP TABLE place AS
SELECT row_number() OVER (ORDER BY g.id, share, direction)::integer AS id,
       greatest(least(round((g.latitude + north / 111319.9)::numeric, 6), 90), -90) AS latitude,
       round((mod((g.longitude + east / (111319.9 * greatest(cos(radians(g.latitude)), 0.001)) + 540)::numeric, 360) - 180)::numeric, 6)
           AS longitude
  FROM public.geofences AS g
 CROSS JOIN unnest('{0.5, 0.9, 0.995, 0.999, 0.9999, 1, 1.0001, 1.001, 1.005, 1.1, 1.4}'::double precision[]) AS share
 CROSS JOIN generate_series(0, 315, 45) AS direction
 CROSS JOIN LATERAL (SELECT g.radius * share * cos(radians(direction)) AS north,
                            g.radius * share * sin(radians(direction)) AS east) AS step;
INSERT INTO place SELECT last.id + row_number() OVER (ORDER BY g.id), g.latitude, g.longitude
                    FROM public.geofences AS g CROSS JOIN LATERAL (SELECT max(id) AS id FROM place) AS last;

SELECT cmp_ok((SELECT count(*) FROM place), '>', 1500::bigint, 'enough places are looked at');

-- A drive from each place to the next.
INSERT INTO public.drives (id, start_date, car_id) SELECT id, '2025-01-01', 1 FROM place;
INSERT INTO public.positions (date, latitude, longitude, car_id, drive_id, odometer, ideal_battery_range_km)
SELECT timestamp '2025-01-01' + end_of.minutes * interval '1 minute', p.latitude, p.longitude, 1, d.id, end_of.minutes, 300
  FROM public.drives AS d
 CROSS JOIN (VALUES (0), (10)) AS end_of (minutes)
  JOIN place AS p ON p.id = CASE end_of.minutes WHEN 0 THEN d.id ELSE d.id % (SELECT max(id) FROM place) + 1 END
 ORDER BY d.id, end_of.minutes;

SELECT is((SELECT count(*) FROM place AS p CROSS JOIN LATERAL pitstop.close_drive(p.id) AS c WHERE c.outcome = 'closed'),
          (SELECT count(*) FROM place), 'all drives are closed');

CREATE TEMP TABLE found AS
SELECT d.id, 'start' AS "end", d.start_position_id AS position_id, d.start_geofence_id AS geofence_id FROM public.drives AS d
 UNION ALL
SELECT d.id, 'end', d.end_position_id, d.end_geofence_id FROM public.drives AS d;

-- As TeslaMate asks. Where two are equally near, it takes any.
CREATE TEMP TABLE nearest AS
SELECT f.id, f."end", array_agg(g.id) FILTER (WHERE g.distance = g.shortest) AS geofence_ids, count(*) > 1 AS several
  FROM found AS f
  JOIN public.positions AS p ON p.id = f.position_id
 CROSS JOIN LATERAL (
           SELECT g.id, d.distance, min(d.distance) OVER () AS shortest
             FROM public.geofences AS g
            CROSS JOIN LATERAL (SELECT earth_distance(ll_to_earth(g.latitude, g.longitude),
                                                      ll_to_earth(p.latitude, p.longitude)) AS distance) AS d
            WHERE earth_box(ll_to_earth(g.latitude, g.longitude), g.radius) @> ll_to_earth(p.latitude, p.longitude)
              AND d.distance < g.radius
       ) AS g
 GROUP BY f.id, f."end";

SELECT is_empty(
    $$ SELECT f.id, f."end", f.geofence_id AS found, n.geofence_ids AS expected, p.latitude, p.longitude
         FROM found AS f
         JOIN public.positions AS p ON p.id = f.position_id
         LEFT JOIN nearest AS n ON n.id = f.id AND n."end" = f."end"
        WHERE CASE WHEN f.geofence_id IS NULL THEN n.geofence_ids IS NOT NULL
                   ELSE (f.geofence_id = ANY (n.geofence_ids)) IS NOT TRUE END $$,
    'every start and end is in the geofence that earthdistance gives');

SELECT cmp_ok((SELECT count(*) FROM found WHERE geofence_id IS NULL), '>', 500::bigint, 'many places are in none');
SELECT cmp_ok((SELECT count(*) FROM nearest WHERE several), '>', 100::bigint, 'many are in several');
SELECT set_eq('SELECT DISTINCT geofence_id FROM found WHERE geofence_id IS NOT NULL',
              'SELECT id FROM public.geofences WHERE radius > 0',
              'every geofence that has an extent is found, those over the pole and the date line too');

SELECT * FROM finish();
ROLLBACK;
