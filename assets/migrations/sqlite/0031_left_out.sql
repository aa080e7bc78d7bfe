-- What the last round of a sync could not ask for, in sentences; nothing where it was whole.

alter table syncs add column left_out text;
