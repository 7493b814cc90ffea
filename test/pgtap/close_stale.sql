-- close_stale() closes what was left open: all of it in one call, one event each, one batch, and nothing else.
BEGIN;
SELECT plan(76);
\ir ../fixtures/sessions.sql
SELECT pg_temp.make_car(n) FROM generate_series(1, 9) AS n;

-- What the last call said, but for the moment and the event.
CREATE TEMP TABLE said (kind text, id bigint, car_id bigint, last_seen timestamp, outcome text, reason text, event_id bigint);
CREATE FUNCTION pg_temp.close_stale(older_than interval DEFAULT '6 hours') RETURNS void LANGUAGE sql AS $$
    DELETE FROM said;
    INSERT INTO said SELECT * FROM pitstop.close_stale(older_than);
$$;

SELECT is_empty('SELECT * FROM pitstop.close_stale()', 'nothing open, nothing said');
SELECT is((SELECT count(*) FROM pitstop.event), 0::bigint, 'nothing closed, no event');

-- ---- a drive and a charge

SAVEPOINT empty;
SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 5);
SELECT pg_temp.make_charge(2, 2, '2024-05-01 09:00', 3);
SELECT pg_temp.make_drive(3, 1, '2024-05-01 07:00', 3);
UPDATE drives SET end_date = '2024-05-01 07:05', distance = 99 WHERE id = 3;
SELECT pg_temp.close_stale();
SELECT results_eq(
    'SELECT kind, id, car_id, last_seen, outcome, reason FROM said',
    $$ VALUES ('charge', 2::bigint, 2::bigint, timestamp '2024-05-01 09:02', 'closed', NULL),
              ('drive',  1,         1,         '2024-05-01 10:04',           'closed', NULL) $$,
    'a stale drive and a stale charge are closed, and reported with the oldest first');
SELECT results_eq(
    'SELECT id, start_date, end_date, distance, duration_min FROM drives WHERE id = 1',
    $$ VALUES (1, timestamp '2024-05-01 10:00', timestamp '2024-05-01 10:04', 4::float8, 4::smallint) $$,
    'the drive has its end');
SELECT results_eq(
    'SELECT id, end_date, duration_min, charge_energy_added, charge_energy_used FROM charging_processes',
    $$ VALUES (2, timestamp '2024-05-01 09:02', 2::smallint, 1.00::numeric(8,2), 1.00::numeric(8,2)) $$,
    'the charge has its end');
SELECT is(
    (SELECT distance FROM drives WHERE id = 3), 99::float8, 'a drive that has an end is not closed again');
SELECT results_eq(
    'SELECT action, arguments, summary, teslamate_schema, undone_at IS NULL FROM pitstop.event ORDER BY event_id',
    $$ VALUES ('close_stale', '{"charging_process_id": 2}'::jsonb, '{"outcome": "closed", "rows": 3}'::jsonb, 'public', true),
              ('close_stale', '{"drive_id": 1}', '{"outcome": "closed"}', 'public', true) $$,
    'each closed session is one event, in the same order');
SELECT is((SELECT count(DISTINCT batch) FROM pitstop.event), 1::bigint, 'all events are one batch');
SELECT is(
    (SELECT min(batch) FROM pitstop.event), (SELECT min(event_id) FROM pitstop.event),
    'the batch is named for its first event');
SELECT set_eq(
    'SELECT event_id FROM said', 'SELECT event_id FROM pitstop.event', 'each row names its event');
SELECT is_empty('SELECT * FROM pitstop.close_stale()', 'a second call finds nothing left');
SELECT is((SELECT count(*) FROM pitstop.event), 2::bigint, 'a second call writes no event');
ROLLBACK TO empty;

-- ---- sessions without rows

SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 0);
SELECT pg_temp.make_charge(2, 2, '2024-05-01 11:00', 0);
SELECT pg_temp.close_stale();
SELECT results_eq(
    'SELECT kind, id, last_seen, outcome, reason FROM said',
    $$ VALUES ('drive',  1::bigint, timestamp '2024-05-01 10:00', 'deleted', 'it has no positions'),
              ('charge', 2,         '2024-05-01 11:00',           'closed',  NULL) $$,
    'without rows a drive is deleted and a charge is closed; both were last seen when they began');
SELECT is((SELECT count(*) FROM drives), 0::bigint, 'the drive without positions is gone');
SELECT is(
    (SELECT end_date BETWEEN pg_temp.ago('0') AND clock_timestamp() AT TIME ZONE 'UTC' FROM charging_processes), true,
    'a charge without rows ends now');
ROLLBACK TO empty;

SELECT pg_temp.make_drive(1, 1, pg_temp.ago('7 hours'), 0);
SELECT pg_temp.make_drive(2, 2, pg_temp.ago('5 hours'), 0);
SELECT pg_temp.close_stale();
SELECT results_eq(
    'SELECT id, outcome, reason FROM said',
    $$ VALUES (1::bigint, 'deleted', 'it has no positions'), (2, 'skipped', 'seen within older_than') $$,
    'without rows the start date decides');
ROLLBACK TO empty;

-- ---- drives that are deleted

SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 1);
SELECT pg_temp.make_drive(2, 1, '2024-05-01 11:00', 3);
SELECT pg_temp.make_drive(3, 1, '2024-05-01 12:00', 4);
UPDATE positions SET odometer = 1000 WHERE drive_id = 2;
SELECT pg_temp.close_stale();
SELECT results_eq(
    'SELECT id, outcome, reason, event_id IS NOT NULL FROM said',
    $$ VALUES (1::bigint, 'deleted', 'it has one position only', true),
              (2, 'deleted', 'its distance of 0 km is below 0.01 km', true),
              (3, 'closed', NULL, true) $$,
    'what TeslaMate would delete is deleted');
SELECT results_eq('SELECT id FROM drives', 'VALUES (3)', 'only the others are left');
SELECT results_eq(
    'SELECT id, drive_id FROM positions ORDER BY id',
    'VALUES (1001, NULL::integer), (2001, NULL), (2002, NULL), (2003, NULL), (3001, 3), (3002, 3), (3003, 3), (3004, 3)',
    'the positions of a deleted drive stay, without a drive');
ROLLBACK TO empty;

-- ---- rows dated in the future

SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 3);
UPDATE positions SET date = pg_temp.ago('-3 days') WHERE id = 1003;
SELECT pg_temp.make_charge(2, 2, '2024-05-01 10:00', 3);
UPDATE charges SET date = pg_temp.ago('-3 days') WHERE id = 2003;
SELECT pg_temp.close_stale();
SELECT results_eq(
    'SELECT id, outcome, reason FROM said ORDER BY id',
    $$ VALUES (1::bigint, 'skipped', 'in progress'), (2, 'skipped', 'in progress') $$,
    'a car''s newest session with rows dated in the future counts as in progress');
SELECT is(
    (SELECT bool_and(last_seen >= pg_temp.ago('0') AND last_seen <= clock_timestamp() AT TIME ZONE 'UTC') FROM said), true,
    'rows dated in the future count as seen now');
SELECT pg_temp.make_drive(3, 1, '2024-05-02 10:00', 3);
SELECT pg_temp.make_drive(4, 2, '2024-05-02 10:00', 3);
SELECT pg_temp.close_stale();
SELECT results_eq(
    'SELECT id, outcome, reason FROM said ORDER BY id',
    $$ VALUES (1::bigint, 'skipped', 'seen within older_than'), (2, 'skipped', 'seen within older_than'),
              (3, 'closed', NULL), (4, 'closed', NULL) $$,
    'an older session with rows dated in the future counts as seen within older_than');
ROLLBACK TO empty;

SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 3);
UPDATE positions SET date = 'infinity' WHERE id = 1003;
SELECT pg_temp.make_drive(2, 1, '2024-05-02 10:00', 3);
SELECT pg_temp.close_stale();
SELECT results_eq(
    'SELECT id, outcome, reason FROM said',
    $$ VALUES (1::bigint, 'skipped', 'seen within older_than'), (2, 'closed', NULL) $$,
    'a row dated infinity counts as seen now');
ROLLBACK TO empty;

-- ---- several open ones of a car

SELECT pg_temp.make_drive(1, 1, pg_temp.ago('3 days'), 3);
SELECT pg_temp.make_drive(2, 1, pg_temp.ago('1 day'), 3);
SELECT pg_temp.make_drive(3, 1, pg_temp.ago('10 minutes'), 5);
SELECT pg_temp.make_drive(4, 2, pg_temp.ago('2 days'), 3);
SELECT pg_temp.make_drive(5, 2, pg_temp.ago('1 day'), 3);
SELECT pg_temp.close_stale();
SELECT results_eq(
    'SELECT id, outcome, reason FROM said ORDER BY id',
    $$ VALUES (1::bigint, 'closed', NULL), (2, 'closed', NULL), (3, 'skipped', 'in progress'), (4, 'closed', NULL),
              (5, 'closed', NULL) $$,
    'of several open drives all are closed but the one in progress');
SELECT is((SELECT end_date FROM drives WHERE id = 3), NULL, 'the drive in progress has no end');
SELECT pg_temp.close_stale();
SELECT results_eq(
    'SELECT id, outcome, reason, event_id FROM said',
    $$ VALUES (3::bigint, 'skipped', 'in progress', NULL::bigint) $$,
    'the drive in progress is listed again, without an event');
ROLLBACK TO empty;

SELECT pg_temp.make_drive(1, 1, pg_temp.ago('20 minutes'), 10);
SELECT pg_temp.make_drive(2, 1, pg_temp.ago('10 minutes'), 5);
SELECT pg_temp.close_stale('0');
SELECT results_eq(
    'SELECT id, outcome, reason FROM said',
    $$ VALUES (1::bigint, 'closed', NULL), (2, 'skipped', 'in progress') $$,
    'with older_than 0 everything is closed but what is in progress');
ROLLBACK TO empty;

-- ---- an open charge beside an open drive

SELECT pg_temp.make_drive(1, 1, pg_temp.ago('20 minutes'), 10);
SELECT pg_temp.make_charge(2, 1, pg_temp.ago('10 minutes'), 5);
SELECT pg_temp.make_charge(3, 2, pg_temp.ago('20 minutes'), 10);
SELECT pg_temp.make_drive(4, 2, pg_temp.ago('10 minutes'), 5);
SELECT pg_temp.close_stale('0');
SELECT results_eq(
    'SELECT kind, id, outcome, reason FROM said ORDER BY id',
    $$ VALUES ('drive', 1::bigint, 'closed', NULL), ('charge', 2, 'skipped', 'in progress'),
              ('charge', 3, 'closed', NULL), ('drive', 4, 'skipped', 'in progress') $$,
    'an open charge beside an open drive: the one that began later is in progress, the other is closed');
SELECT pg_temp.make_drive(5, 3, pg_temp.ago('2 days'), 3);
SELECT pg_temp.make_charge(5, 3, pg_temp.ago('1 day'), 3);
SELECT pg_temp.close_stale();
SELECT results_eq(
    'SELECT kind, id, outcome FROM said WHERE car_id = 3',
    $$ VALUES ('drive', 5::bigint, 'closed'), ('charge', 5, 'closed') $$,
    'a drive and a charge of the same id are two sessions');
ROLLBACK TO empty;

SELECT pg_temp.make_drive(1, 1, pg_temp.ago('25 minutes'), 20);
SELECT pg_temp.make_charge(2, 1, pg_temp.ago('10 minutes'), 2);
UPDATE charging_processes SET end_date = pg_temp.ago('9 minutes') WHERE id = 2;
SELECT pg_temp.close_stale('1 minute');
SELECT is(
    (SELECT outcome FROM said), 'closed', 'a drive is not in progress when the car has charged since');
ROLLBACK TO empty;

-- ---- older_than

SELECT pg_temp.make_drive(1, 1, pg_temp.ago('5 hours'), 3);
SELECT pg_temp.make_drive(2, 2, pg_temp.ago('7 hours'), 3);
SELECT pg_temp.make_charge(3, 3, pg_temp.ago('5 hours'), 3);
SELECT pg_temp.make_charge(4, 4, pg_temp.ago('7 hours'), 3);
SAVEPOINT hours;
SELECT results_eq(
    'SELECT id, outcome FROM pitstop.close_stale() ORDER BY id',
    $$ VALUES (1::bigint, 'skipped'), (2, 'closed'), (3, 'skipped'), (4, 'closed') $$,
    'the default of older_than is 6 hours');
ROLLBACK TO hours;
SELECT results_eq(
    $$ SELECT id, outcome FROM pitstop.close_stale('4 hours') ORDER BY id $$,
    $$ VALUES (1::bigint, 'closed'), (2, 'closed'), (3, 'closed'), (4, 'closed') $$,
    'a shorter older_than closes more');
ROLLBACK TO hours;
SELECT results_eq(
    $$ SELECT id, outcome, reason FROM pitstop.close_stale(older_than => '1 month') ORDER BY id $$,
    $$ VALUES (1::bigint, 'skipped', 'seen within older_than'), (2, 'skipped', 'seen within older_than'),
              (3, 'skipped', 'seen within older_than'), (4, 'skipped', 'seen within older_than') $$,
    'a longer one closes less');
ROLLBACK TO hours;
SELECT throws_ok(
    'SELECT * FROM pitstop.close_stale(NULL)', '22023', 'older_than is NULL', 'older_than NULL is an error');
SELECT throws_ok(
    $$ SELECT * FROM pitstop.close_stale('-1 second') $$, '22023', 'older_than is negative',
    'a negative older_than is an error');
SELECT throws_ok(
    $$ SELECT * FROM pitstop.close_stale('1 hour', NULL) $$, '22023', NULL, 'dry_run NULL is an error');
SELECT throws_ok(
    $$ SELECT * FROM pitstop.close_stale('100000000 years') $$, '22023', NULL,
    'an older_than from before the calendar is an error');
SELECT is((SELECT count(*) FROM drives WHERE end_date IS NOT NULL), 0::bigint, 'an error changes nothing');
ROLLBACK TO empty;

-- ---- one that fails

-- Drive 2 lasts 32768 minutes, one more than its column holds; charge 12 likewise.
SELECT pg_temp.make_drive(n, n, '2024-05-01 10:00', 3) FROM generate_series(1, 3) AS n;
SELECT pg_temp.make_charge(10 + n, 3 + n, '2024-05-01 11:00', 3) FROM generate_series(1, 3) AS n;
UPDATE positions SET date = '2024-05-01 10:00'::timestamp + interval '32768 minutes' WHERE id = 2003;
UPDATE charges SET date = '2024-05-01 11:00'::timestamp + interval '32768 minutes' WHERE id = 12003;
SAVEPOINT overflow;
SELECT pg_temp.close_stale();
SELECT results_eq(
    'SELECT kind, id, outcome, reason, event_id IS NULL FROM said ORDER BY id',
    $$ VALUES ('drive', 1::bigint, 'closed', NULL, false),
              ('drive', 2, 'failed', 'drive 2 has the value 32768 for column "duration_min", which is out of range', true),
              ('drive', 3, 'closed', NULL, false),
              ('charge', 11, 'closed', NULL, false),
              ('charge', 12, 'failed', 'charging process 12 has the value 32768 for column "duration_min", which is out of range', true),
              ('charge', 13, 'closed', NULL, false) $$,
    'a value that does not fit is reported in its row, and the others are closed');
SELECT results_eq(
    'SELECT id FROM drives WHERE end_date IS NULL UNION ALL SELECT id FROM charging_processes WHERE end_date IS NULL',
    'VALUES (2), (12)', 'what failed stays open, the others have their end');
SELECT is((SELECT count(*) FROM pitstop.event), 4::bigint, 'what failed leaves no event');
ROLLBACK TO overflow;

-- PostgreSQL itself refuses drive 3, and charge 11: only writing each by itself can tell.
CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% % is sealed', TG_TABLE_NAME, NEW.id;
END
$$;
CREATE TRIGGER sealed BEFORE UPDATE ON drives FOR EACH ROW WHEN (OLD.id = 3) EXECUTE FUNCTION pg_temp.refuse();
CREATE TRIGGER sealed BEFORE UPDATE ON charging_processes FOR EACH ROW WHEN (OLD.id = 11) EXECUTE FUNCTION pg_temp.refuse();
SELECT pg_temp.close_stale();
SELECT results_eq(
    $$ SELECT kind, id, outcome, CASE WHEN reason LIKE '%sealed%' THEN reason END FROM said ORDER BY id $$,
    $$ VALUES ('drive', 1::bigint, 'closed', NULL), ('drive', 2, 'failed', NULL),
              ('drive', 3, 'failed', 'drives 3 is sealed'), ('charge', 11, 'failed', 'charging_processes 11 is sealed'),
              ('charge', 12, 'failed', NULL), ('charge', 13, 'closed', NULL) $$,
    'one that PostgreSQL refuses to write is reported in its row, and does not stop the others');
SELECT results_eq(
    $$ SELECT arguments FROM pitstop.event ORDER BY event_id $$,
    $$ VALUES ('{"drive_id": 1}'::jsonb), ('{"charging_process_id": 13}') $$,
    'only what was written is in the journal');
SELECT is(
    (SELECT count(DISTINCT batch) FROM pitstop.event), 1::bigint, 'the events are one batch all the same');
ROLLBACK TO overflow;

-- A row that silently does not change is no success.
CREATE FUNCTION pg_temp.keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER kept BEFORE UPDATE ON drives FOR EACH ROW WHEN (OLD.id = 1) EXECUTE FUNCTION pg_temp.keep();
SELECT pg_temp.close_stale();
SELECT results_eq(
    $$ SELECT id, outcome FROM said WHERE kind = 'drive' ORDER BY id $$,
    $$ VALUES (1::bigint, 'failed'), (2, 'failed'), (3, 'closed') $$,
    'a drive that a trigger keeps from changing has failed');
ROLLBACK TO overflow;

-- A drive that would be deleted, and is kept from it.
UPDATE positions SET odometer = 1000 WHERE drive_id IN (1, 3);
CREATE FUNCTION pg_temp.refuse_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'drive % must not go', OLD.id;
END
$$;
CREATE TRIGGER precious BEFORE DELETE ON drives FOR EACH ROW WHEN (OLD.id = 1) EXECUTE FUNCTION pg_temp.refuse_deletion();
SELECT pg_temp.close_stale();
SELECT results_eq(
    $$ SELECT id, outcome, CASE WHEN reason LIKE '%must not go' THEN reason END FROM said WHERE kind = 'drive' ORDER BY id $$,
    $$ VALUES (1::bigint, 'failed', 'drive 1 must not go'), (2, 'failed', NULL), (3, 'deleted', NULL) $$,
    'a drive that cannot be deleted is reported in its row');
SELECT is(
    (SELECT count(*) FROM positions WHERE drive_id = 1), 3::bigint, 'its positions keep their drive');
ROLLBACK TO overflow;

-- All that can go wrong with a charge's price.
INSERT INTO geofences (id, name, latitude, longitude, billing_type, inserted_at, updated_at)
VALUES (1, 'By the minute', 1, 1, 'per_minute', '2024-01-01', '2024-01-01');
UPDATE charging_processes SET geofence_id = 1 WHERE id = 11;
SELECT pg_temp.close_stale();
SELECT results_eq(
    $$ SELECT outcome, reason FROM said WHERE kind = 'charge' AND id IN (11, 13) ORDER BY id $$,
    $$ VALUES ('failed', 'charging process 11 is billed per minute, but geofence 1 has no price'), ('closed', NULL) $$,
    'a charge without a price per minute is reported in its row');
ROLLBACK TO overflow;

DELETE FROM settings;
SELECT pg_temp.close_stale();
SELECT results_eq(
    'SELECT kind, id, outcome FROM said ORDER BY id',
    $$ VALUES ('drive', 1::bigint, 'closed'), ('drive', 2, 'failed'), ('drive', 3, 'closed'),
              ('charge', 11, 'failed'), ('charge', 12, 'failed'), ('charge', 13, 'failed') $$,
    'without TeslaMate''s settings the charges fail, and the drives are closed');
SELECT is(
    (SELECT DISTINCT reason FROM said WHERE kind = 'charge'),
    'TeslaMate''s table settings has 0 rows instead of one', 'the charges say why');
ROLLBACK TO overflow;

DELETE FROM settings;
SELECT pg_temp.make_charge(14, 7, pg_temp.ago('10 minutes'), 5);
SELECT pg_temp.close_stale();
SELECT is(
    (SELECT outcome || ': ' || reason FROM said WHERE id = 14), 'skipped: in progress',
    'a charge in progress is skipped, not failed, when the settings are gone');
ROLLBACK TO empty;

-- ---- what was undone

SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 3);
SELECT pg_temp.make_drive(2, 1, '2024-05-01 11:00', 1);
SELECT pg_temp.make_charge(1, 2, '2024-05-01 12:00', 3);
SELECT pg_temp.make_charge(2, 2, '2024-05-01 13:00', 3);
SELECT event_id AS closed FROM pitstop.close_drive(1) \gset
SELECT count(*) FROM pitstop.undo(:closed) \gset
SAVEPOINT undone;
SELECT pg_temp.close_stale();
SELECT results_eq(
    'SELECT kind, id, outcome, reason FROM said ORDER BY kind DESC, id',
    $$ VALUES ('drive', 1::bigint, 'skipped', 'its close was undone'),
              ('drive', 2, 'deleted', 'it has one position only'),
              ('charge', 1, 'closed', NULL), ('charge', 2, 'closed', NULL) $$,
    'a drive whose close was undone is left open; the charge of the same id is closed');
SELECT pg_temp.undo_all();
SELECT pg_temp.close_stale();
SELECT results_eq(
    'SELECT kind, id, outcome, reason FROM said ORDER BY kind DESC, id',
    $$ VALUES ('drive', 1::bigint, 'skipped', 'its close was undone'), ('drive', 2, 'skipped', 'its close was undone'),
              ('charge', 1, 'skipped', 'its close was undone'), ('charge', 2, 'skipped', 'its close was undone') $$,
    'what close_stale closed or deleted, and undo brought back, is left open too');
SELECT is((SELECT outcome FROM pitstop.close_drive(1)), 'closed', 'such a drive can still be closed by its id');
ROLLBACK TO undone;

SET LOCAL pitstop.teslamate_schema = 'tenant_7';
\set schema tenant_7
\set private_schema tenant_7_private
\ir ../fixtures/teslamate/schema.sql
INSERT INTO tenant_7.car_settings (id) VALUES (1);
INSERT INTO tenant_7.cars (id, eid, vid, vin, inserted_at, updated_at, settings_id) VALUES (1, 1, 1, 'T7', '2024-01-01', '2024-01-01', 1);
INSERT INTO tenant_7.drives (id, start_date, car_id) VALUES (1, '2024-05-01', 1);
SELECT pg_temp.close_stale();
SELECT results_eq(
    'SELECT id, outcome FROM said', $$ VALUES (1::bigint, 'deleted') $$,
    'a close undone in another schema concerns another drive');
ROLLBACK TO empty;

-- ---- dry_run

SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 3);
SELECT pg_temp.make_drive(2, 1, '2024-05-01 11:00', 1);
SELECT pg_temp.make_drive(3, 2, '2024-05-01 12:00', 3);
UPDATE positions SET odometer = 'NaN' WHERE id = 3003;
SELECT pg_temp.make_drive(4, 2, pg_temp.ago('10 minutes'), 5);
SELECT pg_temp.make_charge(5, 3, '2024-05-01 10:00', 3);
SELECT pg_temp.make_charge(6, 3, '2024-05-01 11:00', 0);
SELECT pg_temp.make_charge(7, 4, pg_temp.ago('2 hours'), 3);
CREATE TEMP TABLE before AS
SELECT d::text AS row FROM drives AS d UNION ALL SELECT p::text FROM positions AS p UNION ALL
SELECT c::text FROM charging_processes AS c UNION ALL SELECT c::text FROM cars AS c;
CREATE TEMP TABLE told AS SELECT * FROM pitstop.close_stale(dry_run => true);
SELECT set_eq(
    $$ SELECT d::text AS row FROM drives AS d UNION ALL SELECT p::text FROM positions AS p UNION ALL
       SELECT c::text FROM charging_processes AS c UNION ALL SELECT c::text FROM cars AS c $$,
    'SELECT * FROM before', 'a dry run changes nothing');
SELECT is((SELECT count(*) FROM pitstop.event), 0::bigint, 'a dry run writes no event');
SELECT is((SELECT count(event_id) FROM told), 0::bigint, 'a dry run names no event');
SAVEPOINT told;
SELECT pg_temp.close_stale();
SELECT results_eq(
    'SELECT kind, id, car_id, outcome, reason FROM told', 'SELECT kind, id, car_id, outcome, reason FROM said',
    'a dry run tells what the call then does');
SELECT results_eq(
    'SELECT kind, id, outcome FROM told ORDER BY id',
    $$ VALUES ('drive', 1::bigint, 'closed'), ('drive', 2, 'deleted'), ('drive', 3, 'failed'), ('drive', 4, 'skipped'),
              ('charge', 5, 'closed'), ('charge', 6, 'closed'), ('charge', 7, 'skipped') $$,
    'each outcome is told');
ROLLBACK TO told;
SET LOCAL transaction_read_only = on;
SELECT string_agg(outcome, ' ' ORDER BY id) AS told FROM pitstop.close_stale(dry_run => true) \gset
ROLLBACK TO told;
SELECT is(
    :'told'::text, 'closed deleted failed skipped closed closed skipped', 'a read-only transaction can make a dry run');
SET LOCAL transaction_read_only = on;
SELECT throws_ok(
    'SELECT * FROM pitstop.close_stale()', '25006', 'cannot run pitstop.close_stale() in a read-only transaction',
    'a read-only transaction can make nothing else');
ROLLBACK TO empty;

-- ---- rows as they lie on disk

SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 0);
SELECT pg_temp.make_drive(2, 1, '2024-05-01 11:00', 0);
SELECT pg_temp.make_drive(3, 1, '2024-05-01 12:00', 2);
SELECT pg_temp.make_positions(1, 1, '2024-05-01 10:00', 3, 4);
SELECT pg_temp.make_positions(2, 1, '2024-05-01 11:00', 2, 3);
SELECT pg_temp.make_positions(1, 1, '2024-05-01 10:00', 1, 2);
SELECT pg_temp.make_positions(2, 1, '2024-05-01 11:00', 1, 1);
UPDATE positions SET elevation = 100 + id % 10 * 10;
SELECT pg_temp.close_stale();
SELECT results_eq(
    'SELECT id, start_date, end_date, distance, start_position_id, end_position_id, ascent::integer, descent::integer FROM drives ORDER BY id',
    $$ VALUES (1, timestamp '2024-05-01 10:00', timestamp '2024-05-01 10:03', 3::float8, 1001, 1004, 30, 0),
              (2, '2024-05-01 11:00', '2024-05-01 11:02', 2, 2001, 2003, 20, 0),
              (3, '2024-05-01 12:00', '2024-05-01 12:01', 1, 3001, 3002, 10, 0) $$,
    'a drive whose positions lie in another order than their dates is summed up in the order of the dates');
ROLLBACK TO empty;

SELECT pg_temp.make_charge(1, 1, '2024-05-01 10:00', 0);
SELECT pg_temp.make_charges(1, '2024-05-01 10:00', 3, 4);
SELECT pg_temp.make_charges(1, '2024-05-01 10:00', 1, 2);
SELECT pg_temp.close_stale();
SELECT results_eq(
    'SELECT start_date, end_date, charge_energy_added, start_battery_level, end_battery_level FROM charging_processes',
    $$ VALUES (timestamp '2024-05-01 10:00', timestamp '2024-05-01 10:03', 1.50::numeric(8,2), 50::smallint, 53::smallint) $$,
    'so is a charge');
ROLLBACK TO empty;

-- ---- the car's efficiency

-- Two charges of 12 minutes: 5.5 kWh for 27.5 km of rated range are 0.2 kWh/km, and two of them are enough.
SELECT pg_temp.make_charge(1, 1, '2024-05-01 10:00', 12);
SELECT pg_temp.make_charge(2, 1, '2024-05-02 10:00', 12);
SELECT pg_temp.close_stale();
SELECT is((SELECT efficiency FROM cars WHERE id = 1), 0.2::float8, 'the car''s efficiency follows');
SELECT is(
    (SELECT updated_at FROM cars WHERE id = 1), date_trunc('second', pg_temp.ago('0'))::timestamp(0), 'and when it changed');
SELECT results_eq(
    $$ SELECT e.arguments ->> 'charging_process_id', r.before::text
         FROM pitstop.event AS e JOIN pitstop.event_row AS r USING (event_id) WHERE r."table" = 'cars' $$,
    $$ VALUES ('2', '{ "efficiency" : null, "updated_at" : "2024-01-01T00:00:00" }') $$,
    'it belongs to the event of the charge that changed it');
SELECT is((SELECT efficiency FROM cars WHERE id = 2), NULL, 'other cars keep theirs');
ROLLBACK TO empty;

-- ---- many

-- Drive n has 3 positions; every 10th has one position, every 100th one whose odometer is infinite.
INSERT INTO drives (id, start_date, car_id)
SELECT n, timestamp '2024-01-01' + n * interval '1 hour', 1 + n % 9 FROM generate_series(1, 1000) AS n;
INSERT INTO positions (id, date, latitude, longitude, odometer, ideal_battery_range_km, rated_battery_range_km, car_id, drive_id)
SELECT n * 10 + m, timestamp '2024-01-01' + n * interval '1 hour' + m * interval '1 minute', 40, 9,
       CASE WHEN n % 100 = 7 AND m = 2 THEN 'Infinity' ELSE n + m * 0.5 END, 300, 200, 1 + n % 9, n
  FROM generate_series(0, 2) AS m, generate_series(1, 1000) AS n
 WHERE n % 10 > 0 OR m = 0;
SELECT pg_temp.close_stale();
SELECT set_eq(
    'SELECT outcome, count(*) FROM said GROUP BY outcome',
    $$ VALUES ('closed', 890::bigint), ('deleted', 100), ('failed', 10) $$,
    '1,000 stale drives are closed, deleted or reported in one call');
SELECT is_empty(
    $$ SELECT id FROM said
        WHERE outcome <> CASE WHEN id % 10 = 0 THEN 'deleted' WHEN id % 100 = 7 THEN 'failed' ELSE 'closed' END $$,
    'each with the outcome of its own');
SELECT set_eq(
    'SELECT id, end_date, distance, duration_min FROM drives WHERE end_date IS NOT NULL',
    $$ SELECT n, timestamp '2024-01-01' + n * interval '1 hour' + interval '2 minutes', 1::float8, 2::smallint
         FROM generate_series(1, 1000) AS n WHERE n % 10 <> 0 AND n % 100 <> 7 $$,
    'each with the values of its own');
SELECT results_eq(
    'SELECT count(*), count(DISTINCT batch), count(DISTINCT arguments) FROM pitstop.event',
    'VALUES (990::bigint, 1::bigint, 990::bigint)', 'one event each, one batch');
SELECT is(
    (SELECT count(*) FROM said AS s JOIN pitstop.event AS e
       ON e.event_id = s.event_id AND (e.arguments ->> 'drive_id')::bigint = s.id),
    990::bigint, 'each row names the event of its drive');
ROLLBACK TO empty;

-- ---- whose rights

SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 3);
CREATE ROLE pitstop_stranger;
GRANT USAGE ON SCHEMA pitstop TO pitstop_stranger;
SET LOCAL ROLE pitstop_stranger;
SELECT throws_ok(
    'SELECT * FROM pitstop.close_stale()', '42501', NULL, 'a role without the grant cannot call it');
RESET ROLE;
SELECT pitstop.grant_operator('pitstop_stranger');
SET LOCAL ROLE pitstop_stranger;
SELECT outcome AS outcome FROM pitstop.close_stale() \gset
RESET ROLE;
SELECT is(:'outcome'::text, 'closed', 'an operator can');
SELECT is((SELECT actor FROM pitstop.event), 'pitstop_stranger', 'the event names who called');

SELECT * FROM finish();
ROLLBACK;
