-- The task by which an owner hears of a request: it is finished with what it asks for, however that ends.
alter table overrides add column task_id blob references tasks (id);
