\set turn :turn + 1
\set drive permute(:turn, :drives) + 1
SELECT * FROM pitstop.close_drive(:drive);
