//! A text that is taken back leaves the files of a portal that the worker keeps, and those that are written anew; a copy
//! that was handed out stays what it was.

use std::fs::File;
use std::io::Write as _;

use crate::canary::{Place, files};
use crate::databases::World;

both_databases!(a_withdrawn_text_leaves_the_files_that_are_kept_or_written_anew);

const SAFE: &str = "A customer asked about a leak. A crew will look at it.";

async fn a_withdrawn_text_leaves_the_files_that_are_kept_or_written_anew(world: World) {
    let place = Place::of(&world, "[log]\nfile = 'log'\n").await;
    place.file("form.json", r#"{"id":"f-1","name":"Maria Ortiz","phone":"+15125550142","service":"drain","consent":"yes"}"#);
    place.file("safe.txt", SAFE);
    place.says(&["init"]);
    place.says(&["client", "add", "Acme"]);
    place.says(&["intake", "form", "form.json", "--client", "Acme"]);
    place.says(&["draft", "add", "L-1", "--title", "a call", "--model", "elsewhere", "--text-file", "safe.txt"]);
    place.says(&["draft", "claim", "D-1"]);
    // Whoever approves the saved text without giving one says that they read it.
    let unread = place.run(&["draft", "approve", "D-1", "--read", "00000000"]);
    assert_eq!(unread.status.code(), Some(3), "{unread:?}");
    let shown = place.says(&["draft", "show", "D-1"]);
    let mark = shown.split("its mark is ").nth(1).and_then(|behind| behind.split_whitespace().next()).unwrap();
    place.says(&["draft", "approve", "D-1", "--read", mark]);
    world.script("update jobs set armed_until = created_at, due_at = created_at where state = 'armed'").await;
    place.says(&["work", "--drain", "--export", "portal"]);
    let export = ["export", "proof", "--client", "Acme", "--out", "out"];
    place.says(&export);
    let told = |folder: &str| {
        let mut told = String::new();
        files(&place.home.path().join(folder), &mut told);
        assert!(told.contains(".json:") && told.contains(".html:"), "{told}");
        told.matches(SAFE).count()
    };
    assert_eq!((told("portal"), told("out")), (2, 2), "the page and the JSON");
    // What a writer that was killed left behind must not stay either.
    let left = place.home.path().join("out/.C-1.json.new");
    File::create(&left).and_then(|mut file| file.write_all(SAFE.as_bytes())).unwrap();

    place.says(&["summary", "withdraw", "S-1", "--reason", "mistake"]);
    assert_eq!((told("portal"), told("out")), (2, 3), "nobody has written since");
    place.says(&["work", "--drain", "--export", "portal"]);
    assert_eq!((told("portal"), told("out")), (0, 3), "the worker's folder; a copy that was handed out is a copy");
    place.says(&export);
    assert_eq!(told("out"), 0, "written anew, without it");
}
