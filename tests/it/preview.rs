//! The preview comes over a connection of the portal's own, and over none that may read more than the portal.

use quotedeck::domain::act::{Act, Verb};
use quotedeck::domain::actor::{Actor, Person};
use quotedeck::domain::failure::Failure;
use quotedeck::domain::id::{LeadId, Ref};
use quotedeck::domain::proof::Proof;
use quotedeck::store::Store;
use quotedeck::store::connect::{Place, Purpose};
use quotedeck::store::portal::{Login, Reader};
use quotedeck::workflow::act::perform;
use quotedeck::workflow::review::{NewDraft, file_draft};
use rstest::rstest;
use sqlx::{Connection as _, PgConnection};

use crate::databases::{World, on_postgres, unprepared_database};
use crate::drafting::{set_up, work};
use crate::fixtures::with;

const SAFE: &str = "The customer asked about a water heater.";

/// A draft to look at.
struct Desk<'a> {
    world: &'a World,
    rosa: Person,
    draft: Ref,
}

impl<'a> Desk<'a> {
    async fn of(world: &'a World) -> Self {
        let (acme, rosa) = set_up(world).await;
        let lead = LeadId(world.lead(&acme, with![]).await.id);
        let new = NewDraft { lead, title: "a call".into(), text: SAFE.into(), model: "outline".into() };
        let draft = file_draft(&world.store, &Actor::Worker, &new).await.unwrap();
        Self { world, rosa, draft }
    }

    async fn preview(&self, store: &Store) -> Result<Proof, Failure> {
        let id = store.find(&self.rosa, self.draft).await.unwrap().id;
        store.portal_preview(&self.rosa, id.into(), SAFE).await
    }

    async fn act(&self, verb: Verb) {
        let target = self.world.store.find(&self.rosa, self.draft).await.unwrap();
        perform(&self.world.store, &self.rosa, &Act { target, verb, reason: None }).await.unwrap();
    }

    async fn publish(&self) {
        self.act(Verb::ClaimDraft { take_over: false }).await;
        let work_version = self.world.number("select work_version from drafts").await;
        self.act(Verb::ApproveDraft { text: SAFE.into(), work_version }).await;
        self.world.clock.advance(chrono::TimeDelta::seconds(11));
        work(self.world).await;
    }
}

/// A login that is gone with the test: logins belong to the whole server.
struct Made<'a>(&'a World, String);

impl<'a> Made<'a> {
    async fn of(world: &'a World, more: &str, member: &str) -> Self {
        let name = format!("portal_{}", uuid::Uuid::now_v7().simple());
        world.script(&format!("create role {name} login {more}")).await;
        if !member.is_empty() {
            world.script(&format!("grant {member} to {name}")).await;
        }
        Self(world, name)
    }

    fn login(&self) -> Login {
        Login::own(&self.url(&self.0.url())).unwrap()
    }

    fn url(&self, url: &str) -> String {
        url.replace("//postgres@", &format!("//{}@", self.1))
    }

    fn store(&self) -> Store {
        self.0.store.clone().seen_through(&self.login())
    }

    async fn drop(self, store: Store) {
        store.close().await;
        self.0.script(&format!("drop owned by {0}; drop role {0}", self.1)).await;
    }
}

/// What the preview's own connections are, as the server tells.
async fn sessions(world: &World) -> Vec<String> {
    world
        .texts(
            "select usename::text from pg_stat_activity where application_name = 'quotedeck preview'
                and datname = current_database()",
        )
        .await
}

#[tokio::test]
async fn the_preview_is_what_the_portals_login_sees_later() {
    on_postgres(async |world| {
        let desk = Desk::of(&world).await;
        let portal = Made::of(&world, "", "quotedeck_portal").await;
        let store = portal.store();
        assert_eq!(sessions(&world).await, [""; 0], "it is opened when somebody asks");
        let seen = desk.preview(&store).await.unwrap();
        assert_eq!(store.portal_reader().await.unwrap(), Some(Reader { login: portal.1.clone(), own: true, unbounded: vec!["default_transaction_read_only".into(), "statement_timeout".into()] }));
        assert_eq!(sessions(&world).await, std::slice::from_ref(&portal.1));
        desk.publish().await;

        let Place::Postgres(options) = &world.place else { panic!("this is Postgres") };
        let mut connection = PgConnection::connect_with(&(**options).clone().username(&portal.1)).await.unwrap();
        let sql = "select summary_id::text, client, text, text_hash, source_label, period, status, next_action, fresh_as_of from client.summaries";
        type Row = (String, String, String, String, String, String, String, String, Option<chrono::DateTime<chrono::FixedOffset>>);
        let shown: Vec<Row> = sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        let [shown] = &shown[..] else { panic!("{shown:?}") };
        let (_, client, text, hash, label, period, status, next, fresh) = shown.clone();
        let seen =
            (seen.client, seen.text, seen.text_hash, seen.source_label, seen.period, seen.status, seen.next_action, seen.fresh_as_of);
        assert_eq!(seen, (client, text, hash, label, period, status, next, fresh));
        portal.drop(store).await;
    })
    .await;
}

#[tokio::test]
async fn without_a_login_of_its_own_the_session_starts_as_the_portal() {
    on_postgres(async |world| {
        let desk = Desk::of(&world).await;
        assert_eq!(desk.preview(&world.store).await.unwrap().text, SAFE);
        assert_eq!(
            world.store.portal_reader().await.unwrap(),
            Some(Reader { login: "postgres".into(), own: false, unbounded: vec![] })
        );
        // What is not approved stands in no statement that another session could see.
        let seen = "select count(*) from pg_stat_activity where query like '%about a water heater%' and pid <> pg_backend_pid()";
        assert_eq!(world.number(seen).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_plain_login_of_the_program_may_start_as_the_portal() {
    on_postgres(async |world| {
        let desk = Desk::of(&world).await;
        let rosa = Made::of(&world, "", "quotedeck_app").await;
        let place = rosa.url(&world.url()).parse().unwrap();
        let store = Store::open(&place, world.clock.clone(), Purpose::Deck).await.unwrap();
        assert_eq!(desk.preview(&store).await.unwrap().text, SAFE);
        assert_eq!(store.portal_reader().await.unwrap(), Some(Reader { login: rosa.1.clone(), own: false, unbounded: vec![] }));
        rosa.drop(store).await;
    })
    .await;
}

#[tokio::test]
async fn a_lost_connection_is_opened_anew() {
    on_postgres(async |world| {
        let desk = Desk::of(&world).await;
        for _ in 0..3 {
            desk.preview(&world.store).await.unwrap();
            assert_eq!(sessions(&world).await.len(), 1);
            let killed = "select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity
                where application_name = 'quotedeck preview' and datname = current_database()";
            assert_eq!(world.number(killed).await, 1);
        }
        assert_eq!(desk.preview(&world.store).await.unwrap().text, SAFE);
    })
    .await;
}

/// The view with a column that somebody else could fill from inside.
const PEEKING: &str = "
    create function public.peek() returns text language sql as 'select name from internal.leads limit 1';
    grant execute on function public.peek() to quotedeck_portal, quotedeck_app;
    drop view client.summaries;
    create view client.summaries with (security_barrier = true) as select summary_id, client_id, client, public.peek() as text,
        text_hash, source_label, period, status, next_action, fresh_as_of, approved_at, published_at from internal.approved_texts
        where published_at is not null and withdrawn_at is null;
    alter view client.summaries owner to quotedeck_owner;
    grant select on client.summaries to quotedeck_portal";

#[rstest]
#[case::started(false)]
#[case::own(true)]
#[tokio::test]
async fn what_it_reads_over_it_reads_nothing_internal(#[case] own: bool) {
    on_postgres(async |world| {
        let desk = Desk::of(&world).await;
        let portal = Made::of(&world, "", "quotedeck_portal").await;
        let store = if own { portal.store() } else { world.store.clone() };
        assert_eq!(desk.preview(&store).await.unwrap().text, SAFE);
        // The program itself could read it.
        world.script(PEEKING).await;
        world.attempt(crate::databases::Login::Program, "select public.peek()").await.unwrap();
        let refused = desk.preview(&store).await.unwrap_err();
        assert!(matches!(refused, Failure::Refused { .. }) && !refused.to_string().contains("Ortiz"), "{refused}");
        portal.drop(store).await;
    })
    .await;
}

#[rstest]
#[case::a_grant(
    "grant usage on schema internal to quotedeck_portal; grant select on internal.leads to quotedeck_portal",
    "can read internal.leads"
)]
#[case::one_column(
    "grant usage on schema internal to quotedeck_portal; grant select (name) on internal.leads to public",
    "can read internal.leads"
)]
#[case::another_view(
    "drop view client.summaries; create view client.summaries with (security_barrier = true) as select name as text from internal.leads",
    "is not the one this program made"
)]
#[case::no_right("revoke select on client.summaries from quotedeck_portal", "may not read client.summaries")]
#[tokio::test]
async fn a_wall_with_a_hole_is_not_looked_through(#[case] mutation: &str, #[case] why: &str) {
    on_postgres(async |world| {
        let desk = Desk::of(&world).await;
        desk.preview(&world.store).await.unwrap();
        world.script(mutation).await;
        let refused = desk.preview(&world.store).await.unwrap_err();
        assert!(matches!(refused, Failure::Refused { .. }) && refused.to_string().contains(why), "{refused}");
    })
    .await;
}

#[rstest]
#[case::the_program("", "quotedeck_portal, quotedeck_app", "can read internal.")]
#[case::an_administrator("superuser", "quotedeck_portal", "is more than a portal")]
#[case::more_than_a_portal("", "quotedeck_portal, pg_monitor", "is also pg_monitor")]
#[case::makes_roles("createrole", "quotedeck_portal", "is more than a portal")]
#[case::no_portal("", "", "may not read client.summaries")]
#[tokio::test]
async fn a_login_that_is_not_the_portals_is_refused(#[case] more: &str, #[case] member: &str, #[case] why: &str) {
    on_postgres(async |world| {
        let desk = Desk::of(&world).await;
        let login = Made::of(&world, more, member).await;
        let store = login.store();
        let refused = desk.preview(&store).await.unwrap_err();
        assert!(matches!(refused, Failure::Refused { .. }) && refused.to_string().contains(why), "{refused}");
        login.drop(store).await;
    })
    .await;
}

#[tokio::test]
async fn a_login_that_leads_elsewhere_is_refused() {
    on_postgres(async |world| {
        let desk = Desk::of(&world).await;
        let refused = async |login: Login, why: &str| {
            let refused = desk.preview(&world.store.clone().seen_through(&login)).await.unwrap_err();
            assert!(matches!(refused, Failure::Refused { .. }) && refused.to_string().contains(why), "{refused}");
        };
        let portal = Made::of(&world, "", "quotedeck_portal").await;
        let other = unprepared_database().await;
        let Place::Postgres(options) = &world.place else { panic!("this is Postgres") };
        let here = options.get_database().unwrap();
        let url = |name: &str| portal.url(&world.url()).replace(&format!("/{here}?"), &format!("/{name}?"));
        refused(Login::own(&url(other.get_database().unwrap())).unwrap(), "another database than the program's").await;
        refused(Login::own(&url("nowhere")).unwrap(), "no database of that name").await;
        refused(Login::own(&world.url().replace("//postgres@", "//nobody@")).unwrap(), "refused the portal's login").await;
        refused(Login::Unknown("the variable PORTAL is not set".into()), "the variable PORTAL is not set").await;
        world.script(&format!("alter role {} set role quotedeck_portal", portal.1)).await;
        refused(portal.login(), "acts as quotedeck_portal from its first moment").await;
        // The program goes on as before.
        assert_eq!(desk.preview(&world.store).await.unwrap().text, SAFE);
        portal.drop(world.store.clone()).await;
    })
    .await;
}
