//! A disk that is full: what could not be kept is said, nothing is half there, and it goes on when there is room.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::stand_in::{Mode, StandIn};

/// The program on a disk of eight megabytes, in a mount namespace of its own. A worker that starts while there is no room
/// says once why it cannot work, and ends: it does not try again and again until it is told to stop.
const STORY: &str = r#"
mount -t tmpfs -o size=8m tmpfs "$DIR"
export HOME="$DIR" USER=rosa QUOTEDECK_DATABASE="sqlite:$DIR/deck.db"
"$DECK" init >/dev/null
"$DECK" client add Acme >/dev/null
dd if=/dev/zero of="$DIR/ballast" bs=4k 2>/dev/null || true
full=0
"$DECK" intake form "$FORMS" --client Acme >"$LOGS/full.out" 2>"$LOGS/full.err" || full=$?
echo "full $full"
work=0
timeout --signal=TERM 20 "$DECK" work >"$LOGS/work.out" 2>"$LOGS/work.err" || work=$?
echo "work $work"
rm "$DIR/ballast"
"$DECK" intake form "$FORMS" --client Acme >"$LOGS/room.out"
echo "leads $("$DECK" leads --limit 500 --json | grep -c '"number"')"
"$DECK" journal verify >/dev/null && echo sound
"#;

/// The disk is filled while requests are on their way: their answers cannot be written down. The worker goes on as soon as
/// there is room.
const IN_FLIGHT: &str = r#"
mount -t tmpfs -o size=8m tmpfs "$DIR"
export HOME="$DIR" USER=rosa QUOTEDECK_DATABASE="sqlite:$DIR/deck.db" HUBSPOT_TOKEN=pat-na1-full
"$DECK" --config "$LOGS/config.toml" init >/dev/null
"$DECK" client add Acme >/dev/null
"$DECK" intake form "$FORMS" --client Acme >/dev/null
"$DECK" --config "$LOGS/config.toml" work >"$LOGS/work.out" 2>"$LOGS/work.err" & worker=$!
until [ -e "$LOGS/asked" ]; do sleep 0.02; done
dd if=/dev/zero of="$DIR/ballast" bs=4k 2>/dev/null || true
touch "$LOGS/full"
until [ -e "$LOGS/answered" ]; do sleep 0.02; done
full=0
"$DECK" client add Bravo >/dev/null 2>"$LOGS/full.err" || full=$?
echo "full $full"
rm "$DIR/ballast"
until "$DECK" queue --filter destination:HubSpot --json | grep -qx '\[\]'; do sleep 0.1; kill -0 $worker; done
kill -TERM $worker
wait $worker
echo "failed $("$DECK" failures --jobs --json | grep -c '"number"')"
"$DECK" journal verify >/dev/null && echo sound
"#;

/// A folder with a place for the small disk, one for what is said, and a file with so many forms.
struct Scene {
    folder: TempDir,
}

impl Scene {
    fn set(forms: usize) -> Self {
        let scene = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir(scene.disk()).unwrap();
        std::fs::create_dir(scene.logs()).unwrap();
        let words = "no hot water since this morning ".repeat(60);
        let forms: Vec<String> = (0..forms)
            .map(|n| {
                format!(r#"{{"id":"disk-{n}","name":"Lead {n}","phone":"+1512555{n:04}","service":"drain","message":"{words}"}}"#)
            })
            .collect();
        std::fs::write(scene.forms(), format!("[{}]", forms.join(","))).unwrap();
        scene
    }

    fn disk(&self) -> PathBuf {
        self.folder.path().join("disk")
    }

    fn logs(&self) -> PathBuf {
        self.folder.path().join("logs")
    }

    fn forms(&self) -> PathBuf {
        self.folder.path().join("forms.json")
    }

    fn log(&self, name: &str) -> String {
        std::fs::read_to_string(self.logs().join(name)).unwrap_or_default()
    }

    /// Plays a story in a mount namespace of its own.
    fn play(&self, story: &str) -> Output {
        Command::new("unshare")
            .args(["-rm", "sh", "-ec", story])
            .env("DECK", env!("CARGO_BIN_EXE_quotedeck"))
            .env("DIR", self.disk())
            .env("LOGS", self.logs())
            .env("FORMS", self.forms())
            .output()
            .expect("unshare is there: it comes with the system")
    }
}

#[test]
fn what_finds_no_room_is_told_and_can_be_given_again() {
    let scene = Scene::set(100);
    let ran = scene.play(STORY);
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(ran.status.success(), "{said}{}", String::from_utf8_lossy(&ran.stderr));
    assert!(said.contains("full 1\n"), "{said}{}", scene.log("full.err"));
    assert!(scene.log("full.err").contains("its disk is full; make room"), "{}", scene.log("full.err"));
    // Had it run until it was told to stop, it would be 124.
    let work = scene.log("work.err");
    assert!(said.contains("work 1\n"), "{said}{work}");
    assert!(work.contains("its disk is full; make room"), "{work}");
    assert!(work.lines().count() < 20, "{work}");
    // Given again, each is there once, whether it was kept before or not.
    assert_eq!(scene.log("room.out").lines().filter(|line| line.contains("rejected")).count(), 0);
    assert!(said.contains("leads 100\n"), "{said}");
    assert!(said.ends_with("sound\n"), "{said}");
}

#[test]
fn answers_that_find_no_room_are_settled_when_there_is_some() {
    let scene = Scene::set(60);
    let logs = scene.logs();
    let there = StandIn::choosing(move |number, _| {
        if number == 0 {
            std::fs::write(logs.join("asked"), "").unwrap();
            wait_for(&logs.join("full"));
        } else if number == 1 {
            std::fs::write(logs.join("answered"), "").unwrap();
        }
        Mode::Ok
    });
    let config = format!(
        "[[destination]]\nname = \"HubSpot\"\nsystem = \"hubspot\"\nurl = \"{}\"\nsecret_env = \"HUBSPOT_TOKEN\"\n",
        there.url
    );
    std::fs::write(scene.logs().join("config.toml"), config).unwrap();
    let ran = scene.play(IN_FLIGHT);
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    let all = || format!("{said}{}{}{}", String::from_utf8_lossy(&ran.stderr), scene.log("full.err"), scene.log("work.err"));
    assert!(ran.status.success(), "{}", all());
    assert!(said.contains("full 1\n") && scene.log("full.err").contains("its disk is full"), "{}", all());
    assert!(said.ends_with("failed 0\nsound\n"), "{}", all());
    let effects = there.all_effects();
    // A contact and its note for each lead, each under one id however often it was asked for.
    assert_eq!(effects.len(), 60, "{effects:?}");
    assert!(effects.iter().all(|(_, asked)| *asked >= 2), "{effects:?}");
}

/// Waits until a file is there.
fn wait_for(file: &Path) {
    let began = Instant::now();
    while !file.exists() && began.elapsed() < Duration::from_mins(1) {
        std::thread::yield_now();
    }
}
