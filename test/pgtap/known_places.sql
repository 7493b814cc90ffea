-- Closing takes an address that is known for the coordinates: the nearest within the reuse distance, in the language that
-- addresses have, and only where TeslaMate's table still has it.
BEGIN;
\ir ../fixtures/pgtap/add_session.sql
SELECT plan(29);

UPDATE public.settings SET language = 'en';
INSERT INTO public.addresses (id, osm_type, osm_id, display_name, inserted_at, updated_at)
VALUES (1, 'node', 101, 'at the place', now(), now()), (2, 'way', 102, 'close by', now(), now()),
       (3, 'relation', 103, 'farther', now(), now()), (4, 'node', 104, 'in German', now(), now()),
       (9, 'node', 109, 'from before', now(), now());
-- A degree of latitude is about 111.3 km: 0.000050 are 5.6 m, 0.000080 are 8.9 m, 0.000200 are 22 m.
INSERT INTO pitstop.known_place (latitude, longitude, language, answer, osm_type, osm_id, geocoder, looked_up_at, ask_again_at)
VALUES (50.000000, 10.000000, 'en', 'found', 'node', 101, 'nominatim', now(), NULL),
       (51.000050, 10.000000, 'en', 'found', 'way', 102, 'nominatim', now(), NULL),
       (51.000080, 10.000000, 'en', 'found', 'relation', 103, 'nominatim', now(), NULL),
       (52.000000, 10.000000, 'de', 'found', 'node', 104, 'nominatim', now(), NULL),
       (53.000000, 10.000000, 'en', 'found', 'node', 404, 'nominatim', now(), NULL),
       (54.000000, 10.000000, 'en', 'no such place', NULL, NULL, 'nominatim', now(), now() + interval '1 day'),
       (55.000200, 10.000000, 'en', 'found', 'node', 101, 'nominatim', now(), NULL);

-- A drive from one latitude to another, at the same longitude.
CREATE FUNCTION pg_temp.drive(id bigint, from_latitude numeric, to_latitude numeric) RETURNS void LANGUAGE sql AS $$
    SELECT tap.add_drive(id,
        jsonb_build_object('at', '10:00', 'odometer', 100, 'ideal_battery_range_km', 300, 'latitude', from_latitude, 'longitude', 10),
        jsonb_build_object('at', '10:20', 'odometer', 120, 'ideal_battery_range_km', 280, 'latitude', to_latitude, 'longitude', 10))
$$;
CREATE FUNCTION pg_temp.ends(id bigint) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' to ', coalesce(d.start_address_id::text, 'none'), coalesce(d.end_address_id::text, 'none'))
      FROM public.drives AS d WHERE d.id = ends.id
$$;

SELECT pg_temp.drive(1, 50.000000, 51.000000);
SELECT pitstop.close_drive(1);
SELECT is(pg_temp.ends(1), '1 to 2', 'the very same place, and the nearest of two close by');

SELECT pg_temp.drive(2, 52.000000, 53.000000);
SELECT pitstop.close_drive(2);
SELECT is(pg_temp.ends(2), 'none to none', 'not in another language, nor one that TeslaMate''s table lacks');

SELECT pg_temp.drive(3, 54.000000, 55.000000);
SELECT pitstop.close_drive(3);
SELECT is(pg_temp.ends(3), 'none to none', 'not where there is none, nor one that is too far away');

SELECT pg_temp.drive(4, 50.000000, 51.000000);
UPDATE public.drives SET start_address_id = 9, end_address_id = 9 WHERE id = 4;
SELECT event_id AS event FROM pitstop.close_drive(4) \gset
SELECT is(pg_temp.ends(4), '1 to 9', 'what was looked up for the very same place is written as TeslaMate writes it; one close by replaces nothing');
SELECT is((SELECT before ->> 'start_address_id' FROM pitstop.event_row WHERE event_id = :event), '9', 'the journal has it');
SELECT lives_ok(format('SELECT pitstop.undo(%s)', :event), 'the close can be undone');
SELECT is(pg_temp.ends(4), '9 to 9', 'and the addresses are as they were');

SET LOCAL pitstop.language = 'de';
SELECT pg_temp.drive(5, 52.000000, 50.000000);
SELECT pitstop.close_drive(5);
SELECT is(pg_temp.ends(5), '4 to none', 'pitstop.language goes before TeslaMate''s own');
RESET pitstop.language;
UPDATE public.settings SET language = 'de';
SELECT pg_temp.drive(6, 52.000000, 50.000000);
SELECT pitstop.close_drive(6);
SELECT is(pg_temp.ends(6), '4 to none', 'which is followed where it is not set');
UPDATE public.settings SET language = 'en';

-- Many at once, with one query.
SELECT pg_temp.drive(id, 50.000000, 51.000000) FROM generate_series(11, 13) AS id;
SELECT is((SELECT count(*) FROM pitstop.close_stale() WHERE kind = 'drive' AND outcome = 'closed' AND id BETWEEN 11 AND 13), 3::bigint,
          'close_stale closes');
SELECT is((SELECT string_agg(DISTINCT pg_temp.ends(id), ',') FROM generate_series(11, 13) AS id), '1 to 2',
          'and takes addresses as well');

-- Charges.
SELECT add_charge(21, '{"at": "12:00", "charge_energy_added": 1}', '{"at": "12:30", "charge_energy_added": 11}');
SELECT add_charge(22, VARIADIC '{}');
SELECT add_charge(23, '{"at": "12:00", "charge_energy_added": 1}', '{"at": "12:30", "charge_energy_added": 11}');
UPDATE public.positions SET latitude = 50.000000, longitude = 10 WHERE id = 900000;
UPDATE public.charging_processes SET address_id = 9 WHERE id = 23;
SELECT pitstop.close_charge(21), pitstop.close_charge(22), pitstop.close_charge(23);
SELECT is((SELECT address_id FROM public.charging_processes WHERE id = 21), 1, 'close_charge takes a known address');
SELECT is((SELECT address_id FROM public.charging_processes WHERE id = 22), 1, 'also for one without charges');
SELECT is((SELECT address_id FROM public.charging_processes WHERE id = 23), 9, 'but never replaces one');

-- Who may not read addresses closes as before.
CREATE ROLE pitstop_test_operator;
SELECT pitstop.grant_operator('pitstop_test_operator');
SELECT ok(has_table_privilege('pitstop_test_operator', 'public.addresses', 'SELECT'), 'an operator may read addresses');
SELECT pg_temp.drive(31, 50.000000, 50.000000);
SET LOCAL ROLE pitstop_test_operator;
SELECT lives_ok('SELECT pitstop.close_drive(31)', 'an operator closes');
RESET ROLE;
SELECT is(pg_temp.ends(31), '1 to 1', 'and takes known addresses');
REVOKE SELECT ON public.addresses FROM pitstop_test_operator;
SELECT pg_temp.drive(32, 50.000000, 50.000000);
SET LOCAL ROLE pitstop_test_operator;
SELECT lives_ok('SELECT pitstop.close_drive(32)', 'an operator of before that was possible closes too');
RESET ROLE;
SELECT is(pg_temp.ends(32), 'none to none', 'without addresses');
GRANT SELECT ON public.addresses TO pitstop_test_operator;
REVOKE SELECT ON public.settings FROM pitstop_test_operator;
SELECT pg_temp.drive(33, 50.000000, 50.000000);
SET LOCAL ROLE pitstop_test_operator;
SELECT lives_ok('SELECT pitstop.close_drive(33)', 'a drive is closed without a right on TeslaMate''s settings');
RESET ROLE;
SELECT is(pg_temp.ends(33), 'none to none', 'without addresses, whose language is not known then');
GRANT SELECT ON public.settings TO pitstop_test_operator;
REVOKE SELECT ON public.positions FROM pitstop_test_operator;
SELECT add_charge(24, '{"at": "12:00", "charge_energy_added": 1}', '{"at": "12:30", "charge_energy_added": 11}');
SET LOCAL ROLE pitstop_test_operator;
SELECT lives_ok('SELECT pitstop.close_charge(24)', 'a charge is closed without a right on TeslaMate''s positions');
RESET ROLE;
SELECT is((SELECT address_id FROM public.charging_processes WHERE id = 24), NULL, 'without an address');

-- What address_repair() counts where no worker is loaded.
SELECT is((SELECT value FROM pitstop.address_repair() WHERE name = 'worker'), 'not loaded', 'address_repair works without a worker');
SELECT matches((SELECT message FROM pitstop.address_repair() WHERE name = 'worker'), 'shared_preload_libraries', 'and says what to do');
SELECT is((SELECT value FROM pitstop.address_repair() WHERE name = 'repair'), 'off', 'the repair is off');
DELETE FROM public.drives;
DELETE FROM public.charging_processes;
SELECT is((SELECT value FROM pitstop.address_repair() WHERE name = 'without an address'), '0', 'nothing lacks an address');
SELECT pg_temp.drive(41, 50.000000, 60.000000);
SELECT pitstop.close_drive(41);
SELECT pg_temp.drive(42, 54.000000, 54.000000);
SELECT pitstop.close_drive(42);
SELECT pg_temp.drive(43, 50.000000, 50.000000);
SELECT pitstop.close_drive(43);
UPDATE public.drives SET start_address_id = NULL WHERE id = 43;
SELECT add_drive(44, '{"at": "13:00"}');
SELECT results_eq(
    $$ SELECT value, message FROM pitstop.address_repair() WHERE name = 'drives without an address' ORDER BY message $$,
    $$ VALUES ('1', 'asked for in vain, and again later'), ('1', 'known, filled in by the next run'), ('1', 'not asked for yet'),
              ('1', 'open, or without a position') $$,
    'each drive is counted once, by what it waits for');

-- The tables of an installation that was not updated yet.
ALTER EXTENSION pitstop DROP TABLE pitstop.known_place;
DROP TABLE pitstop.known_place;
SELECT pg_temp.drive(51, 50.000000, 50.000000);
SELECT lives_ok('SELECT pitstop.close_drive(51)', 'closing works before ALTER EXTENSION pitstop UPDATE');

SELECT * FROM finish();
ROLLBACK;
