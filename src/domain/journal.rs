//! The journal: what an entry says, and the hashes that make tampering show.
//!
//! An entry's hash covers its own content alone, so writers never wait for each other. *Seals* chain batches of
//! entries afterwards: each seal hashes the seal before it and the hashes of its entries in order.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::id::{EntryId, Kind};
use super::text::Untrusted;

/// First byte of every hash input; raised when the layout changes, so old entries still verify.
const LAYOUT: u8 = 1;

/// Entries at most in one seal.
pub const SEAL_SIZE: usize = 1_000;

/// One entry: written before the act it announces (C2), never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Made by the writer, so that a retried write finds its own entry.
    pub id: EntryId,
    /// When, by the writer's clock.
    pub at: DateTime<Utc>,
    /// `person`, `worker`, `intake` or `automation`.
    pub actor_kind: String,
    /// Its name.
    pub actor: String,
    /// What is done, such as `draft.approve`.
    pub verb: String,
    /// What kind of record it is done to.
    pub kind: Kind,
    /// That record's id.
    pub subject: Uuid,
    /// The lead concerned, for the trace.
    pub lead: Option<Uuid>,
    /// What else is worth knowing. Never a payload, a draft's text or a secret.
    pub detail: Untrusted,
    /// SHA-256 over all of the above.
    #[serde(serialize_with = "hex")]
    pub hash: [u8; 32],
}

fn hex<S: serde::Serializer>(hash: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&to_hex(hash))
}

/// Lower-case hexadecimal.
pub fn to_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// SHA-256 of bytes.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Adds a field with its length before it, so that no two different entries give the same input.
fn field(hasher: &mut Sha256, bytes: &[u8]) {
    hasher.update((bytes.len() as u64).to_be_bytes());
    hasher.update(bytes);
}

impl Entry {
    /// The hash its content should have.
    pub fn expected_hash(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update([LAYOUT]);
        field(&mut hasher, b"quotedeck entry");
        field(&mut hasher, self.id.0.as_bytes());
        field(&mut hasher, &self.at.timestamp_millis().to_be_bytes());
        for text in [&self.actor_kind, &self.actor, &self.verb] {
            field(&mut hasher, text.as_bytes());
        }
        field(&mut hasher, self.kind.as_str().as_bytes());
        field(&mut hasher, self.subject.as_bytes());
        field(&mut hasher, self.lead.as_ref().map_or(&[][..], |lead| lead.as_bytes()));
        field(&mut hasher, self.detail.raw().as_bytes());
        hasher.finalize().into()
    }
}

/// The hash of a seal: the seal before it, then each entry's id and hash in order.
pub fn seal_hash(previous: &[u8; 32], entries: impl IntoIterator<Item = (EntryId, [u8; 32])>) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update([LAYOUT]);
    field(&mut hasher, b"quotedeck seal");
    hasher.update(previous);
    for (id, hash) in entries {
        hasher.update(id.0.as_bytes());
        hasher.update(hash);
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        let mut entry = Entry {
            id: EntryId(Uuid::nil()),
            at: DateTime::UNIX_EPOCH,
            actor_kind: "person".into(),
            actor: "rosa".into(),
            verb: "task.done".into(),
            kind: Kind::Task,
            subject: Uuid::from_u128(7),
            lead: None,
            detail: Untrusted::new("called back"),
            hash: [0; 32],
        };
        entry.hash = entry.expected_hash();
        entry
    }

    #[test]
    fn every_field_counts() {
        let sound = entry();
        let changes: [fn(&mut Entry); 7] = [
            |e| e.id = EntryId::new(),
            |e| e.at += chrono::TimeDelta::milliseconds(1),
            |e| e.actor_kind.push('x'),
            |e| e.actor.push('x'),
            |e| e.verb.push('x'),
            |e| e.subject = Uuid::from_u128(8),
            |e| e.detail = Untrusted::new("called back!"),
        ];
        for change in changes {
            let mut changed = sound.clone();
            change(&mut changed);
            assert_ne!(changed.expected_hash(), sound.hash);
        }
    }

    #[test]
    fn moving_a_letter_between_fields_shows() {
        let mut moved = entry();
        moved.actor = "rosat".into();
        moved.verb = "ask.done".into();
        assert_ne!(moved.expected_hash(), entry().hash);
    }

    #[test]
    fn a_seal_depends_on_order_and_on_the_seal_before() {
        let (a, b) = ((EntryId::new(), [1; 32]), (EntryId::new(), [2; 32]));
        let sealed = seal_hash(&[0; 32], [a, b]);
        assert_ne!(sealed, seal_hash(&[0; 32], [b, a]));
        assert_ne!(sealed, seal_hash(&[1; 32], [a, b]));
    }
}
