-- close_charge computes what TeslaMate computes: cases with numbers worked out by hand.
BEGIN;
\ir ../fixtures/pgtap/refusal.sql
\ir ../fixtures/pgtap/add_session.sql
SELECT plan(64);

-- The summary ---------------------------------------------------------------------------------------------------------

-- 10 kW for half an hour and 6 kW for one and a half are 14 kWh.
SELECT add_charge(1,
    '{"at": "10:00:00", "charge_energy_added": 1.5, "charger_power": 99, "ideal_battery_range_km": 200,
      "rated_battery_range_km": 160.5, "battery_level": 40, "outside_temp": 5.0}',
    '{"at": "10:30:00", "charge_energy_added": 6.25, "charger_power": 10, "ideal_battery_range_km": 230,
      "battery_level": 60, "outside_temp": 5.1}',
    '{"at": "12:00:30", "charge_energy_added": 13.75, "charger_power": 6, "ideal_battery_range_km": 270,
      "rated_battery_range_km": 220, "battery_level": 80}');
CREATE TEMP TABLE said AS SELECT * FROM pitstop.close_charge(1);
SELECT results_eq(
    'SELECT * FROM said',
    $$ SELECT 1::bigint, 'closed', timestamp '2025-01-01 12:00:30', 121, 12.25::numeric, 14.05::numeric, NULL::numeric,
              event_id FROM pitstop.event $$,
    'it says what it did');
SELECT results_eq(
    $$ SELECT start_date, end_date, duration_min, charge_energy_added, charge_energy_used, cost, outside_temp_avg
         FROM public.charging_processes WHERE id = 1 $$,
    $$ VALUES (timestamp '2025-01-01 10:00:00', timestamp '2025-01-01 12:00:30', 121::smallint, 12.25::numeric(8,2),
               14.05::numeric(8,2), NULL::numeric(14,2), 5.1::numeric(4,1)) $$,
    'times, duration, energy and temperature are those of all rows');
SELECT results_eq(
    $$ SELECT start_ideal_range_km, end_ideal_range_km, start_rated_range_km, end_rated_range_km, start_battery_level,
              end_battery_level FROM public.charging_processes WHERE id = 1 $$,
    $$ VALUES (200::numeric(6,2), 270::numeric(6,2), 160.5::numeric(6,2), 220::numeric(6,2), 40::smallint, 80::smallint) $$,
    'ranges and levels are those of the first and the last row');

SELECT add_charge(2, '{"id": 2004, "at": "11:00", "charge_energy_added": 8, "battery_level": 54}',
                     '{"id": 2002, "at": "10:00", "charge_energy_added": 3, "battery_level": 52}',
                     '{"id": 2003, "at": "11:00", "charge_energy_added": 9, "battery_level": 53}',
                     '{"id": 2001, "at": "10:00", "charge_energy_added": 2, "battery_level": 51}');
SELECT is((SELECT charge_energy_added FROM pitstop.close_charge(2)), 6::numeric,
          'the order on disk does not matter, and of rows with the same date the one with the lower id comes first');
SELECT results_eq('SELECT start_battery_level, end_battery_level FROM public.charging_processes WHERE id = 2',
                  'VALUES (51::smallint, 54::smallint)', 'levels follow the same order');

-- Without rows --------------------------------------------------------------------------------------------------------

SELECT add_charge(3, VARIADIC '{}');
UPDATE public.charging_processes
   SET charge_energy_added = 1, charge_energy_used = 2, cost = 3, duration_min = 4, start_battery_level = 5,
       end_battery_level = 6, start_rated_range_km = 7, end_rated_range_km = 8, start_ideal_range_km = 9,
       end_ideal_range_km = 10, outside_temp_avg = 11
 WHERE id = 3;
SELECT date_trunc('milliseconds', clock_timestamp() AT TIME ZONE 'UTC') AS before_closing \gset
TRUNCATE said;
INSERT INTO said SELECT * FROM pitstop.close_charge(3);
SELECT ok(end_date BETWEEN :'before_closing' AND clock_timestamp() AT TIME ZONE 'UTC',
          'a charging process without rows ends now, in UTC')
  FROM public.charging_processes WHERE id = 3;
SELECT results_eq('SELECT outcome, end_date, duration_min, charge_energy_added, charge_energy_used, cost FROM said',
                  $$ SELECT 'closed', end_date, NULL::integer, NULL::numeric, NULL::numeric, NULL::numeric
                       FROM public.charging_processes WHERE id = 3 $$,
                  'it says so');
SELECT results_eq('SELECT charge_energy_added, charge_energy_used, cost FROM public.charging_processes WHERE id = 3',
                  'VALUES (NULL::numeric, NULL::numeric, NULL::numeric)', 'its energy and cost become NULL');
SELECT results_eq(
    $$ SELECT start_date, duration_min, start_battery_level, end_battery_level, start_rated_range_km, end_rated_range_km,
              start_ideal_range_km, end_ideal_range_km, outside_temp_avg FROM public.charging_processes WHERE id = 3 $$,
    $$ VALUES (timestamp '2025-01-01 09:59', 4::smallint, 5::smallint, 6::smallint, 7::numeric, 8::numeric, 9::numeric,
               10::numeric, 11::numeric) $$,
    'everything else about it stays');

-- Energy --------------------------------------------------------------------------------------------------------------

CREATE FUNCTION pg_temp.added(id bigint, VARIADIC energies numeric[]) RETURNS numeric LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tap.add_charge(id, VARIADIC array_agg(jsonb_build_object('at', format('10:%s', number),
                                                                     'charge_energy_added', energy) ORDER BY number))
       FROM unnest(energies) WITH ORDINALITY AS given (energy, number);
    RETURN (SELECT c.charge_energy_added FROM pitstop.close_charge(id) AS c);
END
$$;
SELECT is(pg_temp.added(11, 1, 5, 4), 3::numeric, 'the energy added is the last less the first');
SELECT is(pg_temp.added(12, 1, 5, 0), 4::numeric, 'a last one of 0 gives way to the largest');
SELECT is(pg_temp.added(13, 5, 2, 4), NULL, 'a negative one is NULL');
SELECT is(pg_temp.added(14, 3, 3), 0::numeric, 'none is 0');
SELECT is(pg_temp.added(15, 3), 0::numeric, 'one row adds none');

SELECT add_charge(16, '{"at": "10:00", "charger_power": 50}');
SELECT is((SELECT charge_energy_used FROM pitstop.close_charge(16)), NULL, 'one row tells of no energy used');
SELECT add_charge(17, '{"at": "10:00"}', '{"at": "11:00", "charger_power": -5}', '{"at": "12:00", "charger_power": 7}');
SELECT is((SELECT charge_energy_used FROM pitstop.close_charge(17)), 7::numeric, 'negative power is left out');

-- One row of 100 A at 100 V after an hour, and n - 2 more of no current in the same moment.
CREATE FUNCTION pg_temp.used(id bigint, kw integer, phases integer, n integer) RETURNS numeric LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tap.add_charge(id, VARIADIC array_agg(jsonb_build_object(
                'at', CASE number WHEN 1 THEN '10:00' ELSE '11:00' END, 'charger_phases', phases,
                'charger_power', CASE number WHEN 2 THEN kw ELSE 0 END,
                'charger_actual_current', CASE number WHEN 2 THEN 100 ELSE 0 END, 'charger_voltage', 100) ORDER BY number))
       FROM generate_series(1, n) AS number;
    RETURN (SELECT c.charge_energy_used FROM pitstop.close_charge(id) AS c);
END
$$;
SELECT is(pg_temp.used(21, 21, 2, 16), 20::numeric, 'phases as reported: 2 * 100 A * 100 V where 2.1 are measured');
SELECT is(pg_temp.used(22, 21, 2, 15), 21::numeric, 'with 15 rows the phases do not count');
SELECT is(pg_temp.used(23, 13, 2, 16), 13::numeric, '1.3 measured phases are not corrected');
SELECT is(pg_temp.used(24, 23, 1, 16), 20::numeric, '2.3 measured phases are taken for 2');
SELECT is(pg_temp.used(25, 27, 1, 16), 30::numeric, '2.7 measured phases are taken for 3');
SELECT is(pg_temp.used(26, 25, 3, 16), 30::numeric, '2.5 is rounded away from zero: 3, as reported');
SELECT is(pg_temp.used(27, 17, 3, 16), 17.32::numeric, '3 reported and about the root of 3 measured: the root of 3');
SELECT is(pg_temp.used(28, 15, 3, 16), 15::numeric, 'what is nothing of these is the power that the charger tells');
SELECT is(pg_temp.used(29, 21, NULL, 16), 21::numeric, 'without phases it is the power that the charger tells');

-- Cost ----------------------------------------------------------------------------------------------------------------

INSERT INTO public.geofences (id, name, latitude, longitude, radius, billing_type, cost_per_unit, session_fee,
                              inserted_at, updated_at)
SELECT id, 'a place', 1, 1, 10, billing::public.billing_type, price, fee, '2025-01-01', '2025-01-01'
  FROM (VALUES (1, 'per_kwh', 0.3, 1), (2, 'per_kwh', 0.3, NULL), (3, 'per_kwh', NULL, 4), (4, 'per_kwh', NULL, NULL),
               (5, 'per_minute', 0.1, 2), (6, 'per_minute', 0.1, NULL), (7, 'per_minute', NULL, 2),
               (8, 'per_kwh', 30000, NULL), (9, 'per_kwh', 1, 999999999999.99)) AS given (id, billing, price, fee);

-- Ten kWh used in an hour, and the energy that was added.
CREATE FUNCTION pg_temp.cost(id bigint, geofence integer, added numeric[] DEFAULT '{0,8}') RETURNS numeric LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tap.add_charge(id, jsonb_build_object('at', '10:00', 'charge_energy_added', added[1]),
                               jsonb_build_object('at', '11:00', 'charge_energy_added', added[2], 'charger_power', 10));
    UPDATE public.charging_processes AS c SET geofence_id = geofence, cost = 77 WHERE c.id = cost.id;
    RETURN (SELECT c.cost FROM pitstop.close_charge(id) AS c);
END
$$;
SELECT is(pg_temp.cost(31, 1), 4::numeric, 'per kWh: 10 kWh at 0.30 and a fee of 1');
SELECT is((SELECT cost FROM public.charging_processes WHERE id = 31), 4::numeric, 'it overwrites a cost entered by hand');
SELECT is(pg_temp.cost(32, 1, '{0,12}'), 4.6::numeric, 'the larger of both energies is paid');
SELECT is(pg_temp.cost(33, 1, '{8,0}'), 4::numeric, 'the energy used is paid where the energy added is unknown');
SELECT is(pg_temp.cost(34, 2), 3::numeric, 'a fee is optional');
SELECT is(pg_temp.cost(35, 3), 4::numeric, 'a price per kWh is optional');
SELECT is(pg_temp.cost(36, 4), NULL, 'without price and fee there is no cost');
SELECT is(pg_temp.cost(37, NULL), NULL, 'without a geofence there is no cost, and one entered by hand is gone');
SELECT is(pg_temp.cost(38, 5), 8::numeric, 'per minute: 60 minutes at 0.10 and a fee of 2');
SELECT is(pg_temp.cost(39, 6), 6::numeric, 'a fee is optional per minute too');
SELECT is((SELECT geofence_id FROM public.charging_processes WHERE id = 39), 6, 'the geofence is the one it had');

-- A third of a kWh: 0.333333333333333 at 30000 each.
SELECT add_charge(40, '{"at": "10:00"}', '{"at": "10:20", "charger_power": 1}');
UPDATE public.charging_processes SET geofence_id = 8 WHERE id = 40;
SELECT results_eq('SELECT charge_energy_used, cost FROM pitstop.close_charge(40)', 'VALUES (0.33, 10000.00)',
                  'the energy is rounded after the cost is computed');

SELECT add_charge(41, VARIADIC '{}');
UPDATE public.charging_processes SET geofence_id = 7 WHERE id = 41;
SELECT is((SELECT outcome FROM pitstop.close_charge(41)), 'closed', 'without rows a price per minute is not needed');

-- Free supercharging --------------------------------------------------------------------------------------------------

CREATE FUNCTION pg_temp.cost_of_types(id bigint, free boolean, VARIADIC types text[]) RETURNS numeric LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.car_settings SET free_supercharging = free;
    PERFORM tap.add_charge(id, VARIADIC array_agg(jsonb_build_object(
                'at', format('10:%s', number), 'fast_charger_type', nullif(type, ''),
                'charger_power', CASE WHEN type LIKE '% idle' THEN 0 ELSE 60 END) ORDER BY number))
       FROM unnest(types) WITH ORDINALITY AS given (type, number);
    UPDATE public.charges SET fast_charger_type = replace(fast_charger_type, ' idle', '');
    UPDATE public.charging_processes AS c SET geofence_id = 3 WHERE c.id = cost_of_types.id;
    RETURN (SELECT c.cost FROM pitstop.close_charge(id) AS c);
END
$$;
SELECT is(pg_temp.cost_of_types(51, true, 'Tesla', 'Tesla'), 0::numeric, 'free at a Tesla charger');
SELECT is(pg_temp.cost_of_types(52, true, 'TeslaCombo', 'TeslaCombo'), 0::numeric, 'whatever follows "Tesla"');
SELECT is(pg_temp.cost_of_types(53, true, 'tesla', 'tesla'), 4::numeric, 'in exactly this case');
SELECT is(pg_temp.cost_of_types(54, false, 'Tesla', 'Tesla'), 4::numeric, 'for cars that charge free only');
SELECT is(pg_temp.cost_of_types(55, true, 'CCS', 'Tesla', 'Tesla', 'CCS', 'Tesla'), 0::numeric, 'the most frequent type counts');
SELECT is(pg_temp.cost_of_types(56, true, 'Tesla', 'CCS', 'CCS', 'Tesla'), 4::numeric,
          'of two equally frequent ones the first in the alphabet');
SELECT is(pg_temp.cost_of_types(57, true, 'CCS idle', 'CCS idle', 'Tesla'), 0::numeric, 'rows without power do not count');
SELECT is(pg_temp.cost_of_types(58, true, '', '', 'Tesla'), 0::numeric, 'nor do rows without a type');
UPDATE public.car_settings SET free_supercharging = false;

-- Efficiency ----------------------------------------------------------------------------------------------------------

DELETE FROM public.charging_processes;
CREATE FUNCTION pg_temp.charge(id bigint, minutes integer, kwh numeric, km numeric, level integer DEFAULT 80)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tap.add_charge(id,
        jsonb_build_object('at', '10:00', 'charge_energy_added', 0, 'ideal_battery_range_km', 300, 'rated_battery_range_km', 200),
        jsonb_build_object('at', format('10:%s', minutes), 'charge_energy_added', kwh, 'battery_level', level,
                           'ideal_battery_range_km', 300 + 2 * km, 'rated_battery_range_km', 200 + km));
    UPDATE public.cars SET updated_at = '2025-01-01';
    PERFORM pitstop.close_charge(id);
END
$$;
CREATE FUNCTION pg_temp.efficiency() RETURNS double precision LANGUAGE sql AS 'SELECT efficiency FROM public.cars WHERE id = 5';
CREATE FUNCTION pg_temp.touched() RETURNS boolean LANGUAGE sql AS 
    $$ SELECT updated_at <> '2025-01-01' FROM public.cars WHERE id = 5 $$;

SELECT pg_temp.charge(61, 30, 10, 50);
SELECT is(pg_temp.efficiency(), NULL, 'one charge says nothing about the efficiency');
SELECT ok(NOT pg_temp.touched(), 'the car is not touched then');
SELECT pg_temp.charge(62, 30, 20, 100);
SELECT is(pg_temp.efficiency(), 0.2::double precision, 'two that agree on 2 places do');
SELECT is((SELECT updated_at FROM public.cars), date_trunc('second', now() AT TIME ZONE 'UTC'),
          'the car was updated now, in UTC');
SELECT pg_temp.charge(63, 30, 5, 25);
SELECT ok(NOT pg_temp.touched(), 'the car is not touched when its efficiency is the same');
SELECT pg_temp.charge(id, 10, 30, 100) FROM generate_series(64, 67) AS id;
SELECT is(pg_temp.efficiency(), 0.2::double precision, 'charges of up to 10 minutes do not count');
SELECT pg_temp.charge(id, 30, 30, 100, 96) FROM generate_series(68, 71) AS id;
SELECT is(pg_temp.efficiency(), 0.2::double precision, 'charges to more than 95 % do not count');
SELECT pg_temp.charge(id, 11, 12, 100, 95) FROM generate_series(72, 74) AS id;
SELECT is(pg_temp.efficiency(), 0.12::double precision, 'of two groups as large the smaller factor is taken');
UPDATE public.settings SET preferred_range = 'ideal';
SELECT pitstop.close_charge(61) \g /dev/null
SELECT is(pg_temp.efficiency(), 0.06::double precision, 'the ideal range counts where it is preferred');
UPDATE public.settings SET preferred_range = 'rated';

-- Refused -------------------------------------------------------------------------------------------------------------

SELECT add_charge(81, '{"date": "2025-01-01 00:00"}', '{"date": "2025-01-23 18:07:30"}');
SELECT add_charge(82, '{"at": "10:00"}', '{"date": "2025-01-02 17:00", "charger_power": 32767}');
SELECT add_charge(83, '{"at": "10:00"}', '{"at": "11:00", "charger_power": 10}');
UPDATE public.charging_processes SET geofence_id = 9 WHERE id = 83;
SELECT add_charge(84, '{"at": "10:00"}', '{"at": "11:00", "charger_power": 10}');
UPDATE public.charging_processes SET geofence_id = 7 WHERE id = 84;
SELECT add_charge(85, '{"at": "10:00"}', '{"date": "infinity", "charger_power": 10}');
CREATE TEMP TABLE before AS SELECT * FROM contents();

SELECT refused('SELECT pitstop.close_charge(81)', '22003',
               'charging process 81 has the value 32768 for column "duration_min", which is out of range',
               'a charge cannot take 32768 minutes');
SELECT refused('SELECT pitstop.close_charge(82)', '22003',
               'charging process 82 has the value 1015777 for column "charge_energy_used", which is out of range',
               'a charge cannot use 1015777 kWh');
SELECT refused('SELECT pitstop.close_charge(83)', '22003',
               'charging process 83 has the value 1000000000009.9900 for column "cost", which is out of range',
               'a charge cannot cost 1000000000009.99');
SELECT refused('SELECT pitstop.close_charge(84)', '55000',
               'charging process 84 is billed per minute, but geofence 7 has no price',
               'a price per minute has to be there');
SELECT refused('SELECT pitstop.close_charge(85)', '22003', 'charging process 85 has a charge dated infinity',
               'a charge cannot end at infinity');
SELECT bag_eq('SELECT * FROM contents()', 'TABLE before', 'what is refused changes nothing');

DELETE FROM public.settings;
CREATE TEMP TABLE before_without_settings AS SELECT * FROM contents();
SELECT refused('SELECT pitstop.close_charge(61)', '55000', 'TeslaMate''s table settings has 0 rows instead of one',
               'without TeslaMate''s settings no charge is closed');
SELECT bag_eq('SELECT * FROM contents()', 'TABLE before_without_settings', 'without settings nothing changes');
INSERT INTO public.settings (inserted_at, updated_at) VALUES ('2025-01-01', '2025-01-01'), ('2025-01-01', '2025-01-01');
SELECT refused('SELECT pitstop.close_charge(61)', '55000', 'TeslaMate''s table settings has 2 rows instead of one',
               'with two rows of settings no charge is closed');

SELECT * FROM finish();
ROLLBACK;
