//! Lines that people and providers write: filters, contacts, templates, citations, what is shown.

use quotedeck::domain::cite::{cited, without_citations};
use quotedeck::domain::contact::{Email, Phone};
use quotedeck::domain::destination::System;
use quotedeck::domain::duplicate::{name_key, same_name, street_key};
use quotedeck::domain::edit;
use quotedeck::domain::filter::{Filter, accept, complete};
use quotedeck::domain::hint::{Symptom, hint};
use quotedeck::domain::id::Ref;
use quotedeck::domain::money::Money;
use quotedeck::domain::opt_out::{asked_in, asks_for_help};
use quotedeck::domain::reach::reach;
use quotedeck::domain::row::Pane;
use quotedeck::domain::signature::signature;
use quotedeck::domain::spam::{Signs, score};
use quotedeck::domain::template::{Facts, fill};
use quotedeck::domain::text::{is_unsafe, neutralise};
use quotedeck::store::lists::Cursor;
use strum::VariantArray as _;

use super::{gist, shape};

/// A filter in every pane: what is printed reads the same, and an error points into the text.
pub(super) fn filtered(told: &str) -> u64 {
    let mut shapes = Vec::new();
    for &pane in Pane::VARIANTS {
        match Filter::parse(told, pane) {
            Ok(filter) => {
                assert_eq!(Filter::parse(&filter.to_string(), pane).as_ref(), Ok(&filter), "printed, it reads otherwise");
                shapes.push(filter.terms.len().min(5).to_string());
            }
            Err(bad) => {
                assert!(bad.at <= told.chars().count(), "the error points out of the text");
                shapes.push(gist(&bad.what));
            }
        }
        for suggestion in complete(told, pane) {
            assert!(accept(told, &suggestion).ends_with(&suggestion), "a suggestion is not taken");
        }
    }
    shape(&shapes)
}

/// A place in a list, as the command line takes it, and a reference: what reads is written the same.
pub(super) fn place(told: &str) -> u64 {
    let place = told.parse::<Cursor>();
    if let Ok(place) = &place {
        assert_eq!(place.to_string().parse().as_ref(), Ok(place), "a place is not itself");
    }
    let record = told.parse::<Ref>();
    if let Ok(record) = &record {
        assert_eq!(record.to_string().parse().as_ref(), Ok(record), "a reference is not itself");
    }
    shape(&(place.is_ok(), record.is_ok(), told.len().min(64)))
}

/// Phones, addresses, amounts and URLs: what is read, read again, is the same.
pub(super) fn contact(told: &str) -> u64 {
    let phone = Phone::parse(told, "US");
    if let Ok(phone) = &phone {
        assert_eq!(Phone::parse(phone.as_str(), "US").as_ref(), Ok(phone), "a number is not itself");
    }
    let email = Email::parse(told);
    if let Ok(email) = &email {
        assert_eq!(Email::parse(email.as_str()).as_ref(), Ok(email), "an address is not itself");
    }
    let money = Money::parse(told);
    if let Ok(money) = &money {
        assert_eq!(Money::parse(&money.to_string()).as_ref(), Ok(money), "an amount is not itself");
    }
    let reached: Vec<bool> = System::VARIANTS.iter().map(|&system| reach(system, told).is_ok()).collect();
    let why = |error: Option<String>| error.map(|error| gist(&error));
    shape(&(why(phone.err().map(|e| e.to_string())), why(email.err().map(|e| e.to_string())), money.is_ok(), reached))
}

/// Names and streets that leads are compared by, spam and how far two texts are apart: two texts, a line each.
pub(super) fn alike(told: &str) -> u64 {
    let (one, other) = told.split_once('\n').unwrap_or((told, ""));
    let same = same_name(one, other);
    assert_eq!(same, same_name(other, one), "two names are alike one way only");
    let far = edit::percent(one, other);
    assert!((0..=100).contains(&far) && edit::percent(one, one) == 0, "a distance is none");
    let signs = Signs { words: told, email: Some(other), bad_phone: same, took: Some(2), messages: 3 };
    let score = score(&signs);
    assert!(score.points >= 0 && (score.points > 0) == !score.reasons.is_empty(), "a score has no reason");
    shape(&(same, far / 10, name_key(one, other).is_some(), street_key(told).is_some(), score.reasons.len()))
}

/// A template, and the words of a stranger in it.
pub(super) fn filled(told: &str) -> u64 {
    let (text, word) = told.split_once('\n').unwrap_or(("Hi {name}, {client} about {service}.", told));
    let facts = Facts { name: word, client: "Acme", service: word };
    let made = fill(text, "Reply STOP to opt out.", &facts);
    if let Ok(made) = &made {
        assert!(made.contains("STOP"), "it does not say how to opt out");
    }
    shape(&(made.is_ok(), made.err().map(|why| gist(&why))))
}

/// What is shown of a stranger's text holds nothing a terminal would obey; what is asked in it is heard.
pub(super) fn shown(told: &str) -> u64 {
    let shown = neutralise(told);
    assert!(!shown.chars().any(is_unsafe), "a terminal would obey it");
    assert_eq!(neutralise(&shown), shown, "what is harmless is changed");
    let group = signature(Some(500), told);
    assert!(!group.is_empty() && group.chars().count() <= 80, "a signature is too long");
    let symptom = Symptom {
        destination: "sms-main",
        kind: "sms",
        signature: &group,
        error: told,
        count: 7,
        unknown: 1,
        dead: 0,
        stands_still: false,
    };
    let advice = hint(&symptom);
    shape(&(asked_in(told).map(|kind| kind.to_string()), asks_for_help(told), advice.remedy.as_str(), group.len() / 16))
}

/// Citations of a draft.
pub(super) fn citations(told: &str) -> u64 {
    let (numbers, plain) = (cited(told), without_citations(told));
    assert!(plain.len() <= told.len(), "without its citations it is longer");
    if numbers.is_empty() {
        assert_eq!(plain, told, "a text without citations is changed");
    }
    shape(&(numbers.len().min(6), numbers.iter().max().map(|most| most.checked_ilog2()), told.len() - plain.len()))
}
