//! The front door from the command line: a source is made, used by the real program, looked at, mended and closed.

use quotedeck::domain::actor::Role;
use serde_json::Value;

use super::kill::Home;
use super::{send, status, until};
use crate::databases::World;

both_databases!(a_source_from_its_making_to_its_end, a_source_that_fell_silent_says_so, a_url_is_tested_as_a_provider_calls_it);

fn run(home: &Home, words: &[&str]) -> (i32, String, String) {
    let ran = home.command(words).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (ran.status.code().expect("no signal"), text(ran.stdout), text(ran.stderr))
}

fn config(home: &Home, more: &str) {
    let text = format!("[serve]\nlisten = '127.0.0.1:0'\npublic_url = 'https://deck.example'\n{more}");
    std::fs::write(home.home.path().join("c.toml"), text).expect("a file");
}

async fn a_source_from_its_making_to_its_end(world: World) {
    world.client("Acme").await;
    world.person("rosa", Role::Owner, None).await;
    world.person("olga", Role::Operator, None).await;
    let home = Home::of(&world);
    config(&home, "[[source]]\nprovider = 'webhook'\nsecret_file = '/nowhere/key'\n");
    let add = ["source", "add", "form", "--client", "Acme"];
    let refused = run(&home, &[&["--as", "olga"], &add[..]].concat());
    assert!(refused.0 == 3 && refused.2.contains("olga is an operator and may not open a source"), "{refused:?}");
    let (code, url, warned) = run(&home, &add);
    assert!(
        code == 0 && url.starts_with("https://deck.example/in/form/") && warned.contains("cannot be shown again"),
        "{url}{warned}"
    );
    assert_eq!(run(&home, &["source", "add", "webhook", "--client", "Acme"]).0, 0);
    let path = url.trim().trim_start_matches("https://deck.example").to_owned();
    let key = path.rsplit('/').next().unwrap();
    for table in ["journal", "sources"] {
        let column = if table == "journal" { "detail" } else { "provider" };
        assert_eq!(world.number(&format!("select count(*) from {table} where {column} like '%{key}%'")).await, 0);
    }

    let (mut child, address) = home.serve();
    // Whoever has the URL and leaves no way to be reached: parked.
    assert_eq!(status(&send(&address, "POST", &path, &[], b"name=Ana&message=hello").await), 200);
    assert_eq!(status(&send(&address, "POST", &path, &[("Content-Encoding", "gzip")], b"x").await), 415);
    until(&world, "select count(*) from arrivals where state = 'parked'", 1).await;
    until(&world, "select count(*) from refusals", 1).await;
    rustix::process::kill_process(rustix::process::Pid::from_child(&child.0), rustix::process::Signal::TERM).unwrap();
    assert!(child.0.wait().expect("it ends").success(), "a stop is no failure");

    let (code, json, _) = run(&home, &["sources", "--json"]);
    let figures: Value = serde_json::from_str(&json).expect("JSON");
    assert!(code == 0 && figures.as_array().is_some_and(|all| all.len() == 2), "{json}");
    let form = &figures[0];
    assert_eq!((&form["provider"], &form["urls"], &form["parked"]), (&"form".into(), &1.into(), &1.into()));
    assert_eq!((&form["refused"][0]["reason"], &form["refused"][0]["count"]), (&"encoded".into(), &1.into()));
    let (code, table, _) = run(&home, &["sources"]);
    assert!(code == 0 && table.contains("encoded 1") && !table.contains(key), "{table}");

    let (code, told, _) = run(&home, &["source", "replay", "W-1"]);
    assert!(code == 4 && told.contains("nobody can be reached"), "{told}");
    let (code, told, _) = run(&home, &["source", "replay", "--provider", "form", "--client", "Acme"]);
    assert!(code == 4 && told.lines().count() == 1, "{told}");
    assert_eq!(run(&home, &["source", "replay", "L-1"]).0, 2);

    let before = world.number("select count(*) from payloads").await;
    let (code, told, _) = run(&home, &["source", "test", "form", "--client", "Acme"]);
    assert!(
        code == 0 && told.contains("nothing but the URL vouches for it; it makes a form sent that tells name, phone"),
        "{told}"
    );
    let (code, told, _) = run(&home, &["source", "test", "webhook", "--client", "Acme", "--json"]);
    assert!(code == 4 && told.contains("no_secret") && told.contains("parked"), "{told}");
    assert_eq!(world.number("select count(*) from payloads").await, before, "nothing is kept");

    let (code, closed, _) = run(&home, &["source", "close", "form", "--client", "Acme"]);
    assert!(code == 0 && closed.contains("1 closed"), "{closed}");
    let (mut child, address) = home.serve();
    assert_eq!(status(&send(&address, "POST", &path, &[], b"name=Ana&phone=5125550142").await), 401);
    child.0.kill().expect("it is killed");
    child.0.wait().expect("it is gone");
}

async fn a_source_that_fell_silent_says_so(world: World) {
    world.client("Acme").await;
    world.person("rosa", Role::Owner, None).await;
    let home = Home::of(&world);
    config(&home, "[[source]]\nprovider = 'angi'\nstale_after_minutes = 90\n");
    for provider in ["angi", "form"] {
        assert_eq!(run(&home, &["source", "add", provider, "--client", "Acme"]).0, 0);
    }
    let (mut child, _) = home.serve();
    until(&world, "select count(*) from expectations where set_seconds = 5400", 1).await;
    until(&world, "select count(*) from expectations where provider = 'form'", 1).await;
    child.0.kill().expect("it is killed");
    child.0.wait().expect("it is gone");
    let (code, table, _) = run(&home, &["sources"]);
    assert!(code == 0 && table.contains("fresh") && !table.contains("stale"), "{table}");
    world.script("update sources set created_at = '2026-01-01T00:00:00+00:00'").await;
    let (code, table, _) = run(&home, &["sources"]);
    assert!(code == 0 && table.contains("stale: never heard, 1h 30m is the most"), "{table}");
    let (_, json, _) = run(&home, &["sources", "--json"]);
    let figures: Value = serde_json::from_str(&json).expect("JSON");
    let (silence, form) = (&figures[0]["silence"], &figures[1]["silence"]);
    assert_eq!((&silence["allowed_seconds"], &silence["basis"], &silence["stale"]), (&5400.into(), &"set".into(), &true.into()));
    assert!(form.is_null(), "nothing is expected of what has no past: {json}");
}

async fn a_url_is_tested_as_a_provider_calls_it(world: World) {
    use std::os::unix::fs::PermissionsExt as _;
    world.client("Acme").await;
    world.client("Brill").await;
    world.person("rosa", Role::Owner, None).await;
    let home = Home::of(&world);
    let secret = home.home.path().join("secret");
    std::fs::write(&secret, "whsec_c2VjcmV0").unwrap();
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
    let told = |secret: &str| {
        ["webhook", "twilio-sms"].map(|of| {
            format!("[[source]]\nprovider = '{of}'\nsecret_file = '{secret}'\nfields = {{ key = 'id', name = 'who', phone = 'cell' }}\n")
        })
    };
    config(&home, &told(&secret.display().to_string()).concat());
    let mut paths = Vec::new();
    for provider in ["webhook", "twilio-sms", "form"] {
        let (code, url, _) = run(&home, &["source", "add", provider, "--client", "Acme"]);
        assert_eq!(code, 0);
        paths.push(url.trim().trim_start_matches("https://deck.example").to_owned());
    }
    let (mut child, address) = home.serve();
    let before = super::counts(&world).await;
    let test = |path: &str, more: &[&str]| {
        let url = format!("http://{address}{path}");
        let (code, said, wrong) = run(&home, &[&["source", "test", "--url", &url], more].concat());
        let key = path.rsplit('/').next().unwrap();
        assert!(!said.contains(key) && !wrong.contains(key), "the key is told to nobody: {said}{wrong}");
        (code, said, wrong)
    };
    let (code, said, _) = test(&paths[0], &["webhook", "--client", "Acme"]);
    assert!(code == 0 && said.starts_with(&format!("webhook for Acme at http://{address}: its signature is taken and a forged one is not; it makes a form sent that tells name, phone")), "{said}");
    // Twilio signs the URL, and this is not the one that the door knows: that is what only a test over the network can find.
    let (code, said, _) = test(&paths[1], &[]);
    assert!(code == 4 && said.contains("turned away (signature)") && said.contains("is public_url the URL it calls?"), "{said}");
    let (code, said, _) = test(&paths[2], &["--json"]);
    assert!(code == 0 && said.contains("\"signature\": \"open\""), "{said}");
    let after = super::counts(&world).await;
    assert_eq!(after[..6], before[..6], "nothing is kept");
    assert_eq!(after[6], before[6] + 5, "an entry for each event and each forged twin that the door took for a test");
    let entries = world.texts("select actor || ' ' || detail from journal where verb = 'source.test' order by number").await;
    assert!(entries[0].ends_with("webhook: a genuine one would be a form_sent"), "{entries:?}");
    assert!(entries[1].ends_with("webhook: a genuine one would be turned away (signature)"), "{entries:?}");
    assert_eq!(world.number("select count(*) from refusals").await, 0, "a test is no forgery");

    let other = test(&paths[0], &["form"]);
    assert!(other.0 == 2 && other.2.contains("this URL is of webhook for Acme"), "{other:?}");
    let other = test(&paths[0], &["webhook", "--client", "Brill"]);
    assert!(other.0 == 2 && other.2.contains("this URL is of webhook for Acme"), "{other:?}");
    let unknown = test("/in/form/nobody", &[]);
    assert!(unknown.0 == 3 && unknown.2.contains("no open source of form has this key"), "{unknown:?}");
    // Another secret here than there: not taken for a test, and told what that means.
    let another = home.home.path().join("another");
    std::fs::write(&another, "whsec_YW5vdGhlcg==").unwrap();
    std::fs::set_permissions(&another, std::fs::Permissions::from_mode(0o600)).unwrap();
    config(&home, &told(&another.display().to_string()).concat());
    let (code, _, wrong) = test(&paths[0], &[]);
    assert!(code == 1 && wrong.contains("the same secret for this source"), "{wrong}");
    until(&world, "select count(*) from refusals where reason = 'signature' and count = 1", 1).await;
    child.0.kill().expect("it is killed");
    child.0.wait().expect("it is gone");
    let (code, _, wrong) = test(&paths[2], &[]);
    assert!(code == 1 && wrong.contains("it cannot be reached") && wrong.contains("is quotedeck serve running there"), "{wrong}");
}
