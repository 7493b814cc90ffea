-- TeslaMate computes a duration in integer: beyond that it fails, however wide the column has become.
BEGIN;
SELECT plan(6);
\ir ../fixtures/sessions.sql

ALTER TABLE public.drives ALTER COLUMN duration_min TYPE bigint;
ALTER TABLE public.charging_processes ALTER COLUMN duration_min TYPE bigint;
SELECT pg_temp.make_car(1);
SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 3);
SELECT pg_temp.make_charge(2, 1, '2024-05-01 12:00', 3);
UPDATE public.charges SET charger_power = 0;  -- or the energy would not fit its column

UPDATE public.positions SET date = '2124-05-01 10:00' WHERE id = 1003;
UPDATE public.charges SET date = '2124-05-01 12:00' WHERE id = 2003;
SELECT is((SELECT duration_min FROM pitstop.close_drive(1)), 52594560, 'a century fits a column that was widened');
SELECT is((SELECT duration_min FROM pitstop.close_charge(2)), 52594560, 'for a charge too');

UPDATE public.positions SET date = '7024-05-01 10:00' WHERE id = 1003;
UPDATE public.charges SET date = '7024-05-01 12:00' WHERE id = 2003;
SELECT throws_ok('SELECT pitstop.close_drive(1)', '22003',
                 'drive 1 has the value 2629745280 for column "duration_min", which is out of range',
                 'five thousand years are beyond an integer');
SELECT throws_ok('SELECT pitstop.close_charge(2)', '22003',
                 'charging process 2 has the value 2629745280 for column "duration_min", which is out of range',
                 'for a charge too');
SELECT is((SELECT duration_min FROM public.drives WHERE id = 1), 52594560::bigint, 'the drive is as it was');
SELECT is((SELECT duration_min FROM public.charging_processes WHERE id = 2), 52594560::bigint, 'and the charge');

SELECT * FROM finish();
ROLLBACK;
