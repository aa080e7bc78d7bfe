//! Reads a filter. Every error names the term, where it stands, and what could stand there instead.

use chrono::TimeDelta;

use super::{BadFilter, Bound, Field, Filter, Sort, Term, Test, values};
use crate::domain::id::{Kind, Ref};
use crate::domain::money::Money;
use crate::domain::row::Pane;
use crate::domain::text::neutralise;

/// Terms at most: each becomes a condition and a bound value of one query.
const MOST_TERMS: usize = 32;

/// What stands between a name and its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Colon,
    Equals,
    Bound(Bound),
}

/// A term cut from the text, before anybody asked what it means.
struct Piece {
    at: usize,
    negated: bool,
    head: Option<(String, Sign)>,
    value: String,
}

/// Reads all terms.
pub(super) fn parse(text: &str, pane: Pane) -> Result<Filter, BadFilter> {
    let mut reader = Reader { chars: text.chars().collect(), at: 0 };
    let (mut terms, mut sort) = (Vec::new(), Sort::Age);
    while let Some(piece) = reader.piece()? {
        if let Some(wanted) = sorting(&piece, pane)? {
            sort = wanted;
            continue;
        }
        if terms.len() == MOST_TERMS {
            return Err(bad(piece.at, format!("a filter has at most {MOST_TERMS} terms; leave some out")));
        }
        terms.push(Term { negated: piece.negated, test: meaning(piece, pane)? });
    }
    Ok(Filter { terms, sort })
}

fn bad(at: usize, what: impl Into<String>) -> BadFilter {
    BadFilter { what: what.into(), at }
}

struct Reader {
    chars: Vec<char>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let from = self.at;
        while self.peek().is_some_and(&wanted) {
            self.at += 1;
        }
        self.chars[from..self.at].iter().collect()
    }

    /// The next term; `None` at the end.
    fn piece(&mut self) -> Result<Option<Piece>, BadFilter> {
        self.take_while(char::is_whitespace);
        let at = self.at;
        let Some(first) = self.peek() else { return Ok(None) };
        let negated = first == '-';
        self.at += usize::from(negated);
        if negated && self.peek().is_none_or(char::is_whitespace) {
            return Err(bad(at, "`-` needs a term right after it, such as -state:lost; for a dash itself write \"-\""));
        }
        let head = self.head();
        let value = self.value(at)?;
        if value.contains('\0') {
            return Err(bad(at, "a NUL character can match nothing; take it out"));
        }
        Ok(Some(Piece { at, negated, head, value }))
    }

    /// A name and a sign, where both stand there; otherwise nothing is read.
    fn head(&mut self) -> Option<(String, Sign)> {
        let from = self.at;
        let name = self.take_while(|c| c.is_ascii_alphabetic() || c == '_').to_ascii_lowercase();
        let sign = match self.peek() {
            Some(':') => Sign::Colon,
            Some('=') => Sign::Equals,
            Some(c @ ('<' | '>')) => {
                let or_equal = self.chars.get(self.at + 1) == Some(&'=');
                self.at += usize::from(or_equal);
                Sign::Bound(match (c, or_equal) {
                    ('<', false) => Bound::Less,
                    ('<', true) => Bound::AtMost,
                    (_, false) => Bound::More,
                    (_, true) => Bound::AtLeast,
                })
            }
            _ => {
                self.at = from;
                return None;
            }
        };
        if name.is_empty() {
            self.at = from;
            return None;
        }
        self.at += 1;
        Some((name, sign))
    }

    /// Bare up to the next space, or quoted with `\"` and `\\` inside.
    fn value(&mut self, at: usize) -> Result<String, BadFilter> {
        if self.peek() != Some('"') {
            return Ok(self.take_while(|c| !c.is_whitespace()));
        }
        self.at += 1;
        let mut value = String::new();
        loop {
            let next = self.peek();
            self.at += 1;
            match next {
                None => return Err(bad(at, "the quote is never closed; put a \" after the last word")),
                Some('"') => break,
                Some('\\') if matches!(self.peek(), Some('"' | '\\')) => {
                    value.extend(self.peek());
                    self.at += 1;
                }
                Some(c) => value.push(c),
            }
        }
        if self.peek().is_some_and(|c| !c.is_whitespace()) {
            return Err(bad(at, "a space must follow the closing quote"));
        }
        if value.trim().is_empty() {
            return Err(bad(at, "nothing stands between the quotes"));
        }
        Ok(value)
    }
}

/// What `sort:` asks for, in a list that can be sorted.
fn sorting(piece: &Piece, pane: Pane) -> Result<Option<Sort>, BadFilter> {
    if !Sort::is_of(pane) || !matches!(&piece.head, Some((name, _)) if name == "sort") {
        return Ok(None);
    }
    let sort = piece.value.to_lowercase().parse().ok();
    match (&piece.head, piece.negated, sort) {
        (Some((_, Sign::Colon)), false, Some(sort)) => Ok(Some(sort)),
        _ => Err(bad(piece.at, "drafts are sorted by one of sort:age, sort:client, sort:severity")),
    }
}

fn meaning(piece: Piece, pane: Pane) -> Result<Test, BadFilter> {
    let Piece { at, head, value, .. } = piece;
    match head {
        None => Ok(Test::Word(value.to_lowercase())),
        Some((name, sign)) if name == "age" => age(at, sign, &value),
        Some((name, sign)) if name == "value" && pane == Pane::Leads => amount(at, sign, &value),
        Some((name, sign)) => field(at, &name, sign, &value, pane),
    }
}

fn age(at: usize, sign: Sign, value: &str) -> Result<Test, BadFilter> {
    let Sign::Bound(bound) = sign else {
        return Err(bad(at, "age needs <, <=, > or >= before its duration, such as age>2h"));
    };
    let read = humantime::parse_duration(value).ok().and_then(|age| TimeDelta::from_std(age).ok());
    // Whole milliseconds: the store keeps no finer time, and the canonical form can say no finer one.
    let read = read.and_then(|age| TimeDelta::try_milliseconds(age.num_milliseconds()));
    read.map(|age| Test::Age(bound, age))
        .ok_or_else(|| bad(at, format!("age: {:?} is no duration; write 30s, 45m, 2h, 1h30m, 3d or 2w", neutralise(value))))
}

fn amount(at: usize, sign: Sign, value: &str) -> Result<Test, BadFilter> {
    let Sign::Bound(bound) = sign else {
        return Err(bad(at, "value needs <, <=, > or >= before its amount, such as value>=2000"));
    };
    Money::parse(value)
        .map(|amount| Test::Value(bound, amount))
        .map_err(|_| bad(at, format!("value: {:?} is no amount; write 2000 or 2,400.50", neutralise(value))))
}

fn field(at: usize, name: &str, sign: Sign, value: &str, pane: Pane) -> Result<Test, BadFilter> {
    let known = name.parse::<Field>().ok().filter(|field| Field::of(pane).contains(field));
    let Some(field) = known else {
        return Err(bad(
            at,
            format!(
                "{name:?} is no field of the {} list; fields here: {}; to search for the text itself put it in quotes",
                pane.as_str(),
                names(pane).join(", ")
            ),
        ));
    };
    if sign != Sign::Colon {
        return Err(bad(at, format!("{name} takes a colon, such as {name}:{}", example(field, pane))));
    }
    let allowed = values::allowed(field, pane);
    if value.is_empty() {
        let hint = if allowed.is_empty() { String::new() } else { format!(": {}", allowed.join(", ")) };
        return Err(bad(at, format!("{name}: needs a value right after the colon{hint}")));
    }
    if field == Field::Lead {
        return lead(at, value);
    }
    let value = values::meant(value.to_lowercase(), field, pane);
    let stem = value.strip_suffix('*');
    let fits = |word: &&str| stem.map_or(*word == value, |stem| word.starts_with(stem));
    if allowed.is_empty() || allowed.iter().any(fits) {
        return Ok(Test::Is(field, value));
    }
    Err(bad(at, format!("{name}: {:?} is none of its values: {}", neutralise(&value), allowed.join(", "))))
}

fn lead(at: usize, value: &str) -> Result<Test, BadFilter> {
    let reference = if value.bytes().all(|b| b.is_ascii_digit()) { format!("L-{value}") } else { value.to_owned() };
    match reference.parse::<Ref>() {
        Ok(reference) if reference.kind == Kind::Lead => Ok(Test::Is(Field::Lead, reference.to_string())),
        _ => Err(bad(at, format!("lead: {:?} is no lead; write its reference, such as lead:L-2041", neutralise(value)))),
    }
}

/// Every name that may stand before a sign in a pane's list.
pub(super) fn names(pane: Pane) -> Vec<&'static str> {
    let mut names: Vec<_> = Field::of(pane).iter().map(|field| field.as_str()).collect();
    names.push("age");
    if pane == Pane::Leads {
        names.push("value");
    }
    if Sort::is_of(pane) {
        names.push("sort");
    }
    names
}

fn example(field: Field, pane: Pane) -> &'static str {
    match field {
        Field::Lead => "L-2041",
        _ => values::allowed(field, pane).first().copied().unwrap_or("name"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn one(text: &str, pane: Pane) -> Term {
        let filter = parse(text, pane).unwrap();
        assert_eq!(filter.terms.len(), 1, "{text}");
        filter.terms[0].clone()
    }

    #[rstest]
    #[case("Heater", Test::Word("heater".into()))]
    #[case("\"water heater\"", Test::Word("water heater".into()))]
    #[case("12:30", Test::Word("12:30".into()))]
    #[case("\"state:new\"", Test::Word("state:new".into()))]
    #[case("5\"pipe", Test::Word("5\"pipe".into()))]
    #[case("\"say \\\"hi\\\"\"", Test::Word("say \"hi\"".into()))]
    #[case("state:NEW", Test::Is(Field::State, "new".into()))]
    #[case("State:cont*", Test::Is(Field::State, "cont*".into()))]
    #[case("source:\"Google Ads\"", Test::Is(Field::Source, "google ads".into()))]
    #[case("market:San*", Test::Is(Field::Market, "san*".into()))]
    #[case("age>2h", Test::Age(Bound::More, TimeDelta::hours(2)))]
    #[case("age<=1h30m", Test::Age(Bound::AtMost, TimeDelta::minutes(90)))]
    #[case("age<2w", Test::Age(Bound::Less, TimeDelta::days(14)))]
    #[case("value>=2,000", Test::Value(Bound::AtLeast, Money::whole(2_000)))]
    #[case("value<99.50", Test::Value(Bound::Less, Money::minor(9_950)))]
    fn reads_one_term(#[case] text: &str, #[case] test: Test) {
        assert_eq!(one(text, Pane::Leads), Term { negated: false, test: test.clone() });
        assert_eq!(one(&format!("-{text}"), Pane::Leads), Term { negated: true, test });
    }

    #[rstest]
    #[case("state:planned", Pane::Queue, "scheduled")]
    #[case("state:Done", Pane::Failures, "succeeded")]
    #[case("state:\"given up\"", Pane::Queue, "dead")]
    #[case("state:given-up", Pane::Queue, "dead")]
    #[case("state:done", Pane::Tasks, "done")]
    #[case("state:\"in review\"", Pane::Review, "in_review")]
    fn words_of_the_screen_are_read_too(#[case] text: &str, #[case] pane: Pane, #[case] state: &str) {
        assert_eq!(one(text, pane).test, Test::Is(Field::State, state.into()));
    }

    #[rstest]
    #[case("lead:l-2041")]
    #[case("lead:2041")]
    fn a_lead_is_kept_as_its_reference(#[case] text: &str) {
        assert_eq!(one(text, Pane::Queue).test, Test::Is(Field::Lead, "L-2041".into()));
    }

    #[rstest]
    #[case("heater state:foo", Pane::Leads, 7, "new, contacted, quoted")]
    #[case("kind:call_back", Pane::Queue, 0, "crm_handoff, message")]
    #[case("kind:message", Pane::Tasks, 0, "call_back, review_quote")]
    #[case("state:approved", Pane::Queue, 0, "armed, scheduled")]
    #[case("urgency:very", Pane::Leads, 0, "routine, soon, urgent")]
    #[case("state:zz*", Pane::Leads, 0, "new, contacted")]
    #[case("a  -model:x", Pane::Leads, 3, "fields here: state, client, source")]
    #[case("http://x", Pane::Leads, 0, "put it in quotes")]
    #[case("value>20", Pane::Queue, 0, "is no field of the queue list")]
    #[case("state:", Pane::Leads, 0, "needs a value right after the colon: new")]
    #[case("state=new", Pane::Leads, 0, "takes a colon, such as state:new")]
    #[case("age:2h", Pane::Leads, 0, "such as age>2h")]
    #[case("age>soon", Pane::Leads, 0, "write 30s, 45m, 2h")]
    #[case("age>", Pane::Leads, 0, "write 30s, 45m, 2h")]
    #[case("age>999999999999w", Pane::Leads, 0, "is no duration")]
    #[case("value>-3", Pane::Leads, 0, "is no amount")]
    #[case("lead:J-4", Pane::Queue, 0, "such as lead:L-2041")]
    #[case("x -", Pane::Leads, 2, "needs a term right after it")]
    #[case("x \"open", Pane::Leads, 2, "never closed")]
    #[case("\"\"", Pane::Leads, 0, "between the quotes")]
    #[case("\"a\"b", Pane::Leads, 0, "a space must follow")]
    fn errors_say_where_and_what_could_stand_there(
        #[case] text: &str,
        #[case] pane: Pane,
        #[case] at: usize,
        #[case] says: &str,
    ) {
        let bad = parse(text, pane).unwrap_err();
        assert_eq!(bad.at, at, "{bad}");
        assert!(bad.what.contains(says), "{bad}");
    }

    #[test]
    fn a_filter_has_an_end() {
        assert!(parse(&"x ".repeat(MOST_TERMS), Pane::Leads).is_ok());
        assert!(parse(&"x ".repeat(MOST_TERMS + 1), Pane::Leads).is_err());
    }

    #[test]
    fn what_was_typed_is_never_painted_raw() {
        assert!(!parse("state:\x1b[31m", Pane::Leads).unwrap_err().what.contains('\x1b'));
    }
}
