//! The real program, as a person or a script runs it: exit status, stdout and stderr.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use quotedeck::domain::act::{Act, Verb};
use quotedeck::domain::actor::Role;
use quotedeck::domain::id::{Kind, Ref};
use quotedeck::domain::text::is_unsafe;
use quotedeck::workflow::act::perform;
use quotedeck::workflow::review::save_work;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::databases::World;
use crate::fixtures::with;

both_databases!(
    samples_come_in_once,
    payloads_go_to_the_client_that_was_reached,
    a_draft_is_checked_refused_and_approved,
    a_text_that_somebody_saved_is_not_overwritten_unseen,
    evidence_is_masked_until_a_reveal_is_in_the_journal,
    a_preview_is_what_the_portal_would_show,
    a_text_is_saved_by_whoever_holds_the_draft,
    a_draft_is_sent_back_with_a_note,
    a_bad_line_is_told_and_the_rest_goes_on,
    roles_hold_at_the_command_line,
    a_bulk_does_what_it_can,
    a_bulk_is_stopped_in_the_middle,
    a_dry_run_says_what_the_act_says_and_keeps_nothing,
    the_report_of_reviewing_at_the_command_line,
    the_failures_desk_at_the_command_line,
    a_stopped_destination_is_tried_with_one_held_job,
    doubtful_leads_at_the_command_line,
    what_somebody_else_wrote_is_printed_harmless
);

/// A command ends: it does not say that something is tried again by itself.
#[tokio::test]
async fn a_command_that_cannot_begin_says_why_and_what_to_do() {
    crate::databases::on_postgres(async |world| {
        let shell = ready(&world).await;
        let ran = shell.run("leads --database postgres://postgres@localhost/x?host=%2Fnowhere%2Fat%2Fall");
        assert_eq!(ran.status, 1, "{}", ran.err);
        assert!(ran.err.contains("the database cannot be reached") && ran.err.contains("No such file"), "{}", ran.err);
        assert!(ran.err.contains("run this again when it can") && !ran.err.contains("by itself"), "{}", ran.err);
    })
    .await;
}

/// What every program run shares: a home folder of its own, and a database.
struct Shell {
    home: TempDir,
    database: Option<String>,
}

struct Ran {
    status: i32,
    out: String,
    err: String,
}

impl Ran {
    /// The JSON it printed, which must have gone well.
    fn json(&self) -> Value {
        assert_eq!(self.status, 0, "{}", self.err);
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }

    fn json_lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect()
    }
}

impl Shell {
    fn new() -> Self {
        Self { home: TempDir::new().expect("a temporary folder"), database: None }
    }

    fn of(world: &World) -> Self {
        Self { database: Some(world.url()), ..Self::new() }
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quotedeck"));
        command.args(line.split(' ')).env_clear().env("HOME", self.home.path()).env("USER", "rosa").current_dir(self.home.path());
        if let Some(database) = &self.database {
            command.env("QUOTEDECK_DATABASE", database);
        }
        command
    }

    fn run(&self, line: &str) -> Ran {
        self.run_with(line, b"")
    }

    fn run_with(&self, line: &str, stdin: &[u8]) -> Ran {
        let mut command = self.command(line);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        // A program that does not read what it is given has closed its end.
        drop(child.stdin.take().expect("a pipe").write_all(stdin));
        let done = child.wait_with_output().expect("the program ends");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Ran { status: done.status.code().expect("no signal"), out: text(done.stdout), err: text(done.stderr) }
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        std::fs::write(self.home.path().join(name), bytes).expect("a file");
        name.to_owned()
    }
}

fn sample(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(name).display().to_string()
}

/// Every sample with its provider.
const SAMPLES: &[(&str, &str)] = &[
    ("callrail", "callrail-call-1.json"),
    ("callrail", "callrail-postcall-legacy-1.txt"),
    ("callrail", "callrail-text-1.json"),
    ("csv", "csv-leads-1.csv"),
    ("event", "event-lines-1.jsonl"),
    ("form", "form-urlencoded-1.txt"),
    ("thumbtack", "thumbtack-message-1.json"),
    ("thumbtack", "thumbtack-negotiation-1.json"),
    ("thumbtack", "thumbtack-webhook-negotiation-1.json"),
    ("twilio-sms", "twilio-event-inbound-message-1.json"),
    ("twilio-sms", "twilio-sms-incoming-1.txt"),
    ("twilio-voice", "twilio-voice-minimal-1.txt"),
    ("twilio-voice", "twilio-voice-missed-1.txt"),
];

/// Rows of every table that intake could write to.
async fn rows(world: &World) -> Vec<i64> {
    let mut counts = vec![];
    for table in ["payloads", "events", "leads", "jobs", "tasks", "journal", "opt_outs", "drafts", "summaries", "attempts"] {
        counts.push(world.number(&format!("select count(*) from {table}")).await);
    }
    counts
}

async fn ready(world: &World) -> Shell {
    world.person("rosa", Role::Owner, None).await;
    for (name, kind) in [("HubSpot", "crm"), ("Twilio", "sms"), ("Portal", "portal")] {
        world.destination(name, with![kind = kind]).await;
    }
    Shell::of(world)
}

async fn samples_come_in_once(world: World) {
    // What comes by the front door alone is held there; what a destination answers comes in by none.
    let elsewhere = ["hubspot", "sendgrid", "twilio-answer"];
    let here = |name: &str| !elsewhere.iter().any(|other| name.starts_with(other));
    let files = std::fs::read_dir(sample("")).expect("the samples").flatten();
    let files = files.filter(|file| here(&file.file_name().to_string_lossy())).count();
    assert_eq!(files, SAMPLES.len(), "a sample has no provider here");
    world.client("Acme").await;
    let shell = ready(&world).await;
    let take = || -> Vec<Value> {
        let run = |(provider, file): &(&str, &str)| shell.run(&format!("intake {provider} {}", sample(file))).json_lines();
        SAMPLES.iter().flat_map(run).collect()
    };
    let first = take();
    assert!(first.len() >= SAMPLES.len());
    for told in &first {
        let reason = told["reason"].as_str().unwrap_or_default();
        match told["outcome"].as_str().unwrap_or_default() {
            "recorded" => assert!(told["event"].is_string() && told["lead"].is_string(), "{told}"),
            "duplicate" => {}
            _ => assert!(!reason.is_empty(), "{told}"),
        }
    }
    let before = rows(&world).await;
    for (told, again) in first.iter().zip(take()) {
        // What was never kept is rejected again; all the rest is known.
        let expected = if told["outcome"] == "rejected" { "rejected" } else { "duplicate" };
        assert_eq!(again["outcome"], expected, "{told} then {again}");
    }
    assert_eq!(rows(&world).await, before);

    let leads = shell.run("leads --json").json();
    let number = leads[0]["number"].as_i64().expect("a number");
    let shown = shell.run(&format!("show L-{number} --json")).json();
    assert_eq!(shown["record"], format!("L-{number}"));
    let steps = shown["steps"].as_array().expect("steps");
    assert!(steps.iter().any(|step| step["kind"] == "event"), "{shown}");
    assert!(steps.iter().all(|step| step["at"].is_string() && step["who"].is_string()), "{shown}");
}

async fn payloads_go_to_the_client_that_was_reached(world: World) {
    for name in ["Acme", "Brill"] {
        world.client(name).await;
    }
    let shell = ready(&world).await;
    assert_eq!(shell.run("client add Brill --address +15125550199").status, 0);
    let told = shell.run_with(
        "intake twilio-voice",
        b"CallSid=CA1&From=%2B15125550142&To=%2B15125550199&CallStatus=no-answer&Direction=inbound\n\
          CallSid=CA2&From=%2B15125550142&To=%2B15125550111&CallStatus=no-answer&Direction=inbound",
    );
    assert_eq!(told.status, 4, "{}{}", told.out, told.err);
    let lines = told.json_lines();
    assert_eq!((&lines[0]["outcome"], &lines[1]["outcome"]), (&"recorded".into(), &"rejected".into()), "{}", told.out);
    assert!(lines[1]["reason"].as_str().unwrap().contains("--client NAME"), "{}", told.out);
    assert_eq!(shell.run("leads --json").json()[0]["client"], "Brill");
}

async fn a_bad_line_is_told_and_the_rest_goes_on(world: World) {
    world.client("Acme").await;
    let shell = ready(&world).await;
    let good = r#"{"key":"k1","kind":"form_sent","occurred_at":"2026-03-01T09:30:00Z","phone":"+15125550142","consent":"given"}"#;
    let ran = shell.run_with("intake event -", format!("{{\"key\": \n{good}\n").as_bytes());
    assert_eq!(ran.status, 4, "{}{}", ran.out, ran.err);
    let lines = ran.json_lines();
    assert_eq!(lines[0]["outcome"], "rejected");
    assert!(lines[0]["reason"].as_str().unwrap().starts_with("line 1: "), "{}", ran.out);
    assert_eq!(lines[1]["outcome"], "recorded", "{}", ran.out);

    let ran = shell.run("intake event not-there.json -");
    assert_eq!(ran.status, 1);
    assert!(ran.err.starts_with("quotedeck: not-there.json: "), "{}", ran.err);
}

async fn a_text_that_somebody_saved_is_not_overwritten_unseen(world: World) {
    let acme = world.client("Acme").await;
    let shell = ready(&world).await;
    let ana = world.person("ana", Role::Owner, None).await;
    let lead = world.lead(&acme, with![]).await;
    world.draft(&acme, lead, with![text = "A customer asked about repair work."]).await;
    shell.file("mine.txt", b"The team will call back.\n");
    shell.file("leak.txt", b"Call 512-555-0142.");
    let told = shell.run("draft show D-1");
    assert!(told.out.contains("nobody saved another") && told.out.contains("asked about repair work"), "{}", told.out);
    let target = world.store.find(&ana, Ref::new(Kind::Draft, 1)).await.unwrap();
    perform(&world.store, &ana, &Act { target, verb: Verb::ClaimDraft { take_over: false }, reason: None }).await.unwrap();
    save_work(&world.store, &ana, &target, 0, "The crew comes on Monday.").await.unwrap();
    assert_eq!(shell.run("draft claim D-1 --take-over --reason away").status, 0);

    // Neither verb that brings a text overwrites it, whatever version was read before.
    for line in [
        "draft approve D-1 --text-file mine.txt",
        "draft approve D-1 --text-file mine.txt --over 0",
        "draft ask-override D-1 --text-file leak.txt --reason needed",
    ] {
        let refused = shell.run(line);
        assert_eq!(refused.status, 3, "{line}: {}", refused.out);
        assert!(refused.err.contains("version 1, saved by ana at 20"), "{line}: {}", refused.err);
        assert!(refused.err.contains("quotedeck draft show D-1") && refused.err.contains("--over 1"), "{line}: {}", refused.err);
    }
    let read = shell.run("draft show D-1 --json").json();
    assert_eq!(
        (&read["text"], &read["version"], &read["saved_by"]),
        (&"The crew comes on Monday.".into(), &1.into(), &"ana".into())
    );
    assert!(shell.run("draft show D-1").out.contains("version 1, saved by ana at 20"));
    assert_eq!(shell.run("draft approve D-1 --over 1").status, 2, "over what, without a text of one's own?");
    assert_eq!(world.number("select count(*) from summaries").await, 0);

    assert_eq!(shell.run("draft approve D-1 --text-file mine.txt --over 1").status, 0);
    assert_eq!(world.texts("select text from approved_texts").await, ["The team will call back."]);
}

async fn evidence_is_masked_until_a_reveal_is_in_the_journal(world: World) {
    let acme = world.client("Acme").await;
    let shell = ready(&world).await;
    world.person("vera", Role::Viewer, None).await;
    let lead = world.lead(&acme, with![name = "Maria Ortiz"]).await;
    world.draft(&acme, lead, with![text = "A call came in [1].", work = "A call came in."]).await;
    for (n, text) in [(1, "Maria Ortiz rang from 512-555-0142 about a heater"), (2, "the heater is old\u{1b}[31m")] {
        let line = format!("select id, {n}, '{text}', 'E-{n}' from drafts");
        world.script(&format!("insert into draft_evidence (draft_id, n, text, source) {line}")).await;
    }
    let masked = |told: &str| !told.contains("512-555-0142") && !told.contains("Ortiz");
    let shown = shell.run("draft show D-1 --evidence --draft").out;
    assert!(masked(&shown) && shown.contains("  1 E-1  ") && shown.contains("‹phone› about a heater"), "{shown}");
    assert!(shown.contains("‹lead name›") && shown.contains("  2 E-2  the heater is old␛[31m\n"), "{shown}");
    assert!(shown.contains("what sample-1 wrote\nA call came in [1].\n"), "{shown}");
    let shown = shell.run("draft show D-1 --evidence --draft --json").json();
    assert!(masked(&shown.to_string()), "{shown}");
    assert_eq!((&shown["evidence"][1]["n"], &shown["evidence"][0]["source"]), (&2.into(), &"E-1".into()));
    assert_eq!((&shown["drafted"]["text"], &shown["text"]), (&"A call came in [1].".into(), &"A call came in.".into()));
    assert_eq!(shell.run("draft show D-1 --json").json()["evidence"], Value::Null, "nobody asked for it");

    // Nor in a list, nor by guessing.
    let listed = shell.run("--as vera --json leads");
    assert!(masked(&listed.out) && listed.out.contains("‹name›"), "{}", listed.out);
    for word in ["ortiz", "5550142"] {
        assert_eq!(shell.run(&format!("--as vera --json leads --filter {word}")).json(), serde_json::json!([]), "{word}");
    }
    assert_eq!(shell.run("--json leads --filter ortiz").json().as_array().map(Vec::len), Some(1));

    for (line, status) in [
        ("draft reveal D-1 --line 1 --kind phone", 2),
        ("draft reveal D-1 --line 1 --kind email --reason asked", 3),
        ("draft reveal D-1 --line 2 --kind phone --reason asked", 3),
        ("--as vera draft reveal D-1 --line 1 --kind phone --reason asked", 3),
    ] {
        let refused = shell.run(line);
        assert_eq!((refused.status, refused.out.as_str()), (status, ""), "{line}: {}", refused.err);
        assert!(masked(&refused.err), "{line}: {}", refused.err);
    }
    assert_eq!(world.number("select count(*) from journal where verb = 'draft.reveal'").await, 0, "nothing was seen");
    let phone = shell.run("draft reveal D-1 --line 1 --kind phone --reason asked");
    assert!(phone.out.contains("rang from 512-555-0142 about") && !phone.out.contains("Ortiz"), "{}{}", phone.out, phone.err);
    let name = shell.run("draft reveal D-1 --line 1 --kind lead-name --reason asked --json").json();
    let text = name["line"]["text"].as_str().expect("a line");
    assert!(text.contains("Ortiz") && text.contains("‹phone›"), "{text}");
    let told = world.texts("select detail from journal where verb = 'draft.reveal' order by number").await;
    assert_eq!(told, ["phone in line 1: asked", "lead_name in line 1: asked"]);
    assert!(masked(&shell.run("draft show D-1 --evidence").out), "it was shown once");
}

async fn a_preview_is_what_the_portal_would_show(world: World) {
    let acme = world.client("Acme").await;
    let shell = ready(&world).await;
    let ana = world.person("ana", Role::Owner, None).await;
    let lead = world.lead(&acme, with![]).await;
    let text = "A customer asked about repair work.\n\nThe team will call back.";
    let draft = world.draft(&acme, lead, with![text = format!("{text}\n")]).await;
    let seen = world.store.portal_preview(&ana, draft.id.into(), text).await.unwrap();
    let shown = shell.run("draft preview D-1");
    assert!(shown.status == 0 && shown.out.contains(&format!("{text}\n")), "{}{}", shown.out, shown.err);
    // Each preview is of a summary of its own, approved at that moment.
    let fields = seen.beside().into_iter().filter(|(name, _)| !["Approved", "Published", "Summary"].contains(name));
    for (name, words) in fields {
        let told = shown.out.lines().any(|line| line.trim_start().starts_with(name) && line.ends_with(words.as_str()));
        assert!(told, "{name} {words}: {}", shown.out);
    }
    let json = shell.run("draft preview D-1 --json").json();
    assert_eq!((&json["text"], &json["text_hash"]), (&text.into(), &seen.text_hash.as_str().into()));
    assert_eq!(json["source_label"], "phone call");
    assert_eq!(shell.run("draft preview L-1").status, 2, "a lead is no draft");
    let told = shell.run("draft show L-1").err;
    assert!(told.contains("it is a lead, not a draft") && told.contains("quotedeck show L-1"), "{told}");

    // On Postgres it is asked of the portal's own login, as the configuration says it; a file has no logins.
    shell.file("own.toml", b"[portal]\ndatabase_env = 'PORTAL_NOBODY_SETS'\n");
    let unknown = shell.run("--config own.toml draft preview D-1");
    if world.store.is_postgres() {
        assert_eq!((unknown.status, unknown.out.as_str()), (3, ""), "{}", unknown.err);
        assert!(unknown.err.contains("[portal]"), "{}", unknown.err);
    } else {
        assert_eq!(unknown.status, 0, "{}", unknown.err);
    }
    assert_eq!(world.number("select count(*) from summaries").await, 0, "looking leaves nothing behind");
}

async fn a_text_is_saved_by_whoever_holds_the_draft(world: World) {
    let acme = world.client("Acme").await;
    let shell = ready(&world).await;
    world.person("vera", Role::Viewer, None).await;
    let lead = world.lead(&acme, with![]).await;
    world.draft(&acme, lead, with![text = "A customer asked about repair work."]).await;
    shell.file("leak.txt", b"Call 512-555-0142.\n");
    let unclaimed = shell.run("draft save D-1 --text-file leak.txt");
    assert_eq!((unclaimed.status, unclaimed.out.as_str()), (3, ""), "{}", unclaimed.err);
    assert!(unclaimed.err.contains("quotedeck draft claim D-1"), "{}", unclaimed.err);
    let viewer = shell.run("--as vera draft save D-1 --text-file leak.txt");
    assert!(viewer.status == 3 && viewer.err.contains("vera is a viewer"), "{}", viewer.err);
    assert_eq!(world.number("select work_version from drafts").await, 0);

    assert_eq!(shell.run("draft claim D-1").status, 0);
    let saved = shell.run("draft save D-1 --text-file leak.txt --json").json();
    let found = shell.run("draft check D-1 --json").json();
    let blocks = found.as_array().unwrap().iter().filter(|one| one["severity"] == "block").count();
    assert!(blocks > 0, "{found}");
    assert_eq!((&saved["version"], &saved["blocks"]), (&1.into(), &blocks.into()), "{found}");
    let unseen = shell.run_with("draft save D-1 --text-file -", b"The team will call back.");
    assert!(unseen.status == 3 && unseen.err.contains("--over 1"), "{}", unseen.err);
    let saved = shell.run_with("draft save D-1 --text-file - --over 1", b"The team will call back.");
    assert_eq!(saved.status, 0, "{}", saved.err);
    assert!(saved.out.contains("saved as version 2, its mark is ") && saved.out.contains("; nothing stops it"), "{}", saved.out);
    let mark = saved.out.split("its mark is ").nth(1).and_then(|rest| rest.split(';').next()).unwrap();
    let approved = shell.run(&format!("draft approve D-1 --read {mark}"));
    assert_eq!(approved.status, 0, "{}", approved.err);
    assert_eq!(world.texts("select text from approved_texts").await, ["The team will call back."]);
    assert_eq!(shell.run("draft save D-1 --text-file leak.txt --over 2").status, 3, "it is approved");
}

async fn a_draft_is_sent_back_with_a_note(world: World) {
    let acme = world.client("Acme").await;
    let shell = ready(&world).await;
    let lead = world.lead(&acme, with![]).await;
    world.draft(&acme, lead, with![]).await;
    assert_eq!(shell.run("draft claim D-1").status, 0);
    let handed = shell.run("draft release D-1");
    assert!(handed.out.contains("D-1 is handed back"), "{}{}", handed.out, handed.err);
    assert_eq!(shell.run("draft show D-1 --json").json()["reason"], Value::Null);
    assert_eq!(shell.run("draft claim D-1").status, 0);
    let sent = shell.run("draft release D-1 --reason valve?");
    assert!(sent.out.contains("D-1 is sent back"), "{}{}", sent.out, sent.err);
    assert_eq!(world.texts("select reason from drafts").await, ["valve? (rosa)"]);
    assert!(shell.run("draft show D-1").out.starts_with("sent back: valve? (rosa)\n"));
    assert_eq!(world.texts("select detail from journal where verb = 'draft.release' order by number").await, ["", "valve?"]);
    assert_eq!(shell.run("draft claim D-1").status, 0);
    assert_eq!(shell.run("draft reject D-1 --why unsafe --reason twice").status, 0);
    assert_eq!(shell.run("draft reopen D-1").status, 0);
    let told = shell.run("draft show D-1").out;
    assert!(told.starts_with("rejection taken back by rosa\n"), "nobody sent it back: {told}");
}

async fn a_draft_is_checked_refused_and_approved(world: World) {
    let acme = world.client("Acme").await;
    let shell = ready(&world).await;
    let lead = world.lead(&acme, with![]).await.number;
    shell.file("unsafe.txt", b"The customer can be reached at 512-555-0142.");
    shell.file("safe.txt", b"A customer asked about repair work and the team will call back.");

    let filed = shell.run(&format!("draft add L-{lead} --text-file unsafe.txt --model sample-1 --json")).json();
    let draft = filed["draft"].as_str().expect("a reference").to_owned();
    assert_eq!(shell.run("drafts --json").json().as_array().unwrap().len(), 1);
    let week = shell.run("draft make --client Acme --week 2020-01-08");
    assert!(week.err.contains("no lead arrived in the week of 6 Jan to 12 Jan 2020"), "{}", week.err);
    let found = shell.run(&format!("draft check {draft} --json")).json();
    assert!(found.as_array().unwrap().iter().any(|one| one["kind"] == "phone" && one["severity"] == "block"), "{found}");

    // Who approves the saved text has read it: its mark is told with it.
    assert_eq!(shell.run(&format!("draft approve {draft}")).status, 2, "neither a text nor a mark");
    let mark = shell.run(&format!("draft show {draft} --json")).json()["mark"].as_str().expect("a mark").to_owned();
    let approve = format!("draft approve {draft} --read {mark}");
    assert_eq!(shell.run(&approve).status, 3, "nobody claimed it");
    assert_eq!(shell.run(&format!("draft claim {draft}")).status, 0);
    let refused = shell.run(&approve);
    assert_eq!(refused.status, 3);
    assert!(refused.out.is_empty() && refused.err.starts_with("quotedeck: draft approve "), "{}", refused.err);
    assert_eq!(world.number("select count(*) from summaries").await, 0);

    world.script("update drafts set newer_at = created_at").await;
    let approve = format!("draft approve {draft} --text-file safe.txt");
    let newer = shell.run(&approve);
    assert!(
        newer.status == 3 && newer.err.contains("more is known since") && newer.err.contains("--all-the-same"),
        "{}",
        newer.err
    );
    assert!(shell.run(&format!("draft show {draft}")).out.contains(&format!("quotedeck show L-{lead}")));
    let approved = shell.run(&format!("{approve} --all-the-same"));
    assert_eq!(approved.status, 0, "{}", approved.err);
    let summaries = shell.run("summaries --json").json();
    assert_eq!(summaries[0]["approved_by"], "rosa");
    assert_eq!(shell.run(&format!("draft approve {draft} --text-file safe.txt")).status, 3, "it is approved already");

    assert_eq!(shell.run("export proof --client Acme").json(), Value::Array(vec![]), "nothing is published yet");
    world.script("update approved_texts set published_at = approved_at").await;
    let proof = shell.run("export proof --client Acme").json();
    assert_eq!(proof[0]["text"], "A customer asked about repair work and the team will call back.");
    assert_eq!(proof[0].as_object().unwrap().keys().filter(|key| key.contains("lead") || key.contains("draft")).count(), 0);

    let number = summaries[0]["number"].as_i64().unwrap();
    assert_eq!(shell.run(&format!("summary withdraw S-{number} --reason mistake")).status, 0);
    assert_eq!(shell.run("export proof --client Acme").json(), Value::Array(vec![]), "it was taken back");
}

async fn roles_hold_at_the_command_line(world: World) {
    let acme = world.client("Acme").await;
    let shell = ready(&world).await;
    world.person("vera", Role::Viewer, None).await;
    world.person("ana", Role::Reviewer, Some(&[])).await;
    let task = world.task(&acme, with![]).await.number;
    let refused = shell.run(&format!("--as vera task done T-{task}"));
    assert_eq!((refused.status, refused.out.as_str()), (3, ""), "{}", refused.err);
    assert!(refused.err.contains("vera is a viewer"), "{}", refused.err);
    assert_eq!(shell.run("--as vera intake event -").status, 3);
    assert_eq!(shell.run("--as vera person add mallory --role owner").status, 3);
    assert_eq!(shell.run("--as vera tasks --json").json().as_array().unwrap().len(), 1);
    assert_eq!(shell.run("--as ana tasks --json").json(), Value::Array(vec![]), "ana sees no client");
    assert_eq!(shell.run(&format!("--as ana show T-{task}")).status, 2, "what ana may not see does not exist");
    assert_eq!(shell.run("--as ana journal").status, 3);
    let unknown = shell.run("--as bob leads");
    assert_eq!(unknown.status, 2);
    assert!(unknown.err.contains("quotedeck person add bob"), "{}", unknown.err);
    assert_eq!(shell.run("person add bob --role operator --client Acme").status, 0);
    assert_eq!(shell.run("--as bob leads").status, 0);
    assert_eq!(shell.run("person add rosa --role viewer").status, 3, "nobody would be left to manage people");
    // A configuration of one's own makes nobody an owner.
    let again = shell.run("--as vera init");
    assert!(again.err.contains("vera is no owner"), "{}", again.err);
    assert_eq!(shell.run("people --json").json().as_array().unwrap().len(), 4);
}

async fn a_bulk_does_what_it_can(world: World) {
    let acme = world.client("Acme").await;
    let shell = ready(&world).await;
    let crm = world.destination("Pipedrive", with![]).await;
    let waits = world.job(&acme, crm, with![state = "retrying"]).await.number;
    let done = world.job(&acme, crm, with![state = "succeeded"]).await.number;
    let looked = shell.run(&format!("job cancel J-{waits} J-{done} --dry-run"));
    assert_eq!(looked.status, 4, "{}", looked.err);
    assert_eq!(looked.out, format!("J-{waits} is cancelled\n"));
    assert!(looked.err.contains("a dry run: nothing was done"), "{}", looked.err);
    assert_eq!(world.number("select count(*) from jobs where state = 'cancelled'").await, 0, "nothing was done");

    let ran = shell.run(&format!("job cancel J-{waits} J-{done} J-9999 --reason stale --json"));
    assert_eq!(ran.status, 4, "{}", ran.err);
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    let outcomes: Vec<&str> = told.as_array().unwrap().iter().map(|one| one["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes[0], "done", "{told}");
    assert_eq!(outcomes[2], "missing", "{told}");
    assert_eq!(shell.run(&format!("job cancel J-{done}")).status, 3);
    assert_eq!(shell.run("job cancel T-1").status, 2, "a task is no job");

    for _ in 0..3 {
        world.job(&acme, crm, with![state = "retrying"]).await;
    }
    let all = shell.run("job cancel --filter destination:pipedrive --all --reason stale --json").json();
    assert_eq!(all.as_array().unwrap().len(), 3, "{all}");
    assert_eq!(shell.run("queue --json").json(), Value::Array(vec![]));
}

/// What acts change: every row of it, in words.
async fn kept(world: &World) -> Vec<String> {
    let mut kept: Vec<String> = rows(world).await.iter().map(i64::to_string).collect();
    for (table, columns) in [
        (
            "jobs",
            "state || ' ' || version || ' ' || settled || ' ' || due_at || ' ' || coalesce(reason, '') || ' ' || updated_at",
        ),
        ("tasks", "state || ' ' || version || ' ' || updated_at"),
        ("leads", "state || ' ' || version || ' ' || next_action || ' ' || updated_at"),
        ("journal", "verb || ' ' || detail"),
        ("releases", "state || ' ' || version"),
    ] {
        kept.extend(world.texts(&format!("select number || ' ' || {columns} from {table} order by number")).await);
    }
    kept
}

async fn a_dry_run_says_what_the_act_says_and_keeps_nothing(world: World) {
    let acme = world.client("Acme").await;
    let shell = ready(&world).await;
    let crm = world.destination("Pipedrive", with![]).await;
    let lead = world.lead(&acme, with![]).await.number;
    let open = world.task(&acme, with![]).await.number;
    let done = world.task(&acme, with![state = "done"]).await.number;
    let later = "2099-01-01T00:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    let armed = || with![state = "armed", armed_until = later, due_at = later, window_ends_at = later];
    let job = async |given| world.job(&acme, crm, given).await.number;
    let untried = job(armed()).await;
    let tried = job([armed(), with![fence = 3, attempts = 1]].concat()).await;
    let waits = job(with![state = "retrying", window_ends_at = later]).await;
    let closed = job(with![state = "retrying"]).await;
    let dead = job(with![state = "dead", reason = "permanent"]).await;
    let unknown = job(with![state = "unknown", delivery_mode = "once"]).await;
    let lost = job(with![state = "unknown", delivery_mode = "once"]).await;
    let over = job(with![state = "succeeded"]).await;
    let cases = [
        (format!("task reopen T-{open}"), 3),
        (format!("task reopen T-{done}"), 0),
        (format!("task done T-{open}"), 0),
        (format!("task done T-{open}"), 3),
        (format!("task snooze T-{done} --until 2099-01-01T00:00:00Z"), 0),
        (format!("task assign T-{done} --to nobody-knows"), 3),
        (format!("job recall J-{untried}"), 0),
        (format!("job recall J-{tried}"), 0),
        (format!("job recall J-{tried}"), 3),
        (format!("job retry J-{waits}"), 0),
        (format!("job retry J-{closed}"), 3),
        (format!("job replay J-{dead}"), 0),
        (format!("job replay J-{closed}"), 3),
        (format!("job cancel J-{closed}"), 0),
        (format!("job cancel J-{over}"), 3),
        (format!("job resolve J-{unknown} --arrived --reason asked"), 0),
        (format!("job resolve J-{over} --arrived --reason asked"), 3),
        (format!("job replay J-{lost}"), 3),
        (format!("lead spam L-{lead}"), 0),
        (format!("lead not-duplicate L-{lead}"), 3),
        (format!("job cancel J-{over} J-{lost} J-9999"), 3),
    ];
    // A new job has its number when it is kept, and not before.
    let told = |ran: &Ran| ran.out.split_once(" does ").map_or(ran.out.clone(), |(_, rest)| rest.to_owned());
    for (line, status) in cases {
        let before = kept(&world).await;
        let would = shell.run(&format!("{line} --dry-run"));
        assert_eq!(kept(&world).await, before, "{line}");
        let did = shell.run(&line);
        assert_eq!((would.status, did.status), (status, status), "{line}: {}{}", would.err, did.err);
        assert_eq!(told(&would), told(&did), "{line}");
        let errors: Vec<&str> = would.err.lines().filter(|line| !line.contains("a dry run: ")).collect();
        assert_eq!(errors, did.err.lines().collect::<Vec<_>>(), "{line}");
        assert_eq!(kept(&world).await != before, status == 0, "{line}");
    }
    assert_eq!(world.number("select count(*) from jobs where state = 'cancelled' and fence = 0").await, 2);
    // What was laid aside is not laid aside again, and what was cancelled is no failure and is found by its state.
    let aside = async || {
        let ran = shell.run("job cancel --filter state:dead --all --reason aside");
        (ran.status, ran.err)
    };
    assert_eq!(aside().await.0, 0);
    assert_eq!(aside().await, (0, "quotedeck: nothing matches\n".to_owned()));
    let again = shell.run("job replay --filter state:cancelled --all --dry-run");
    assert!(again.status == 0 && again.out.contains(&format!("does J-{closed} again")), "{}{}", again.out, again.err);
}

/// Each record is told as soon as it is done; Ctrl-C leaves the rest as it was.
async fn a_bulk_is_stopped_in_the_middle(world: World) {
    let acme = world.client("Acme").await;
    let shell = ready(&world).await;
    let crm = world.destination("Pipedrive", with![]).await;
    for _ in 0..500 {
        world.job(&acme, crm, with![state = "retrying"]).await;
    }
    let mut command = shell.command("job cancel --filter destination:pipedrive --all --reason stale");
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut told = String::new();
    out.read_line(&mut told).unwrap();
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    out.read_to_string(&mut told).unwrap();
    let ended = child.wait_with_output().unwrap();
    let err = String::from_utf8(ended.stderr).unwrap();
    let done = told.lines().count();
    assert_eq!(world.number("select count(*) from jobs where state = 'cancelled'").await, done as i64, "{err}");
    assert!((1..500).contains(&done), "{done}");
    assert!(err.contains(&format!("stopped by Ctrl-C: {} of 500 are as they were", 500 - done)), "{err}");
    assert_eq!(ended.status.code(), Some(4), "some were done");
    let rest = shell.run("job cancel --filter destination:pipedrive --all --reason stale");
    assert_eq!((rest.status, rest.out.lines().count()), (0, 500 - done), "{}", rest.err);
}

/// A marketplace lead and its call are merged, taken apart and told apart; spam is marked and unmarked.
async fn doubtful_leads_at_the_command_line(world: World) {
    world.client("Acme").await;
    let shell = ready(&world).await;
    let lines = [
        r#"{"key":"t1","kind":"quote_requested","thread":"T-1","name":"Jane D.","market":"Austin","service":"drain","contact_method":"marketplace"}"#,
        r#"{"key":"c1","kind":"call_missed","phone":"+15125550142","name":"DOE, JANE","market":"Austin","service":"drain"}"#,
    ];
    assert_eq!(shell.run_with("intake event - --client Acme", lines.join("\n").as_bytes()).status, 0);
    let doubted = shell.run("show L-2");
    assert!(doubted.out.contains("a name that fits in the same place"), "{}", doubted.out);

    let preview = shell.run("lead merge L-2 L-1 --preview");
    assert!(preview.status == 0 && preview.out.contains("phone"), "{}{}", preview.out, preview.err);
    let state = |number: i64| format!("select state from leads where number = {number}");
    assert_eq!(world.texts(&state(2)).await, ["new"], "a preview does nothing");
    assert_eq!(shell.run("lead merge L-2 L-2").status, 3);
    let merged = shell.run("lead merge L-2 L-1 --reason same");
    assert!(merged.out.contains("L-2 is merged into L-1"), "{}{}", merged.out, merged.err);
    assert_eq!(shell.run("lead merge L-2 L-1").status, 3, "it is merged already");
    let apart = shell.run("lead unmerge L-2");
    assert!(apart.status == 0, "{}", apart.err);
    assert_eq!(world.texts(&state(2)).await, ["new"]);
    let open = "select count(*) from lead_findings where settled_at is null";
    assert_eq!(world.number(open).await, 0, "who takes a merge apart says that they differ");
    assert_eq!(shell.run("lead not-duplicate L-2").status, 3);

    assert_eq!(shell.run("lead spam L-1").status, 0);
    assert_eq!(world.texts(&state(1)).await, ["spam"]);
    assert_eq!(shell.run("lead not-spam L-1").status, 0);
    assert_eq!(world.texts(&state(1)).await, ["new"]);
    assert_eq!(shell.run("--as ana lead spam L-1").status, 2, "nobody knows ana");
}

/// The README's bad morning: the credential was refused, and somebody renewed it.
async fn a_stopped_destination_is_tried_with_one_held_job(world: World) {
    let acme = world.client("Acme").await;
    let shell = ready(&world).await;
    let later = world.now() + chrono::TimeDelta::hours(1);
    let stopped = with![breaker = "open", opened_at = world.now(), open_why = "it answered 401", probe_at = later];
    let crm = world.destination("Pipedrive", stopped).await;
    let failed = |state: &'static str| {
        let until = "2099-01-01T00:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        with![state = state, attempts = 1, signature = "401 expired", last_error = "401 expired", window_ends_at = until]
    };
    let dead = world.job(&acme, crm, [failed("dead"), with![reason = "permanent"]].concat()).await.number;
    let told = shell.run("destinations").out;
    assert!(told.contains("stopped by itself") && told.contains("it answered 401"), "{told}");
    let group = "--destination Pipedrive --signature 401*";
    let none = shell.run(&format!("failures retry {group} --canary"));
    assert!(none.status == 3 && none.err.contains("no job of it is held"), "{}", none.err);

    let held = [world.job(&acme, crm, failed("held")).await.number, world.job(&acme, crm, failed("held")).await.number];
    let others = shell.run("job retry --filter state:held --all --dry-run");
    assert!(others.status == 3 && others.err.matches("left out: held").count() == 2, "{}", others.err);
    let all = shell.run(&format!("failures retry {group} --dry-run"));
    assert!(all.err.contains("2 held: left out") && all.out.contains(&format!("does J-{dead} again")), "{}{}", all.out, all.err);
    let canary = shell.run(&format!("failures retry {group} --canary"));
    assert!(canary.status == 0 && canary.out.contains("its destination runs again"), "{}{}", canary.out, canary.err);
    let states = world.texts("select state from jobs order by state").await;
    assert_eq!(states, ["dead", "held", "ready"], "one of {held:?} goes");
    let second = shell.run(&format!("failures retry {group} --canary"));
    assert!(second.status == 3 && second.err.contains("another job is on its way"), "{}", second.err);
    let why = shell.run(&format!("job why J-{}", held[0])).out;
    assert!(why.contains("no worker was ever here"), "{why}");
}

async fn the_failures_desk_at_the_command_line(world: World) {
    let acme = world.client("Acme").await;
    let shell = ready(&world).await;
    let crm = world.destination("Pipedrive", with![]).await;
    let failed = || with![state = "dead", signature = "401", last_error = "401 expired", reason = "permanent"];
    for _ in 0..3 {
        world.job(&acme, crm, failed()).await;
    }
    let unknown = world.job(&acme, crm, [failed(), with![state = "unknown", delivery_mode = "once"]].concat()).await.number;

    let groups = shell.run("failures --json").json();
    assert_eq!((groups[0]["count"].as_i64(), groups[0]["hint"]["remedy"].as_str()), (Some(4), Some("release")), "{groups}");
    assert!(
        shell.run("failures").out.contains("likely: the token expired or was revoked; renew it at Pipedrive, then send a canary")
    );
    let jobs = shell.run("failures --jobs --json").json();
    let verdicts: Vec<_> = jobs.as_array().unwrap().iter().map(|job| job["replay"]["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts.iter().filter(|verdict| **verdict == "safe").count(), 3, "{verdicts:?}");
    assert_eq!(verdicts.iter().filter(|verdict| **verdict == "unknown").count(), 1, "{verdicts:?}");
    assert_eq!((jobs[0]["tries_left"].as_i64(), &jobs[0]["next_try_in_s"]), (Some(12), &Value::Null), "{jobs}");
    let first = shell.run("failures --jobs --limit 2");
    let place = first.err.split("--after ").nth(1).expect("where to go on").trim().to_owned();
    assert_eq!(shell.run(&format!("failures --after {place} --json")).json().as_array().unwrap().len(), 2);

    let why = shell.run(&format!("job why J-{unknown} --json")).json();
    assert_eq!((why["reasons"][0]["cause"].as_str(), why["replay"]["verdict"].as_str()), (Some("unknown"), Some("unknown")));
    assert_eq!(shell.run("job why J-999").status, 2);
    assert_eq!(shell.run("job why L-1").status, 2);

    let refused = shell.run(&format!("job replay J-{unknown}"));
    assert_eq!(refused.status, 3, "{}", refused.err);
    let bulk = shell.run("job replay --filter signature:401 --all --reason go --dry-run");
    assert_eq!(bulk.status, 4, "{}", bulk.err);
    assert!(bulk.err.contains("left out: unknown"), "{}", bulk.err);

    let group = "--destination Pipedrive --signature 401";
    let canary = shell.run(&format!("failures retry {group} --canary --json"));
    assert!(canary.err.contains("3 safe · 1 unknown is left out"), "{}", canary.err);
    assert_eq!(canary.json().as_array().unwrap().len(), 1);
    let looked = shell.run(&format!("failures release {group} --dry-run"));
    assert!(looked.status == 0 && looked.out.contains("begins with a canary; 1 more follow"), "{}{}", looked.out, looked.err);
    assert_eq!(shell.run("release list --json").json(), Value::Array(vec![]));
    // Postgres does not give a number again that a dry run had.
    world.script(if world.store.is_postgres() { "alter table releases alter number restart" } else { "select 1" }).await;
    let begun = shell.run(&format!("failures release {group} --reason renewed"));
    assert_eq!(begun.status, 0, "{}", begun.err);
    assert!(begun.out.contains("release 1 begins with a canary; 1 more follow"), "{}", begun.out);
    assert_eq!(shell.run(&format!("failures release {group}")).status, 3, "it is under way");
    let shown = shell.run("release show 1 --json").json();
    assert_eq!((shown["state"].as_str(), shown["jobs"].as_array().map(Vec::len)), (Some("canary"), Some(2)), "{shown}");
    assert!(shell.run("release show 1").out.contains("released 0/2, step 0, 0 failed; by rosa"));
    assert_eq!(shell.run("release stop 1 --reason wait").status, 0);
    assert_eq!(shell.run("release stop 1").status, 3);
    assert_eq!(shell.run("release show 9").status, 2);
    assert_eq!(shell.run("failures release --destination Pipedrive --signature nothing").status, 3);
    assert_eq!(shell.run("failures release --destination Nowhere --signature 401").status, 2);

    let flows = shell.run("queue --forecast --json").json();
    let own = flows.as_array().unwrap().iter().find(|flow| flow["destination"] == "Pipedrive").expect("its flow");
    assert_eq!(own["forecast"]["is"], "by", "an armed job has a time of its own: {own}");
}

/// Three approvals of ana's at Acme, of which one is taken back; one text that rosa lets pass for her; and one draft at Brill.
async fn the_report_of_reviewing_at_the_command_line(world: World) {
    let (acme, brill) = (world.client("Acme").await, world.client("Brill").await);
    let shell = ready(&world).await;
    let ana = world.person("ana", Role::Reviewer, None).await;
    // Of a draft of four words.
    let approvals = [
        (7, "Two calls were missed.", "approved"),
        (60, "Two calls were lost.", "withdrawn"),
        (20, "Two calls came.", "published"),
    ];
    for (minutes, text, state) in approvals {
        let lead = world.lead(&acme, with![]).await;
        let draft = world.draft(&acme, lead, with![state = "approved"]).await;
        world.clock.advance(chrono::TimeDelta::minutes(minutes));
        world.summary(&acme, lead, draft, &ana, text, with![state = state]).await;
    }
    let lead = world.lead(&brill, with![]).await;
    world.draft(&brill, lead, with![]).await;
    let lead = world.lead(&acme, with![]).await.number;
    shell.file("leak.txt", b"Call the customer at 512-555-0142.");
    let filed = shell.run(&format!("draft add L-{lead} --text-file leak.txt --model sample-1 --json")).json();
    let draft = filed["draft"].as_str().expect("a reference").to_owned();
    for line in [format!("draft claim {draft}"), format!("draft ask-override {draft} --reason needed")] {
        let ran = shell.run(&format!("--as ana {line}"));
        assert_eq!(ran.status, 0, "{line}: {}", ran.err);
    }
    let mark = shell.run(&format!("draft override {draft} --json")).json()["mark"].as_str().expect("a mark").to_owned();
    let granted = shell.run(&format!("draft override {draft} --read {mark} --reason agreed"));
    assert_eq!(granted.status, 0, "{}", granted.err);

    let report = shell.run("report review --json").json();
    let clients = serde_json::json!([
        {"client": "Acme", "waiting": 1, "blocked": 1},
        {"client": "Brill", "waiting": 1, "blocked": 0},
    ]);
    assert_eq!(report["clients"], clients);
    let reviewers = serde_json::json!([{
        "client": "Acme", "reviewer": "ana", "approved": 3, "median_minutes": 20, "median_changed": 25, "overrides": 1,
        "withdrawn": 1,
    }]);
    assert_eq!(report["reviewers"], reviewers);
    let findings = report["findings"].as_array().expect("findings");
    let blocks: Vec<&Value> = findings.iter().filter(|of| of["severity"] == "block").collect();
    let phone = serde_json::json!({"client": "Acme", "kind": "phone", "severity": "block", "made": 1, "found": 1});
    assert_eq!(blocks, [&phone]);

    let told = shell.run("report review");
    assert_eq!(told.status, 0, "{}", told.err);
    let tables: Vec<Vec<String>> = told
        .out
        .split("\n\n")
        .map(|table| table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect())
        .collect();
    let [clients, reviewers, findings] = &tables[..] else { panic!("{}", told.out) };
    assert_eq!(clients[..], ["client waiting blocked", "Acme 1 1", "Brill 1 0"]);
    let heads = "client reviewer approved median min changed % overrides withdrawn";
    assert_eq!(reviewers[..], [heads, "Acme ana 3 20 25 1 1"]);
    assert_eq!(findings[0], "client finding severity made left");
    assert!(findings.iter().any(|line| line == "Acme phone block 1 1"), "{}", told.out);
    let nothing = shell.run("--as ned report review");
    assert_eq!(nothing.status, 2, "nobody knows ned: {}", nothing.out);
}

async fn what_somebody_else_wrote_is_printed_harmless(world: World) {
    let acme = world.client("Acme").await;
    let shell = ready(&world).await;
    let lead = world.lead(&acme, with![name = "Eve\u{1b}[31m\u{202e}\u{9b}2J", source = "web\u{200b}site\nx"]).await.number;
    for line in ["leads".to_owned(), "leads --json".to_owned(), format!("show L-{lead}"), format!("show L-{lead} --json")] {
        let ran = shell.run(&format!("{line} --color always"));
        assert_eq!(ran.status, 0, "{}", ran.err);
        // The program's own headings are bold; nothing else may be an escape sequence.
        let plain = ran.out.replace("\u{1b}[1m", "").replace("\u{1b}[0m", "");
        assert!(plain.contains("Eve") && !plain.lines().any(|text| text.chars().any(is_unsafe)), "{plain:?}");
    }
    let ran = shell.run("leads --filter \u{1b}[31m:x");
    assert!(!ran.err.lines().any(|text| text.chars().any(is_unsafe)), "{:?}", ran.err);
}

#[test]
fn init_is_safe_to_repeat() {
    let shell = Shell::new();
    assert_eq!(shell.run("leads").status, 1, "nothing was prepared");
    let first = shell.run("init");
    assert_eq!(first.status, 0, "{}", first.err);
    // What acts by itself from now on is told before it does.
    assert!(first.out.contains("automations: ") && first.out.contains("(full)"), "{}", first.out);
    let config = shell.home.path().join(".config/quotedeck/config.toml");
    std::fs::write(&config, format!("# mine\n{}", std::fs::read_to_string(&config).unwrap())).unwrap();
    assert_eq!(shell.run("init").status, 0);
    assert!(std::fs::read_to_string(&config).unwrap().starts_with("# mine\n"), "it is mine");
    let people = shell.run("people --json").json();
    assert_eq!((people.as_array().unwrap().len(), &people[0]["name"], &people[0]["role"]), (1, &"rosa".into(), &"owner".into()));
    for list in ["clients", "destinations", "automations", "templates", "leads", "failures", "queue", "tasks", "drafts"] {
        assert!(shell.run(&format!("{list} --json")).json().is_array());
        assert_eq!(shell.run(list).status, 0);
    }
    assert_eq!(shell.run("journal verify --json").json()["differs"], Value::Null);
    assert_eq!(shell.run("doctor").status, 0, "{}", shell.run("doctor").out);
    assert_eq!(shell.run("config check").status, 0);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let database = walk(shell.home.path()).into_iter().find(|path| path.extension().is_some_and(|end| end == "sqlite"));
        let mode = std::fs::metadata(database.expect("a database")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "raw payloads are nobody else's");
    }
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[rstest::rstest]
#[case("show L-9", 2, "quotedeck: L-9 does not exist here; ")]
#[case("show 9", 2, "quotedeck: invalid value '9' for '<REF>'")]
#[case("leads --filter nonsense:x", 2, "quotedeck: --filter, character 1: ")]
#[case("leads --after x", 2, "quotedeck: --after: ")]
#[case("intake event --client Nobody", 2, "quotedeck: Nobody: there is no client of that name here; ")]
#[case("destination resume Nowhere", 2, "quotedeck: Nowhere: there is no destination of that name; ")]
#[case("--database mysql:x leads", 2, "quotedeck: the database: ")]
#[case("--database sqlite:not-there.db leads", 1, "quotedeck: opening the database: ")]
#[case("--config not-there.toml leads", 2, "quotedeck: not-there.toml: ")]
#[case("review", 2, "quotedeck: opening the deck: ")]
fn errors_say_what_why_and_what_to_do(#[case] line: &str, #[case] status: i32, #[case] starts: &str) {
    let shell = Shell::new();
    assert_eq!(shell.run("init").status, 0);
    let ran = shell.run(line);
    assert_eq!((ran.status, ran.out.as_str()), (status, ""), "{}", ran.err);
    assert!(ran.err.starts_with(starts), "{}", ran.err);
}

#[test]
fn a_list_goes_on_where_it_stopped() {
    let shell = Shell::new();
    assert_eq!(shell.run("init").status, 0);
    assert_eq!(shell.run("seed --leads 30").status, 0);
    assert_eq!(shell.run("seed --leads 30").status, 3, "what people did is not mixed with what was made up");
    let all = shell.run("leads --json").json();
    let (mut seen, mut after) = (vec![], String::new());
    loop {
        let page = shell.run(&format!("leads --json --limit 7{after}"));
        seen.extend(page.json().as_array().unwrap().clone());
        let Some((_, place)) = page.err.trim_end().split_once("--after ") else { break };
        after = format!(" --after {place}");
    }
    assert_eq!(Value::Array(seen), all);
    assert_eq!(all.as_array().unwrap().len(), 30);
}

#[test]
fn a_text_is_checked_without_a_database() {
    let shell = Shell::new();
    let text = "Zoë called from 512-555-0142 about 3 leaks.";
    shell.file("text.txt", text.as_bytes());
    shell.file("evidence.txt", "Zoë says there are 3 leaks\n".as_bytes());
    let found = shell.run("draft check --text-file text.txt --evidence-file evidence.txt --json").json();
    let found = found.as_array().unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    let place = |key: &str| usize::try_from(found[0][key].as_u64().unwrap()).unwrap();
    let spoken: String = text.chars().skip(place("start")).take(place("end") - place("start")).collect();
    assert_eq!((spoken.as_str(), found[0]["text"].as_str()), ("512-555-0142", Some("512-555-0142")));
    let same = shell.run_with("draft check --text-file - --evidence-file evidence.txt --json", text.as_bytes());
    assert_eq!(same.json().as_array().unwrap(), found);
    let alone = shell.run("draft check --text-file text.txt --json").json();
    assert_eq!(alone.as_array().unwrap(), found, "no number is unknown where nothing is known");
    let told = shell.run("draft check --text-file text.txt").out;
    assert!(told.contains("names, addresses and whatever else is stored were compared with nothing either"), "{told}");
    shell.file("nothing.txt", b"");
    let empty = shell.run("draft check --text-file text.txt --evidence-file nothing.txt --json").json();
    let kinds: Vec<&str> = empty.as_array().unwrap().iter().filter_map(|found| found["kind"].as_str()).collect();
    assert!(kinds.contains(&"unknown_number"), "evidence that says nothing is evidence: {kinds:?}");
    assert_eq!(shell.run("draft check --text-file not-there.txt").status, 1);
    shell.file("latin.txt", b"Zo\xeb");
    assert_eq!(shell.run("draft check --text-file latin.txt").status, 2);
    assert!(walk(shell.home.path()).iter().all(|path| path.extension().is_none_or(|end| end != "sqlite")), "no database");
}

#[test]
fn a_reader_that_leaves_ends_it_quietly() {
    let shell = Shell::new();
    for line in ["config example", "completions bash", "man", "--help", "init", "people"] {
        let mut child = shell.command(line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        drop(child.stdout.take());
        let done = child.wait_with_output().expect("the program ends");
        assert_eq!((done.status.code(), String::from_utf8_lossy(&done.stderr).as_ref()), (Some(0), ""), "{line}");
    }
}

#[test]
fn the_program_describes_itself() {
    let shell = Shell::new();
    assert!(shell.run("completions fish").out.contains("quotedeck"));
    let man = shell.run("man").out;
    assert!(man.contains(".TH quotedeck 1") && man.contains(".SS quotedeck job retry"), "{man}");
    assert!(shell.run("--version").out.starts_with("quotedeck "));
    let example = shell.run("config example");
    shell.file("own.toml", example.out.as_bytes());
    assert_eq!(shell.run("--config own.toml config check").status, 0);
    assert!(shell.run("--config own.toml config path").out.ends_with("own.toml\n"));
}
