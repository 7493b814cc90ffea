SELECT * FROM pitstop.close_stale();
