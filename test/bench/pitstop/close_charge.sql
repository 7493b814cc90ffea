\set turn :turn + 1
\set process permute(:turn, :processes) + 1
SELECT * FROM pitstop.close_charge(:process);
