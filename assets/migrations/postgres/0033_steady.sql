-- Postgres has one clock for all who connect; SQLite gets a table for that here, and nothing changes on this side.

select 1;
