-- What a request to let a text pass is about, place by place: a value that becomes known later was never decided. Null in
-- requests that were made before: they name kinds alone.
alter table overrides add column spans text;
