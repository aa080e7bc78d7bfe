-- Room on the pages of the queue is a matter of Postgres alone.
select 1;
