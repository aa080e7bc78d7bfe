-- When a job first failed as it fails now: its row changes with every pause, and with every retry that is taken back.
alter table jobs add column failed_at text;
update jobs set failed_at = coalesce((select min(a.finished_at) from attempts a where a.job_id = jobs.id
        and (a.signature = jobs.signature or a.signature is null and a.outcome = 'may_have_left')), updated_at)
    where signature is not null and not settled and state in ('ready', 'running', 'retrying', 'held', 'unknown', 'dead');
