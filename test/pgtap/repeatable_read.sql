-- A transaction that keeps one snapshot does not see the positions that TeslaMate adds while it goes on: it changes
-- nothing, and may look.
-- database: teslamate_parity
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT plan(11);

CREATE TEMP TABLE before AS SELECT d::text FROM public.drives AS d;

SELECT throws_ok(
    'SELECT pitstop.close_drive(1)', '55000',
    'cannot run pitstop.close_drive() in a transaction that keeps one snapshot', 'no drive is closed');
SELECT throws_like('SELECT pitstop.close_charge(1)', 'cannot run pitstop.close_charge()%one snapshot', 'nor a charge');
SELECT throws_like('SELECT pitstop.close_stale()', 'cannot run pitstop.close_stale()%one snapshot', 'nor all of them');
SELECT throws_like('SELECT pitstop.delete_drive(1)', 'cannot run pitstop.delete_drive()%one snapshot', 'nothing is deleted');
SELECT throws_like('SELECT pitstop.delete_charge(1)', 'cannot run pitstop.delete_charge()%one snapshot', 'nor a charge is');
SELECT throws_like('SELECT pitstop.undo(1)', 'cannot run pitstop.undo()%one snapshot', 'nothing is undone');
SELECT set_eq('SELECT d::text FROM public.drives AS d', 'TABLE before', 'the drives are as they were');

SELECT isnt_empty('SELECT * FROM pitstop.incomplete()', 'what is open can be listed');
SELECT isnt_empty('SELECT * FROM pitstop.close_stale(dry_run => true)', 'and what would be closed');
SELECT isnt_empty('SELECT * FROM pitstop.delete_drive(1, dry_run => true)', 'and what would be deleted');
SELECT isnt_empty('SELECT * FROM pitstop.check_teslamate()', 'and whether everything fits');

SELECT * FROM finish();
ROLLBACK;
