-- Drives between a few places, as a GPS sees them, into the empty tables of test/fixtures/teslamate/schema.sql:
--   psql --set drives=10000 --set places=40 --file commuter.sql teslamate
-- The places lie anywhere, so some are near the border between two addresses. Each end of a drive is one of them, with
-- noise of :sigma_m metres to the north and to the east, normally distributed, and rounded as TeslaMate rounds.
\set ON_ERROR_STOP on
\set sigma_m 3
\set metres_per_degree 111195

SELECT setseed(0.42) \g /dev/null

INSERT INTO car_settings (id) VALUES (1);
INSERT INTO cars (id, eid, vid, vin, settings_id, inserted_at, updated_at)
VALUES (1, 1, 1, '5YJ3E1EA1KF000001', 1, '2021-01-01', '2021-01-01');

CREATE TEMP TABLE place AS
SELECT n AS place_id, 52.4 + 0.2 * random() AS latitude, 13.2 + 0.3 * random() AS longitude
FROM generate_series(0, :places - 1) AS n;

-- Normal noise by Box and Muller. Position 2n - 1 is the start of drive n, and 2n its end.
INSERT INTO positions (id, date, latitude, longitude, car_id)
SELECT fix.id, timestamp '2021-01-01' + fix.id * interval '30 minutes',
       place.latitude + :sigma_m * radius * cos(angle) / :metres_per_degree,
       place.longitude + :sigma_m * radius * sin(angle) / :metres_per_degree / cos(radians(place.latitude)), 1
FROM (
    SELECT n AS id, floor(:places * random())::integer AS place_id, sqrt(-2 * ln(1 - random())) AS radius,
           2 * pi() * random() AS angle
    FROM generate_series(1, 2 * :drives) AS n
) AS fix
JOIN place USING (place_id)
ORDER BY fix.id;

INSERT INTO drives (id, car_id, start_date, end_date, start_position_id, end_position_id)
SELECT n, 1, s.date, e.date, s.id, e.id
FROM generate_series(1, :drives) AS n
JOIN positions AS s ON s.id = 2 * n - 1
JOIN positions AS e ON e.id = 2 * n
ORDER BY n;

VACUUM (ANALYZE);
