//! JSON as it is meant: no name twice in one object, and nothing nested out of all reason. A sender's checks and ours could
//! otherwise read two different payloads out of the same bytes.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::text;

/// Brackets within brackets, at most.
const DEEPEST: usize = 64;

/// What is wrong beyond the syntax; what the library says of the syntax comes back as its own error.
pub(super) enum Bad {
    /// It is JSON, and still not taken: why.
    Meaning(String),
    /// It is no JSON.
    Syntax(serde_json::Error),
}

/// Reads one document.
pub(super) fn parse(json: &str) -> Result<Value, Bad> {
    let why = RefCell::new(None);
    let mut reader = serde_json::Deserializer::from_str(json);
    let read = Seed { depth: 0, why: &why }.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    read.map_err(|error| why.take().map_or(Bad::Syntax(error), Bad::Meaning))
}

#[derive(Clone, Copy)]
struct Seed<'a> {
    depth: usize,
    why: &'a RefCell<Option<String>>,
}

impl Seed<'_> {
    fn fail<E: Error>(self, why: String) -> E {
        self.why.replace(Some(why));
        E::custom("it is not taken")
    }

    fn below<E: Error>(self) -> Result<Self, E> {
        if self.depth == DEEPEST {
            return Err(self.fail(format!("it is nested more than {DEEPEST} deep; no payload is: check what sent it")));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_bool<E: Error>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }
    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }
    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }
    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }
    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let below = self.below()?;
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(below)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let below = self.below()?;
        let mut map = Map::new();
        while let Some(name) = object.next_key::<String>()? {
            let value = object.next_value_seed(below)?;
            if map.contains_key(&name) {
                return Err(self.fail(format!("{} stands in it twice, and nobody can say which is meant", text::quote(&name))));
            }
            map.insert(name, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(json: &str) -> String {
        match parse(json) {
            Ok(_) => String::new(),
            Err(Bad::Meaning(why)) => why,
            Err(Bad::Syntax(error)) => format!("syntax: {error}"),
        }
    }

    #[test]
    fn what_could_be_read_two_ways_is_not_read() {
        assert!(said(r#"{"a":1,"b":{"c":1,"c":2}}"#).contains("\"c\" stands in it twice"));
        assert!(said(r#"{"a":1,"\u0061":2}"#).contains("twice"));
        let deep = |n| "[".repeat(n) + &"]".repeat(n);
        assert_eq!(said(&deep(64)), "");
        assert!(said(&deep(65)).contains("nested"));
        for broken in ["{\"a\":NaN}", "{\"a\":\"\\ud800\"}", "{} x", "{\"a\":1,}"] {
            assert!(said(broken).starts_with("syntax: "), "{broken}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_the_library_reads(json in "[\\[\\]{}\", :a-c0-9.e-]{0,40}") {
            if let Ok(value) = parse(&json) {
                prop_assert_eq!(value, serde_json::from_str::<Value>(&json).unwrap());
            }
        }
    }
}
