-- incomplete() lists the drives and charges without an end: when each was last seen, how many rows it has, and whether
-- it is still going on.
BEGIN;
SELECT plan(26);
\ir ../fixtures/sessions.sql

SELECT is_empty('SELECT * FROM pitstop.incomplete()', 'an empty database has nothing incomplete');

SELECT pg_temp.make_car(n) FROM generate_series(1, 9) AS n;

-- One drive and one charge without an end.
SAVEPOINT plain;
SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 5);
SELECT pg_temp.make_charge(2, 2, '2024-05-01 09:00', 3);
SELECT pg_temp.make_drive(3, 1, '2024-05-01 12:00', 5);
SELECT pg_temp.make_charge(4, 2, '2024-05-01 12:00', 3);
UPDATE drives SET end_date = '2024-05-01 12:04' WHERE id = 3;
UPDATE charging_processes SET end_date = '2024-05-01 12:02' WHERE id = 4;
SELECT results_eq(
    'SELECT * FROM pitstop.incomplete()',
    $$ VALUES ('charge', 2::bigint, 2::bigint, timestamp '2024-05-01 09:00', timestamp '2024-05-01 09:02', 3::bigint, false),
              ('drive',  1,         1,         '2024-05-01 10:00',           '2024-05-01 10:04',           5,         false) $$,
    'what has no end is listed, the oldest first; what has one is not');

SET LOCAL TimeZone = 'America/Los_Angeles';
SET LOCAL DateStyle = 'German';
SELECT results_eq(
    'SELECT id, last_seen FROM pitstop.incomplete()',
    $$ VALUES (2::bigint, timestamp '2024-05-01 09:02'), (1, '2024-05-01 10:04') $$,
    'the times are UTC whatever the session''s time zone');
ROLLBACK TO plain;

SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 0);
SELECT pg_temp.make_charge(2, 1, '2024-05-01 11:00', 0);
SELECT results_eq(
    'SELECT kind, last_seen, "rows" FROM pitstop.incomplete()',
    $$ VALUES ('drive', timestamp '2024-05-01 10:00', 0::bigint), ('charge', '2024-05-01 11:00', 0) $$,
    'without rows a session was last seen when it began');
ROLLBACK TO plain;

SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 0);
SELECT pg_temp.make_positions(1, 1, '2024-05-01 10:00', 4, 4);
SELECT pg_temp.make_positions(1, 1, '2024-05-01 10:00', 1, 3);
SELECT is(
    (SELECT last_seen FROM pitstop.incomplete()), '2024-05-01 10:03',
    'last seen is the newest date, not the row written last');
ROLLBACK TO plain;

SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 3);
UPDATE positions SET date = pg_temp.ago('-3 days') WHERE id = 1003;
SELECT pg_temp.make_charge(2, 2, '2024-05-01 10:00', 3);
UPDATE charges SET date = pg_temp.ago('-3 days') WHERE id = 2003;
SELECT is(
    (SELECT bool_and(last_seen >= pg_temp.ago('0') AND last_seen <= clock_timestamp() AT TIME ZONE 'UTC') FROM pitstop.incomplete()),
    true, 'rows dated in the future count as seen now');
SELECT is(
    (SELECT bool_and(in_progress) FROM pitstop.incomplete()), true,
    'the newest session of a car is in progress when its rows are dated in the future');
ROLLBACK TO plain;

SELECT pg_temp.make_drive(1, 1, pg_temp.ago('-3 days'), 0);
SELECT is(
    (SELECT last_seen <= clock_timestamp() AT TIME ZONE 'UTC' FROM pitstop.incomplete()), true,
    'without rows a start date in the future counts as now too');
ROLLBACK TO plain;

SELECT pg_temp.make_drive(1, 1, pg_temp.ago('40 minutes'), 12);
SELECT pg_temp.make_drive(2, 2, pg_temp.ago('40 minutes'), 8);
SELECT pg_temp.make_charge(3, 3, pg_temp.ago('40 minutes'), 12);
SELECT pg_temp.make_charge(4, 4, pg_temp.ago('40 minutes'), 8);
SELECT results_eq(
    'SELECT id, in_progress FROM pitstop.incomplete() ORDER BY id',
    'VALUES (1::bigint, true), (2, false), (3, true), (4, false)',
    'seen 29 minutes ago is in progress, seen 33 minutes ago is not');
ROLLBACK TO plain;

SELECT pg_temp.make_drive(1, 1, pg_temp.ago('5 minutes'), 0);
SELECT pg_temp.make_charge(2, 2, pg_temp.ago('5 minutes'), 0);
SELECT is(
    (SELECT bool_and(in_progress) FROM pitstop.incomplete()), true,
    'a session that has just begun is in progress before its first row');
ROLLBACK TO plain;

SELECT pg_temp.make_drive(1, 1, pg_temp.ago('20 minutes'), 10);
SELECT pg_temp.make_drive(2, 1, pg_temp.ago('15 minutes'), 10);
SELECT pg_temp.make_drive(3, 1, pg_temp.ago('10 minutes'), 5);
SELECT results_eq(
    'SELECT id, in_progress FROM pitstop.incomplete()',
    'VALUES (1::bigint, false), (2, false), (3, true)',
    'of several open drives of one car only the newest is in progress');
ROLLBACK TO plain;

SELECT pg_temp.make_drive(1, 1, pg_temp.ago('20 minutes'), 10);
SELECT pg_temp.make_charge(2, 1, pg_temp.ago('10 minutes'), 5);
SELECT pg_temp.make_charge(3, 2, pg_temp.ago('20 minutes'), 10);
SELECT pg_temp.make_drive(4, 2, pg_temp.ago('10 minutes'), 5);
SELECT results_eq(
    'SELECT kind, id, in_progress FROM pitstop.incomplete() ORDER BY id',
    $$ VALUES ('drive', 1::bigint, false), ('charge', 2, true), ('charge', 3, false), ('drive', 4, true) $$,
    'an open charge beside an open drive: the one that began later is in progress');
ROLLBACK TO plain;

SELECT pg_temp.make_drive(1, 1, pg_temp.ago('20 minutes'), 15);
SELECT pg_temp.make_charge(2, 1, pg_temp.ago('10 minutes'), 2);
UPDATE charging_processes SET end_date = pg_temp.ago('9 minutes') WHERE id = 2;
SELECT is(
    (SELECT in_progress FROM pitstop.incomplete()), false,
    'a drive is over when a charge of the car began later, though that charge has ended');
ROLLBACK TO plain;

SELECT pg_temp.make_charge(1, 1, pg_temp.ago('20 minutes'), 15);
SELECT pg_temp.make_drive(2, 1, pg_temp.ago('10 minutes'), 2);
UPDATE drives SET end_date = pg_temp.ago('9 minutes') WHERE id = 2;
SELECT is(
    (SELECT in_progress FROM pitstop.incomplete()), false,
    'a charge is over when a drive of the car began later, though that drive has ended');
ROLLBACK TO plain;

SELECT pg_temp.make_drive(1, 1, pg_temp.ago('10 minutes'), 5);
SELECT pg_temp.make_drive(2, 2, pg_temp.ago('5 minutes'), 3);
SELECT is(
    (SELECT bool_and(in_progress) FROM pitstop.incomplete()), true,
    'what another car does says nothing about this one');
ROLLBACK TO plain;

SELECT pg_temp.make_drive(1, 1, pg_temp.ago('2 days'), 3);
SELECT pg_temp.make_drive(2, 1, pg_temp.ago('1 day'), 3);
UPDATE positions SET date = pg_temp.ago('1 minute') WHERE id = 1003;
SELECT results_eq(
    'SELECT id, in_progress FROM pitstop.incomplete()', 'VALUES (1::bigint, false), (2, false)',
    'the newest session is the one that began last, not the one with the newest row');
ROLLBACK TO plain;

SELECT pg_temp.make_drive(1, 1, pg_temp.ago('10 minutes'), 5);
SELECT pg_temp.make_charge(2, 1, pg_temp.ago('10 minutes'), 5);
SELECT is(
    (SELECT bool_and(in_progress) FROM pitstop.incomplete()), true,
    'of two that began at the same moment both may be in progress');
ROLLBACK TO plain;

-- What the order of the list is.
SELECT pg_temp.make_charge(1, 1, '2024-05-01 10:00', 1);
SELECT pg_temp.make_drive(2, 2, '2024-05-01 10:00', 1);
SELECT pg_temp.make_drive(1, 3, '2024-05-01 10:00', 1);
SELECT pg_temp.make_drive(3, 4, '2024-04-30 10:00', 1);
SELECT results_eq(
    'SELECT kind, id FROM pitstop.incomplete()',
    $$ VALUES ('drive', 3::bigint), ('drive', 1), ('drive', 2), ('charge', 1) $$,
    'the list goes by start date; at the same moment drives come first, then by id');
ROLLBACK TO plain;

-- Positions of an open drive that belong to nobody else's count.
SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 3);
SELECT pg_temp.make_drive(2, 1, '2024-05-01 11:00', 4);
INSERT INTO positions (id, date, latitude, longitude, car_id) VALUES (1, '2024-05-01 12:00', 40, 9, 1);
SELECT results_eq(
    'SELECT id, "rows" FROM pitstop.incomplete()', 'VALUES (1::bigint, 3::bigint), (2, 4)',
    'rows counts a session''s own rows');
ROLLBACK TO plain;

-- It reads only.
SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 3);
SET LOCAL transaction_read_only = on;
SELECT count(*) AS listed FROM pitstop.incomplete() \gset
ROLLBACK TO plain;
SELECT is(:listed, 1, 'a read-only transaction can call it');

SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 3);
SELECT xmax::text AS marked FROM drives WHERE id = 1 \gset
SELECT count(*) FROM pitstop.incomplete() \gset
SELECT is((SELECT xmax::text FROM drives WHERE id = 1), :'marked', 'it locks no row');
SELECT is((SELECT count(*) FROM pitstop.event), 0::bigint, 'it writes no event');
ROLLBACK TO plain;

-- Dates at the edges of what a timestamp holds.
SELECT pg_temp.make_drive(1, 1, '-infinity', 0);
SELECT pg_temp.make_drive(2, 2, 'infinity', 0);
SELECT is(
    (SELECT last_seen FROM pitstop.incomplete() WHERE id = 1), '-infinity',
    'a start date of -infinity is shown as it is');
SELECT is(
    (SELECT last_seen <= clock_timestamp() AT TIME ZONE 'UTC' FROM pitstop.incomplete() WHERE id = 2), true,
    'a start date of infinity counts as now');
ROLLBACK TO plain;

SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 2);
UPDATE positions SET date = 'infinity' WHERE id = 1002;
SELECT is(
    (SELECT last_seen <= clock_timestamp() AT TIME ZONE 'UTC' FROM pitstop.incomplete()), true,
    'a row dated infinity counts as now');
ROLLBACK TO plain;

SET LOCAL pitstop.teslamate_schema = 'nowhere';
SELECT throws_ok(
    'SELECT * FROM pitstop.incomplete()', '55000', NULL, 'a schema without TeslaMate''s tables is an error');

SELECT * FROM finish();
ROLLBACK;
