-- Drives of which no two ends are near each other, into the empty tables of test/fixtures/teslamate/schema.sql:
--   psql --set drives=10000 --file distinct_places.sql teslamate
\set ON_ERROR_STOP on

INSERT INTO car_settings (id) VALUES (1);
INSERT INTO cars (id, eid, vid, vin, settings_id, inserted_at, updated_at)
VALUES (1, 1, 1, '5YJ3E1EA1KF000001', 1, '2021-01-01', '2021-01-01');

-- Position 2n - 1 is the start of drive n, and 2n its end. Each is 35 m further east than the one before, and anywhere in
-- a band of one degree, by the golden section: places on a grid would share their latitudes, as in no real history.
INSERT INTO positions (id, date, latitude, longitude, car_id)
SELECT n, timestamp '2021-01-01' + n * interval '30 minutes', 50 + n * 0.6180339887 % 1, 10 + n * 0.0005, 1
FROM generate_series(1, 2 * :drives) AS n;

INSERT INTO drives (id, car_id, start_date, end_date, start_position_id, end_position_id)
SELECT n, 1, s.date, e.date, s.id, e.id
FROM generate_series(1, :drives) AS n
JOIN positions AS s ON s.id = 2 * n - 1
JOIN positions AS e ON e.id = 2 * n
ORDER BY n;

VACUUM (ANALYZE);
