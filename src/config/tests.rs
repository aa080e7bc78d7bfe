//! What may stand in the file, what is said of what may not, and what goes before what.

use proptest::prelude::*;
use rstest::rstest;

use super::environment::Environment;
use super::*;

fn paths() -> Paths {
    let file = |name: &str| PathBuf::from("/home/rosa").join(name);
    Paths { config: file("config.toml"), database: file("deck.sqlite"), log: file("deck.log"), recovery: file("recovery") }
}

fn read(text: &str) -> Result<Config, BadConfig> {
    Config::of(text.as_bytes(), Path::new("config.toml"), &Environment::default(), Some(&paths()))
}

fn said(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn nothing_set_means_the_defaults() {
    let config = read("").unwrap();
    assert_eq!(config.database, "sqlite:/home/rosa/deck.sqlite");
    assert_eq!((config.actor, config.log.level, config.path), (None, LogLevel::Info, None));
    assert_eq!(config.log.file.unwrap(), Path::new("/home/rosa/deck.log"));
    assert_eq!(config.theme, Theme::default());
}

#[test]
fn a_whole_file_is_read() {
    let config = read(
        r##"
        database = "postgres://deck@localhost/leads"
        actor = "rosa"
        [log]
        level = "debug"
        file = "/tmp/deck.log"
        [theme]
        name = "light"
        bad = "#ff0000"
        [keys]
        undo = ["U"]
        [csv.columns]
        phone = "Cell"
        [[client]]
        name = "Acme Plumbing"
        time_zone = "America/Denver"
        low_value_below = 300
        high_value_at = "2,500.50"
        addresses = ["(512) 555-0100", "acme-thumbtack"]
        findings = { blame = "block", negation = "note" }
        [[client]]
        name = "Brill Roofing"
        [[person]]
        name = "ana"
        role = "reviewer"
        clients = ["Acme Plumbing"]
        [[person]]
        name = "rosa"
        role = "owner"
        "##,
    )
    .unwrap();
    assert_eq!(config.database, "postgres://deck@localhost/leads");
    let acme = &config.clients[0];
    assert_eq!((acme.low_value_below, acme.high_value_at), (Money::whole(300), Money::minor(250_050)));
    assert_eq!(acme.addresses, ["+15125550100", "acme-thumbtack"]);
    assert_eq!(acme.severities.to_string(), "blame=block negation=note");
    assert_eq!((config.clients[1].time_zone.as_str(), config.clients[1].region.as_str()), ("America/Chicago", "US"));
    assert_eq!(config.people[0].clients.as_deref(), Some(&["Acme Plumbing".to_owned()][..]));
    assert_eq!((config.people[1].role, &config.people[1].clients), (Role::Owner, &None));
    assert_eq!(config.columns.0["phone"], "Cell");
    assert_eq!(Some(config.theme.bad), Theme::colour("#ff0000"));
    assert_eq!(config.theme.accent, Theme::named("light").unwrap().accent);
}

#[rstest]
#[case("databse = 'sqlite:x'", "config.toml:1:1: databse: there is no such key; known here: database, actor, portal,")]
#[case("actor = 5", "config.toml:1:9: actor: this is the wrong kind of value; write text in quotes")]
#[case("actor = ''", "config.toml:1:9: actor: it is empty; write a name")]
#[case("actor = \"a\\u0000b\"", "config.toml:1:9: actor: it holds a character that nobody can see")]
#[case("database = 'mysql://h/d'", "config.toml:1:12: database: it names no database; write sqlite:PATH or postgres://")]
#[case("database = 'sqlite:~/d'", "config.toml:1:12: database: ~ is not replaced here; write the whole path")]
#[case(
    "\n[log]\nlevel = 'loud'",
    "config.toml:3:9: log.level: there is no such word; write one of: error, warn, info, debug, trace"
)]
#[case(
    "[portal]\ndatabase = 'sqlite:x'",
    "config.toml:2:12: portal.database: SQLite has no logins; write postgres://LOGIN@HOST/NAME"
)]
#[case("[portal]\ndatabase = ''", "config.toml:2:12: portal.database: it names no database; write postgres://LOGIN@HOST/NAME")]
#[case(
    "[portal]\ndatabase = 'postgres://p@h/d'\ndatabase_env = 'P'",
    "config.toml:2:12: portal.database: a variable or a file says it already"
)]
#[case("[log]\nfile = '~/x'", "config.toml:2:8: log.file: ~ is not replaced here")]
#[case("[theme]\nname = 'neon'", "config.toml:2:8: theme.name: there is no such theme; write one of: default, light, contrast")]
#[case("[theme]\nmood = 'red'", "config.toml:2:1: theme.mood: there is no such colour; known here: name, accent,")]
#[case("[theme]\nbad = 'sunny'", "config.toml:2:7: theme.bad: this is no colour; write a name like red")]
#[case("theme = 'light'", "config.toml:1:9: theme: this is the wrong kind of value; write a table")]
#[case(
    "[[automation]]\nname = 'text_back'\nstage = 'off'\ntemplate = 'text_bak'",
    "config.toml:4:12: automation.template: there is no template of this name; add a [[template]], or write one of: quote_confirmation,"
)]
#[case(
    "[[automation]]\nname = 'text_bak'\nstage = 'off'",
    "config.toml:2:8: automation.name: there is no such automation; write one of: text_back,"
)]
#[case(
    "[[automation]]\nname = 'text_back'\nstage = 'full'",
    "config.toml:2:8: automation.name: nobody lets it write to people before somebody answers for it (C10)"
)]
#[case(
    "[[automation]]\nname = 'text_back'\nstage = 'limited'\nincident_owner = 'rosa'\nrollback = 'call'",
    "config.toml:2:8: automation.name: it is limited, and nothing says to how much"
)]
#[case(
    "[[template]]\nname = 'x'\nchannel = 'sms'\ntext = 'Hi {nam}'\nopt_out = 'STOP'\nresponse_window_minutes = 5\nescalate_to = 'rosa'\napproved_by = 'rosa'",
    "config.toml:4:8: template.text: it has {nam}, which nobody fills"
)]
#[case("[keys]\nfly = ['f']", "config.toml:2:1: keys.fly: there is no such action; `quotedeck config example`")]
#[case("[keys]\nundo = ['Entr']", "config.toml:2:1: keys.undo: \"Entr\" names no key; write a letter")]
#[case("[keys]\nundo = ['q']", "config.toml:2:1: keys.undo: q already means quit there; give one of them another key")]
#[case("[keys]\nopen = ['x']", "config.toml:2:1: keys.open: x already means mark there; give one of them another key")]
#[case("[keys]\nundo = 'U'", "config.toml:2:8: keys.undo: this is the wrong kind of value; write a list")]
#[case("[csv.columns]\nfone = 'Cell'", "config.toml:2:1: csv.columns.fone: there is no such field; write one of: key, kind,")]
#[case("[csv.columns]\nphone = ' '", "config.toml:2:9: csv.columns.phone: it is empty")]
#[case(
    "[[client]]\nname = 'A'\nfindings = { phone = 'warn' }",
    "config.toml:3:22: client.findings.phone: phone may not weigh less than block: leads to a person"
)]
#[case(
    "[[client]]\nname = 'A'\nfindings = { fone = 'warn' }",
    "config.toml:3:14: client.findings.fone: there is no such finding; known here: phone, email,"
)]
#[case(
    "[[client]]\nname = 'A'\nfindings = { blame = 'loud' }",
    "config.toml:3:22: client.findings.blame: there is no such word; write one of: note, warn, block"
)]
#[case("[[client]]\nregion = 'US'", "config.toml:1:1: client: it has no name; add name = …")]
#[case(
    "[[client]]\nname = 'é'\ntime_zone = 'Amerca/Chicago'",
    "config.toml:3:13: client.time_zone: \"Amerca/Chicago\" is no time zone"
)]
#[case(
    "[[client]]\nname = 'A'\nregion = 'USA'",
    "config.toml:3:10: client.region: \"USA\" is no region; write two letters like US"
)]
#[case(
    "[[client]]\nname = 'A'\nhigh_value_at = 'much'",
    "config.toml:3:17: client.high_value_at: \"much\" is no amount of money; write"
)]
#[case(
    "[[client]]\nname = 'A'\nhigh_value_at = 0.5",
    "config.toml:3:17: client.high_value_at: this is the wrong kind of value; write"
)]
#[case(
    "[[client]]\nname = 'A'\nhigh_value_at = 100",
    "config.toml:3:17: client.high_value_at: it is less than low_value_below ($500)"
)]
#[case("[[client]]\nname = 'A'\n[[client]]\nname = 'a'", "config.toml:4:8: client.name: another client has this name")]
#[case("[[client]]\nname='A'\naddresses=['x', 'x']", "config.toml:3:17: client.addresses: A has this address already")]
#[case("[[person]]\nname = 'ana'", "config.toml:1:1: person: it has no role; add role = …")]
#[case("[[person]]\nname = 'ana'\nrole = 'boss'", "config.toml:3:8: person.role: there is no such word; write one of: viewer,")]
#[case(
    "[[person]]\nname = 'ana'\nrole = 'viewer'\nclients = ['A']",
    "config.toml:4:12: person.clients: no [[client]] has the name \"A\""
)]
#[case("actor = 'a'\nactor = 'b'", "config.toml:2:1: it is set twice; keep one of them")]
#[case("actor = \"rosa", "config.toml:1:14: ")]
#[case("é = \u{202e}", "config.toml:1:")]
fn a_bad_file_says_where_what_and_what_to_do(#[case] text: &str, #[case] begins: &str) {
    let said = said(text);
    assert!(said.starts_with(begins), "{said}");
    assert!(!said.chars().any(crate::domain::text::is_unsafe), "{said}");
}

#[rstest]
#[case("database = ['postgres://u:hunter2@h/d']")]
#[case("[portal]\ndatabase = 'mysql://u:hunter2@h/d'")]
#[case("[portal]\ndatabase_env = 'postgres://u:hunter2@h/d'")]
#[case("database = 'mysql://u:hunter2@h/d'")]
#[case("keys = 'postgres://u:hunter2@h/d'")]
#[case("log = 'hunter2'")]
#[case("database = 'postgres://u:hunter2@h/d")]
fn a_password_is_never_repeated(#[case] text: &str) {
    assert!(!said(text).contains("hunter2"), "{}", said(text));
}

#[test]
fn debug_hides_the_database() {
    let config = read("database = 'postgres://u:hunter2@h/d'").unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
    let environment = Environment { database: Some("postgres://u:hunter2@h/d".into()), ..Environment::default() };
    assert!(!format!("{environment:?}").contains("hunter2"));
}

#[test]
fn the_environment_goes_before_the_file() {
    let environment =
        Environment { database: Some("sqlite:/srv/team.sqlite".into()), actor: Some("ana".into()), ..Environment::default() };
    let of = |environment: &Environment, paths: Option<&Paths>| {
        Config::of(b"database = 'sqlite:/a'\nactor = 'rosa'", Path::new("config.toml"), environment, paths)
    };
    let config = of(&environment, None).unwrap();
    assert_eq!((config.database.as_str(), config.actor.as_deref()), ("sqlite:/srv/team.sqlite", Some("ana")));
    let bad = Environment { database: Some("team.sqlite".into()), ..Environment::default() };
    assert!(of(&bad, None).unwrap_err().to_string().starts_with("QUOTEDECK_DATABASE: it names no database; write sqlite:"));
}

#[test]
fn without_a_home_the_database_must_be_named() {
    let nowhere = |text: &str| Config::of(text.as_bytes(), Path::new("config.toml"), &Environment::default(), None);
    assert_eq!(nowhere("").unwrap_err(), BadConfig::NoHome);
    assert_eq!(nowhere("database = 'sqlite:/a'").unwrap().log.file, None);
}

#[test]
fn a_named_file_must_be_there_and_be_text() {
    let missing = Config::load(Some(Path::new("/nowhere/quote\x1b[31mdeck.toml"))).unwrap_err().to_string();
    assert!(missing.starts_with("/nowhere/quote␛[31mdeck.toml: it cannot be read: "), "{missing}");
    let binary = Config::of(b"actor = 'a'\nb = '\xff'", Path::new("config.toml"), &Environment::default(), None).unwrap_err();
    assert_eq!(binary.to_string(), "config.toml:2:6: this is no UTF-8 text; save the file as UTF-8");
}

/// The example with every key in force.
fn uncommented() -> String {
    let bare = |line: &str| {
        let key = line.strip_prefix('#').filter(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '['));
        key.unwrap_or(line).to_owned()
    };
    Config::example().lines().map(bare).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_example_changes_nothing_and_holds_every_key_at_its_default() {
    read(&Config::example()).unwrap();
    let file::File {
        database,
        actor,
        portal,
        log,
        theme,
        keys,
        csv,
        client,
        person,
        destination,
        serve,
        source,
        sync,
        template,
        automation,
    } = file::File::read(&uncommented()).unwrap();
    let file::Log { level, file } = log;
    assert!(database.is_some() && actor.is_some() && level.is_some() && file.is_some());
    let file::Portal { database, database_env, database_file } = portal;
    assert!(database.is_some() && database_env.is_none() && database_file.is_none());
    assert!(Config::example().contains("database_env = ") && Config::example().contains("database_file = "));
    assert_eq!(theme.len(), Theme::MEANINGS.len() + 1);
    assert_eq!(keys.len(), <keys::Action as strum::VariantArray>::VARIANTS.len());
    assert_eq!(csv.columns.len(), crate::domain::event::FIELDS.len());
    let file::Client { name: _, time_zone, region, low_value_below, high_value_at, addresses, findings } = &client[0];
    assert!(
        time_zone.is_some() && region.is_some() && low_value_below.is_some() && high_value_at.is_some() && !addresses.is_empty()
    );
    assert!(person[0].clients.is_some() && !findings.is_empty());
    let file::Destination { name: _, system: _, url, account, from, secret_env, secret_file, .. } = &destination[0];
    // A secret comes from one place; the other is told beside it.
    assert!(url.is_some() && account.is_some() && from.is_some() && secret_env.is_some() && secret_file.is_none());
    assert!(Config::example().contains("secret_file = "));
    let file::Destination { concurrency, per_minute, incident_owner, rollback, .. } = &destination[0];
    assert!(concurrency.is_some() && per_minute.is_some() && incident_owner.is_some() && rollback.is_some());

    assert!(serve.listen.is_some() && serve.public_url.is_some() && serve.tls_cert.is_some() && serve.tls_key.is_some());
    assert!(
        serve.largest_body.is_some() && serve.per_second.is_some() && serve.connections.is_some() && serve.per_address.is_some()
    );
    let file::Source { provider: _, client, secret_env, old_secret_env, header, origins, honeypot, fields, .. } = &source[0];
    assert!(client.is_some() && secret_env.is_some() && old_secret_env.is_some() && header.is_some() && honeypot.is_some());
    assert!(!origins.is_empty() && !fields.is_empty() && source[0].stale_after_minutes.is_some() && source[1].maildir.is_some());
    let file::Sync { client: _, destination: asked, company, every_minutes, stale_after_minutes, since_days, .. } = &sync[0];
    assert!(company.is_some() && every_minutes.is_some() && stale_after_minutes.is_some() && since_days.is_some());
    assert!(destination.iter().any(|destination| destination.name.get_ref() == asked.get_ref()));
    assert!(sync[1].business.is_some() && sync[2].site.is_some());
    assert!(sync.iter().all(|sync| destination.iter().any(|other| other.name.get_ref() == sync.destination.get_ref())));
    let model = destination.iter().find(|destination| destination.model.is_some()).unwrap();
    assert!(model.timeout_seconds.is_some() && model.price_read.is_some() && model.price_written.is_some());
    let by_oauth = destination.iter().find(|destination| destination.token_url.is_some()).unwrap();
    assert!(by_oauth.client_id.is_some() && by_oauth.refresh_file.is_some() && Config::example().contains("or refresh_env"));
    assert_eq!(template[0].name.get_ref(), automation[0].name.get_ref());
    let file::Automation { name: _, stage: _, template, per_day, percent, owner, incident_owner, rollback } = &automation[0];
    assert!(template.is_some() && per_day.is_some() && percent.is_none());
    assert!(owner.is_some() && incident_owner.is_some() && rollback.is_some());

    let (given, default) = (read(&uncommented()).unwrap(), read("[[client]]\nname = 'Acme Plumbing'").unwrap());
    assert_eq!(given.theme, default.theme);
    assert_eq!(format!("{:?}", given.keys), format!("{:?}", default.keys));
    assert_eq!(given.clients[0].low_value_below, default.clients[0].low_value_below);
}

#[test]
fn the_example_file_is_the_generated_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config.example.toml");
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == Config::example(), "write it anew: quotedeck config example > config.example.toml\n{}", Config::example());
}

proptest! {
    #[test]
    fn no_text_panics_and_every_error_is_harmless(
        text in prop_oneof![any::<String>(), "([a-z_]{1,8}|\\[|\\]|=|'|\"|\\.|\n|é|\u{202e}|1|#|\\{|\\}|client|keys|theme){0,40}"],
        at in 0..6_usize,
    ) {
        let head = ["", "[keys]\n", "[theme]\n", "[[client]]\n", "[csv.columns]\n", "database = "][at];
        if let Err(bad) = read(&format!("{head}{text}")) {
            prop_assert!(!bad.to_string().chars().any(crate::domain::text::is_unsafe));
        }
    }
}
