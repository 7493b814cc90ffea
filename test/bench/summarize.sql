-- pgbench: what autovacuum would do for the ranges that deletes fill, here about once for each delete, on nobody's account.
SELECT brin_summarize_new_values('positions_drive_id_date_timestamp_minmax_multi_ops_index');
