//! Releases: what was frozen when somebody said go, how far it got, and the steps it takes.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::filtering::{Bind, Sql};
use super::rows::from_row;
use super::statement::values;
use super::{Outcome, Store, Tx};
use crate::domain::actor::Person;
use crate::domain::destination::Breaker;
use crate::domain::failure::Failure;
use crate::domain::id::{DestinationId, EntryId, JobId, Kind, PersonId, Ref, ReleaseId};
use crate::domain::job::{AttemptOutcome, JobState};
use crate::domain::release::{Ends, LOOKED_BACK, Pace, Release, ReleaseOutcome, ReleaseState, ReleasedJob};

const RELEASES: &str = "select r.id, r.number, r.destination_id, d.name as destination, r.signature, p.name as by, r.reason,
        r.state, r.total, r.step_size, r.ended_why, r.created_at, r.finished_at,
        (select count(*) from release_jobs j where j.release_id = r.id and j.outcome = 'released') as out,
        (select count(*) from release_jobs j where j.release_id = r.id and j.outcome = 'succeeded') as succeeded,
        (select count(*) from release_jobs j where j.release_id = r.id and j.outcome = 'failed') as failed,
        (select count(*) from release_jobs j where j.release_id = r.id and j.outcome = 'skipped') as skipped
    from releases r join destinations d on d.id = r.destination_id join people p on p.id = r.person_id where true";
from_row!(Release { id: Uuid, number: =i64, destination_id: Uuid, destination: =String, signature: =String, by: =String,
    reason: =Option<String>, state: String, total: =i64, step_size: =i64, out: =i64, succeeded: =i64, failed: =i64,
    skipped: =i64, ended_why: =Option<String>, created_at: =DateTime<Utc>, finished_at: =Option<DateTime<Utc>>, });

/// How long a release that ended is still shown with its group.
const SHOWN_FOR: TimeDelta = TimeDelta::minutes(15);

/// An open release, as its next step needs it.
#[derive(Clone, Debug)]
pub struct Open {
    /// Its id.
    pub id: ReleaseId,
    /// What people call it.
    pub number: i64,
    /// Raised by every step: whoever saw an older one takes none.
    pub version: i64,
    /// Who began it: each job goes in this person's name.
    pub person: PersonId,
    /// Why, in the person's words.
    pub reason: Option<String>,
    /// Steps so far.
    pub steps: i64,
    /// Where its jobs go.
    pub destination_id: DestinationId,
    /// That destination's name.
    pub destination: String,
    /// Whether that destination is paused by hand.
    pub paused: bool,
    /// Whether its breaker lets jobs through.
    pub breaker: Breaker,
    step_size: i64,
    stepped_at: Option<DateTime<Utc>>,
}
from_row!(Open { id: Uuid, number: =i64, version: =i64, person: Uuid, reason: =Option<String>, steps: =i64,
    destination_id: Uuid, destination: =String, paused: =bool, breaker: String, step_size: =i64, stepped_at: =Option<DateTime<Utc>>, });

/// A job that is on its way in a release.
#[derive(Clone, Debug)]
pub struct OnItsWay {
    /// Its place in the release.
    pub position: i64,
    /// Where the job that does the work stands.
    pub state: JobState,
    /// Its last try since it was let go.
    pub last: Option<AttemptOutcome>,
    /// How it failed.
    pub signature: Option<String>,
}
from_row!(OnItsWay { position: =i64, state: String, last: ?String, signature: =Option<String>, });

struct Job {
    number: i64,
    new_number: Option<i64>,
    step: Option<i64>,
    outcome: ReleaseOutcome,
    said: Option<String>,
}
from_row!(Job { number: =i64, new_number: =Option<i64>, step: =Option<i64>, outcome: String, said: =Option<String>, });

struct Counts {
    well: i64,
    badly: i64,
    out: i64,
    waiting: i64,
    due: i64,
}
from_row!(Counts { well: =i64, badly: =i64, out: =i64, waiting: =i64, due: =i64, });

/// A group that is frozen to be released.
#[derive(Clone, Copy, Debug)]
pub struct NewRelease<'a> {
    /// Where its jobs go.
    pub destination: DestinationId,
    /// How they failed.
    pub signature: &'a str,
    /// Who says go.
    pub person: PersonId,
    /// Why.
    pub reason: Option<&'a str>,
    /// The jobs, in the order in which they go.
    pub jobs: &'a [Uuid],
    /// The entry that announces it.
    pub entry: EntryId,
}

impl Tx {
    /// Begins a release; its number, or `None` when one of the group is under way.
    pub async fn start_release(&mut self, new: &NewRelease<'_>) -> Outcome<Option<i64>> {
        const RELEASE: &str = "insert into releases (id, destination_id, signature, person_id, reason, state, total, entry_id,
                created_at, updated_at) values ($1, $2, $3, $4, $5, 'canary', $6, $7, $8, $8)
            on conflict (destination_id, signature) where state in ('canary', 'releasing') do nothing returning number";
        // What is no job of this group is not taken in, whoever names it.
        const JOB: &str = "insert into release_jobs (release_id, position, job_id, outcome)
            select $1, $2, r.id, 'waiting' from jobs r where r.id = $3 and r.destination_id = $4 and r.signature = $5";
        let (id, now) = (ReleaseId::new(), self.now);
        let total = i64::try_from(new.jobs.len()).unwrap_or(i64::MAX);
        let values = values![id, new.destination, new.signature, new.person, new.reason, total, new.entry, now];
        let Some((number,)) = self.one::<(i64,)>(RELEASE, values).await? else { return Ok(None) };
        let mut taken = 0;
        for (position, job) in (1_i64..).zip(new.jobs) {
            taken += self.run(JOB, values![id, position, *job, new.destination, new.signature]).await?;
        }
        if taken < new.jobs.len() as u64 {
            self.run(
                "update releases set total = $2 where id = $1",
                values![id, i64::try_from(taken).unwrap_or(i64::MAX).max(1)],
            )
            .await?;
        }
        Ok(Some(number))
    }

    /// Ends the open release of a group; its number, or `None` when none is open.
    pub async fn end_release(&mut self, id: ReleaseId, state: ReleaseState, why: &str) -> Outcome<Option<i64>> {
        const SQL: &str =
            "update releases set state = $2, ended_why = $3, finished_at = $4, updated_at = $4, version = version + 1
            where id = $1 and state in ('canary', 'releasing') returning number";
        let now = self.now;
        Ok(self.one::<(i64,)>(SQL, values![id, state.as_str(), why, now]).await?.map(|row| row.0))
    }

    /// The open release of a group.
    pub async fn open_release(&mut self, destination: DestinationId, signature: &str) -> Outcome<Option<ReleaseId>> {
        const SQL: &str =
            "select id from releases where destination_id = $1 and signature = $2 and state in ('canary', 'releasing')";
        Ok(self.one::<(Uuid,)>(SQL, values![destination, signature]).await?.map(|row| ReleaseId(row.0)))
    }

    /// The number of a destination, and whether nothing goes there now; `None` when there is none.
    pub async fn stands_still(&mut self, destination: DestinationId) -> Outcome<Option<(i64, bool)>> {
        const SQL: &str = "select number, (paused or breaker <> 'closed') as stands from destinations where id = $1";
        self.one(SQL, values![destination]).await
    }

    /// The next jobs' turn is now; `false` when another worker took the step.
    pub async fn take_step(&mut self, release: &Open, size: i64) -> Outcome<bool> {
        const STEP: &str =
            "update releases set state = case when steps = 0 then 'canary' else 'releasing' end, steps = steps + 1,
                step_size = $3, stepped_at = $4, updated_at = $4, version = version + 1
            where id = $1 and version = $2 and state in ('canary', 'releasing') returning steps";
        const DUE: &str = "update release_jobs set outcome = 'due', step = $2 where release_id = $1 and outcome = 'waiting'
            and position in (select position from release_jobs where release_id = $1 and outcome = 'waiting' order by position limit $3)";
        let now = self.now;
        let Some((step,)) = self.one::<(i64,)>(STEP, values![release.id, release.version, size, now]).await? else {
            return Ok(false);
        };
        self.run(DUE, values![release.id, step, size]).await?;
        Ok(true)
    }

    /// Takes the turn of one job; `false` when it was taken, or the release was stopped meanwhile.
    pub async fn take_turn(&mut self, release: ReleaseId, position: i64) -> Outcome<bool> {
        const SQL: &str = "update release_jobs set outcome = 'released', released_at = $3
            where release_id = $1 and position = $2 and outcome = 'due'
                and (select r.state from releases r where r.id = $1) in ('canary', 'releasing')";
        let now = self.now;
        Ok(self.run(SQL, values![release, position, now]).await? == 1)
    }

    /// Notes the new job that does the work.
    pub async fn note_new_job(&mut self, release: ReleaseId, position: i64, job: JobId) -> Outcome<()> {
        const SQL: &str = "update release_jobs set new_job_id = $3 where release_id = $1 and position = $2";
        self.run(SQL, values![release, position, job]).await.map(drop)
    }

    /// Notes what became of a job.
    pub async fn end_turn(
        &mut self,
        release: ReleaseId,
        position: i64,
        outcome: ReleaseOutcome,
        said: Option<&str>,
    ) -> Outcome<()> {
        const SQL: &str = "update release_jobs set outcome = $3, said = $4, ended_at = $5
            where release_id = $1 and position = $2 and outcome in ('due', 'released')";
        let now = self.now;
        self.run(SQL, values![release, position, outcome.as_str(), said, now]).await.map(drop)
    }
}

impl Store {
    /// Every open release, the oldest first.
    pub async fn open_releases(&self) -> Outcome<Vec<Open>> {
        self.rows(&Sql::new(
            "select r.id, r.number, r.version, r.person_id as person, r.reason, r.steps, r.step_size, r.stepped_at,
                r.destination_id, d.name as destination, d.paused, d.breaker
            from releases r join destinations d on d.id = r.destination_id
            where r.state in ('canary', 'releasing') order by r.created_at, r.id",
        ))
        .await
    }

    /// Every release with jobs on their way; those that have ended, too: what they let go comes back all the same.
    pub async fn releases_with_jobs_out(&self) -> Outcome<Vec<ReleaseId>> {
        let found: Vec<(Uuid,)> =
            self.rows(&Sql::new("select distinct release_id from release_jobs where outcome = 'released'")).await?;
        Ok(found.into_iter().map(|row| ReleaseId(row.0)).collect())
    }

    /// What of a release is on its way.
    pub async fn on_their_way(&self, release: ReleaseId) -> Outcome<Vec<OnItsWay>> {
        let mut sql = Sql::new(
            "select x.position, j.state, j.signature,
                (select a.outcome from attempts a where a.job_id = j.id and a.started_at >= x.released_at
                    order by a.n desc, a.fence desc limit 1) as last
            from release_jobs x join jobs j on j.id = coalesce(x.new_job_id, x.job_id)
            where x.outcome = 'released' and x.release_id = ",
        );
        self.rows(sql.bind(Bind::Id(release.0))).await
    }

    /// The jobs of a release whose turn is now: place and job.
    pub async fn due_turns(&self, release: ReleaseId) -> Outcome<Vec<(i64, Uuid)>> {
        let mut sql = Sql::new("select position, job_id from release_jobs where outcome = 'due' and release_id = ");
        sql.bind(Bind::Id(release.0)).push(" order by position");
        self.rows(&sql).await
    }

    /// What the decision on the next step looks at; `None` while turns of the last step are still to be taken.
    pub async fn pace(&self, release: &Open) -> Outcome<Option<Pace>> {
        let mut sql = Sql::new("select count(case when outcome = 'succeeded' and step = ");
        sql.bind(Bind::Number(release.steps)).push(" then 1 end) as well, count(case when outcome = 'failed' and step = ");
        sql.bind(Bind::Number(release.steps))
            .push(" then 1 end) as badly, count(case when outcome = 'released' then 1 end) as out,");
        sql.push(
            " count(case when outcome = 'waiting' then 1 end) as waiting, count(case when outcome = 'due' then 1 end) as due",
        );
        sql.push(" from release_jobs where release_id = ").bind(Bind::Id(release.id.0));
        let Some(counts) = self.rows::<Counts>(&sql).await?.pop().filter(|counts| counts.due == 0) else { return Ok(None) };
        let mut sql = Sql::new("select outcome from release_jobs where outcome in ('succeeded', 'failed') and release_id = ");
        sql.bind(Bind::Id(release.id.0)).push(" order by ended_at desc, position desc limit ");
        sql.bind(Bind::Number(LOOKED_BACK as i64));
        let recent: Vec<(String,)> = self.rows(&sql).await?;
        Ok(Some(Pace {
            step: release.step_size,
            last: Ends { well: counts.well, badly: counts.badly, out: counts.out },
            out_for: release.stepped_at.map_or(TimeDelta::zero(), |at| self.clock.now() - at),
            recent: recent.iter().rev().map(|row| row.0 == ReleaseOutcome::Succeeded.as_str()).collect(),
            waiting: counts.waiting,
        }))
    }

    /// Releases, the newest first: all of them to whoever sees all clients, to others their own.
    pub async fn releases(&self, me: &Person, limit: i64) -> Outcome<Vec<Release>> {
        let mut sql = Sql::new(RELEASES);
        own(&mut sql, me).push(" order by r.created_at desc, r.id desc limit ").bind(Bind::Number(limit));
        self.rows(&sql).await
    }

    /// Those that are open or have just ended, the newest first.
    pub(crate) async fn fresh_releases(&self, me: &Person) -> Outcome<Vec<Release>> {
        let mut sql = Sql::new(RELEASES);
        let since = self.clock.now() - SHOWN_FOR;
        own(&mut sql, me).push(" and (r.finished_at is null or r.finished_at > ").bind(Bind::Time(since));
        sql.push(") order by r.created_at desc, r.id desc limit 200");
        self.rows(&sql).await
    }

    /// One release with its jobs, in the order in which they go.
    ///
    /// # Errors
    /// `NotFound` also when the person may not see it.
    pub async fn release(&self, me: &Person, number: i64) -> Outcome<(Release, Vec<ReleasedJob>)> {
        let mut sql = Sql::new(RELEASES);
        own(&mut sql, me).push(" and r.number = ").bind(Bind::Number(number));
        let found: Option<Release> = self.rows(&sql).await?.pop();
        let release = found.ok_or_else(|| Failure::NotFound(format!("release {number}")))?;
        let mut sql = Sql::new(
            "select j.number, n.number as new_number, x.step, x.outcome, x.said from release_jobs x
            join jobs j on j.id = x.job_id left join jobs n on n.id = x.new_job_id where x.release_id = ",
        );
        sql.bind(Bind::Id(release.id.0)).push(" order by x.position");
        let job = |row: Job| ReleasedJob {
            job: Ref::new(Kind::Job, row.number),
            new_job: row.new_number.map(|number| Ref::new(Kind::Job, number)),
            step: row.step,
            outcome: row.outcome,
            said: row.said,
        };
        Ok((release, self.rows::<Job>(&sql).await?.into_iter().map(job).collect()))
    }

    /// The one who began a release, as this person is now.
    pub async fn person_of(&self, release: &Open) -> Outcome<Option<Person>> {
        Ok(self.list_people().await?.into_iter().find(|person| person.id == release.person))
    }
}

/// What it tells is of all clients, so only who sees them all, or began it, is told.
fn own<'a>(sql: &'a mut Sql, me: &Person) -> &'a mut Sql {
    if me.clients.is_some() {
        sql.push(" and r.person_id = ").bind(Bind::Id(me.id.0));
    }
    sql
}
