-- The main job, shown: each query as it is run, then what it returns. To be read from standard input, so that errors
-- carry no file name. psql variables: line (psql's linestyle), bold and plain (what sets a heading off).
\pset linestyle :line
\pset border 2
\pset footer off
\pset null ''
\pset format wrapped
\pset columns 98
SET timezone = 'UTC';
SET lc_messages = 'C';

\echo
\echo :bold'1. What has no end?':plain
\echo
\set ECHO queries
SELECT c.name AS car, i.kind, count(*) AS open, min(i.last_seen)::date AS oldest
  FROM pitstop.incomplete() AS i JOIN cars AS c ON c.id = i.car_id
 GROUP BY c.name, i.kind ORDER BY c.name, i.kind;
SELECT c.name AS car, i.kind, i.id, i.start_date::timestamp(0), i.last_seen::timestamp(0),
       i.rows, i.in_progress
  FROM pitstop.incomplete() AS i JOIN cars AS c ON c.id = i.car_id
 WHERE c.name IN ('Bluebird', 'Pebble', 'Thunder');
\set ECHO none

\echo :bold'2. Close a drive':plain
\echo
\echo 'Before:'
SELECT d.id, d.start_date::timestamp(0), d.end_date::timestamp(0), d.distance AS km,
       d.duration_min AS minutes, d.speed_max AS "max km/h"
  FROM drives AS d
 WHERE d.id = 9999;
\set ECHO queries
SELECT drive_id, outcome, end_date::timestamp(0), round(distance::numeric, 1) AS km,
       duration_min AS minutes, event_id
  FROM pitstop.close_drive(9999);
\set ECHO none
\echo 'After, with all that TeslaMate derives from the positions:'
SELECT d.id, d.end_date::timestamp(0), round(d.distance::numeric, 1) AS km, d.duration_min AS minutes,
       d.speed_max AS "max km/h", d.ascent AS "up m", d.descent AS "down m", s.name AS "from", e.name AS "to"
  FROM drives AS d
  LEFT JOIN geofences AS s ON s.id = d.start_geofence_id
  LEFT JOIN geofences AS e ON e.id = d.end_geofence_id
 WHERE d.id = 9999;

\echo :bold'3. Close a charge':plain
\echo
\set ECHO queries
SELECT charging_process_id AS id, outcome, end_date::timestamp(0), duration_min AS minutes,
       charge_energy_added AS "kWh added", charge_energy_used AS "kWh used", cost, event_id
  FROM pitstop.close_charge(5001);
\set ECHO none

\echo :bold'4. Close everything else that is stale':plain
\echo
\set ECHO queries
CREATE TEMP TABLE stale AS SELECT * FROM pitstop.close_stale(older_than => '6 hours');
SELECT kind, outcome, count(*) FROM stale GROUP BY kind, outcome ORDER BY kind, outcome;
SELECT s.kind, s.id, s.outcome, s.reason, s.event_id
  FROM stale AS s JOIN cars AS c ON c.id = s.car_id
 WHERE c.name IN ('Bluebird', 'Pebble', 'Thunder');
SELECT kind, id, reason FROM stale WHERE outcome = 'failed';
\set ECHO none

\echo :bold'5. Look up the addresses that are missing':plain
\echo
\echo 'A worker in the server does it, from a geocoder: here from a stand-in on this machine.'
\echo
\set ECHO queries
ALTER DATABASE teslamate SET pitstop.repair = on;
SELECT name, value, message FROM pitstop.address_repair()
 WHERE name IN ('geocoder', 'run') OR name LIKE '%without an address';
SELECT * FROM pitstop.repair_addresses();
\set ECHO none
DO $wait$
BEGIN
    FOR turn IN 1 .. 1200 LOOP
        EXIT WHEN (SELECT bool_and(CASE name WHEN 'runs' THEN value <> '0' ELSE value = 'resting' END)
                     FROM pitstop.address_repair() WHERE name IN ('runs', 'run'));
        PERFORM pg_sleep(0.05);
    END LOOP;
END
$wait$;
\echo 'A moment later:'
\set ECHO queries
SELECT name, value, message FROM pitstop.address_repair()
 WHERE name IN ('runs', 'requests', 'found') OR name LIKE '%without an address';
SELECT d.id, s.road AS "from", s.city AS "in", e.road AS "to", e.city AS "in"
  FROM drives AS d
  JOIN cars AS c ON c.id = d.car_id
  JOIN addresses AS s ON s.id = d.start_address_id
  JOIN addresses AS e ON e.id = d.end_address_id
 WHERE c.name = 'Bluebird' ORDER BY d.id;
\set ECHO none

\echo :bold'6. Delete a drive, and undo it':plain
\echo
\echo 'Before:'
SELECT count(*) AS drives, (SELECT count(*) FROM positions WHERE drive_id = 9998) AS "its positions"
  FROM drives WHERE id = 9998;
\set ECHO queries
SELECT * FROM pitstop.delete_drive(9998, positions => 'delete');
\set ECHO none
SELECT max(event_id) AS deletion FROM pitstop.event \gset
\echo 'Gone:'
SELECT count(*) AS drives, (SELECT count(*) FROM positions WHERE drive_id = 9998) AS "its positions"
  FROM drives WHERE id = 9998;
\echo SELECT * FROM pitstop.undo(:deletion);
SELECT * FROM pitstop.undo(:deletion);
\echo 'Back again:'
SELECT count(*) AS drives, (SELECT count(*) FROM positions WHERE drive_id = 9998) AS "its positions"
  FROM drives WHERE id = 9998;
\echo 'An event is undone once. Errors say what is wrong, and what to do about it:'
\echo
\echo SELECT * FROM pitstop.undo(:deletion);
\set ON_ERROR_STOP 0
SELECT * FROM pitstop.undo(:deletion);
\set ON_ERROR_STOP 1

\echo
\echo :bold'7. What is still open, and what was done':plain
\echo
\set ECHO queries
SELECT c.name AS car, i.kind, i.id, i.last_seen::timestamp(0), i.rows, i.in_progress
  FROM pitstop.incomplete() AS i JOIN cars AS c ON c.id = i.car_id;
SELECT event_id AS event, at::time(0), action, arguments, undone_at IS NOT NULL AS undone
  FROM pitstop.event ORDER BY event_id DESC LIMIT 4;
\set ECHO none

\echo :bold'8. Versions':plain
\echo
\set ECHO queries
SELECT name, found, required, status FROM pitstop.check_postgres()
UNION ALL
SELECT name, found, required, status FROM pitstop.check_teslamate();
\set ECHO none
