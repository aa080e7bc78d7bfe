//! What a merge of two leads comes to: the lead that is kept takes what it lacks, and nothing of its own is overwritten.

use serde::{Deserialize, Serialize};

use super::lead::{Consent, Urgency};

/// What a merge looks at and may fill in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fields {
    /// The person's name, as written.
    pub name: Option<String>,
    /// What is wanted.
    pub service: Option<String>,
    /// Where.
    pub market: Option<String>,
    /// E.164.
    pub phone: Option<String>,
    /// Lower-cased.
    pub email: Option<String>,
    /// In cents.
    pub value: Option<i64>,
}

/// What the kept lead takes, and what it had before where that was something else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Filled in where nothing was.
    pub filled: Fields,
    /// Consent before and after.
    pub consent: (Consent, Consent),
    /// Urgency before and after.
    pub urgency: (Urgency, Urgency),
}

/// A lead in a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Its fields; `None` where nothing is known.
    pub fields: Fields,
    /// What the person allowed.
    pub consent: Consent,
    /// How soon.
    pub urgency: Urgency,
}

/// What `kept` takes from `merged`. A withdrawal of either is one of both: the person said it (C7). Otherwise the kept lead's
/// own word counts, because consent for one request is not consent for all.
pub fn taken(kept: &Side, merged: &Side) -> Taken {
    fn fill<T: Clone>(kept: Option<&T>, merged: Option<&T>) -> Option<T> {
        if kept.is_none() { merged.cloned() } else { None }
    }
    let (a, b) = (&kept.fields, &merged.fields);
    let filled = Fields {
        name: fill(a.name.as_ref(), b.name.as_ref()),
        service: fill(a.service.as_ref(), b.service.as_ref()),
        market: fill(a.market.as_ref(), b.market.as_ref()),
        phone: fill(a.phone.as_ref(), b.phone.as_ref()),
        email: fill(a.email.as_ref(), b.email.as_ref()),
        value: fill(a.value.as_ref(), b.value.as_ref()),
    };
    let consent = if merged.consent == Consent::Withdrawn { Consent::Withdrawn } else { kept.consent };
    Taken { filled, consent: (kept.consent, consent), urgency: (kept.urgency, kept.urgency.max(merged.urgency)) }
}

impl Taken {
    /// What is taken, in words for a person.
    pub fn words(&self) -> String {
        let f = &self.filled;
        let mut parts: Vec<String> = [
            ("name", f.name.is_some()),
            ("service", f.service.is_some()),
            ("place", f.market.is_some()),
            ("phone", f.phone.is_some()),
            ("e-mail", f.email.is_some()),
            ("value", f.value.is_some()),
        ]
        .into_iter()
        .filter(|(_, taken)| *taken)
        .map(|(name, _)| name.to_owned())
        .collect();
        if self.urgency.0 != self.urgency.1 {
            parts.push(format!("urgency {}", self.urgency.1));
        }
        if self.consent.0 != self.consent.1 {
            parts.push(format!("consent {}", self.consent.1));
        }
        if parts.is_empty() { "nothing, it knows all of it".to_owned() } else { parts.join(", ") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(name: Option<&str>, phone: Option<&str>, consent: Consent, urgency: Urgency) -> Side {
        let fields = Fields { name: name.map(str::to_owned), phone: phone.map(str::to_owned), ..Fields::default() };
        Side { fields, consent, urgency }
    }

    #[test]
    fn what_is_missing_is_taken_and_nothing_is_overwritten() {
        let kept = side(Some("Jane D."), None, Consent::Given, Urgency::Routine);
        let merged = side(Some("JANE DOE"), Some("+15125550142"), Consent::Unknown, Urgency::Urgent);
        let taken = taken(&kept, &merged);
        assert_eq!(taken.filled, Fields { phone: Some("+15125550142".into()), ..Fields::default() });
        assert_eq!(taken.words(), "phone, urgency urgent");
        assert_eq!(taken.consent, (Consent::Given, Consent::Given));
    }

    #[test]
    fn a_withdrawal_of_either_is_one_of_both() {
        for (a, b) in [(Consent::Given, Consent::Withdrawn), (Consent::Withdrawn, Consent::Given)] {
            let taken = taken(&side(None, None, a, Urgency::Soon), &side(None, None, b, Urgency::Routine));
            assert_eq!(taken.consent.1, Consent::Withdrawn);
            assert_eq!(taken.urgency.1, Urgency::Soon);
        }
    }

    #[test]
    fn consent_given_once_is_not_given_for_all() {
        let taken = taken(&side(None, None, Consent::Unknown, Urgency::Soon), &side(None, None, Consent::Given, Urgency::Soon));
        assert_eq!(taken.consent.1, Consent::Unknown);
        assert_eq!(taken.words(), "nothing, it knows all of it");
    }
}
