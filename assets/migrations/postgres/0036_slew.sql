-- Postgres has one clock for all who connect; SQLite's own is set here, and nothing changes on this side.

select 1;
