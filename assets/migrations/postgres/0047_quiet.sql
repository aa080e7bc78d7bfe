-- Until when a destination asked to be left alone: all that goes there waits, not the one job alone that heard it.
alter table destinations add column quiet_until timestamptz;
