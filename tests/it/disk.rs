//! A disk that is full: what could not be kept is said, nothing is half there, and it goes on when there is room.

use std::path::Path;
use std::process::Command;

/// The program on a disk of eight megabytes, in a mount namespace of its own. The worker runs while there is no room: it
/// says why it cannot work, does not spin, and ends when it is told.
const STORY: &str = r#"
mount -t tmpfs -o size=8m tmpfs "$DIR"
export HOME="$DIR" USER=rosa QUOTEDECK_DATABASE="sqlite:$DIR/deck.db"
"$DECK" init >/dev/null
"$DECK" client add Acme >/dev/null
dd if=/dev/zero of="$DIR/ballast" bs=4k 2>/dev/null || true
full=0
"$DECK" intake form "$FORMS" --client Acme >"$LOGS/full.out" 2>"$LOGS/full.err" || full=$?
echo "full $full"
timeout --signal=TERM 3 "$DECK" work >"$LOGS/work.out" 2>"$LOGS/work.err" || true
rm "$DIR/ballast"
"$DECK" intake form "$FORMS" --client Acme >"$LOGS/room.out"
echo "leads $("$DECK" leads --limit 500 --json | grep -c '"number"')"
"$DECK" journal verify >/dev/null && echo sound
"#;

#[test]
fn what_finds_no_room_is_told_and_can_be_given_again() {
    let folder = tempfile::tempdir().unwrap();
    let (disk, logs) = (folder.path().join("disk"), folder.path().join("logs"));
    std::fs::create_dir(&disk).unwrap();
    std::fs::create_dir(&logs).unwrap();
    let words = "no hot water since this morning ".repeat(60);
    let forms: Vec<String> = (0..100)
        .map(|n| {
            format!(r#"{{"id":"disk-{n}","name":"Lead {n}","phone":"+1512555{n:04}","service":"drain","message":"{words}"}}"#)
        })
        .collect();
    let file = folder.path().join("forms.json");
    std::fs::write(&file, format!("[{}]", forms.join(","))).unwrap();
    let ran = Command::new("unshare")
        .args(["-rm", "sh", "-ec", STORY])
        .env("DECK", env!("CARGO_BIN_EXE_quotedeck"))
        .env("DIR", &disk)
        .env("LOGS", &logs)
        .env("FORMS", &file)
        .output()
        .expect("unshare is there: it comes with the system");
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    let log = |name: &str| std::fs::read_to_string(Path::new(&logs).join(name)).unwrap_or_default();
    assert!(ran.status.success(), "{said}{}", String::from_utf8_lossy(&ran.stderr));
    assert!(said.contains("full 1\n"), "{said}{}", log("full.err"));
    assert!(log("full.err").contains("its disk is full; make room"), "{}", log("full.err"));
    // Given again, each is there once, whether it was kept before or not.
    assert_eq!(log("room.out").lines().filter(|line| line.contains("rejected")).count(), 0);
    assert!(said.contains("leads 100\n"), "{said}");
    assert!(said.ends_with("sound\n"), "{said}");
}
