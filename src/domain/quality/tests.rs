//! What is told of a lead's data.

use super::*;
use crate::domain::id::{ClientId, LeadId};
use crate::domain::lead::LeadState;
use crate::domain::money::Money;
use chrono::DateTime;
use rstest::rstest;

fn lead() -> Lead {
    Lead {
        id: LeadId::new(),
        number: 1,
        version: 1,
        client_id: ClientId::new(),
        client: "Acme".into(),
        source: "website".into(),
        service: "water heater".into(),
        contact_method: ContactMethod::Form,
        consent: Consent::Given,
        market: "Austin, TX".into(),
        urgency: Urgency::Routine,
        value: None,
        owner_id: None,
        owner: None,
        attribution: "".into(),
        name: "Ana Ortiz".into(),
        phone: Some("+15125550142".into()),
        email: None,
        state: LeadState::New,
        lost_reason: None,
        next_action: "".into(),
        arrived_at: DateTime::UNIX_EPOCH,
        replied_at: None,
    }
}

#[rstest]
#[case(|_: &mut Lead| {}, &[])]
#[case(|l: &mut Lead| l.phone = None, &[QualityKind::NoWayToReach, QualityKind::ConsentWithoutAddress])]
#[case(|l: &mut Lead| { l.phone = None; l.consent = Consent::Unknown; l.contact_method = ContactMethod::Marketplace; }, &[])]
#[case(|l: &mut Lead| l.contact_method = ContactMethod::Email, &[QualityKind::MethodWithoutAddress])]
#[case(|l: &mut Lead| l.service = "burst pipe".into(), &[QualityKind::UrgencyAgainstService])]
#[case(|l: &mut Lead| { l.urgency = Urgency::Urgent; l.service = "annual maintenance".into(); }, &[QualityKind::UrgencyAgainstService])]
#[case(|l: &mut Lead| { l.urgency = Urgency::Urgent; l.service = "maintenance, no heat".into(); }, &[])]
#[case(|l: &mut Lead| l.market = "Reno, NV".into(), &[QualityKind::AreaCodeElsewhere])]
#[case(|l: &mut Lead| l.market = "Reno".into(), &[])]
#[case(|l: &mut Lead| l.value = Some(Money::minor(0)), &[QualityKind::OddValue])]
#[case(|l: &mut Lead| l.value = Some(Money::minor(240_000)), &[])]
#[case(
    |l: &mut Lead| { l.service = "".into(); l.market = "".into(); l.name = "".into(); },
    &[QualityKind::NoService, QualityKind::NoPlace, QualityKind::NoName]
)]
fn each_fault_has_its_name(#[case] change: fn(&mut Lead), #[case] expected: &[QualityKind]) {
    let mut lead = lead();
    change(&mut lead);
    let kinds: Vec<QualityKind> = faults(&lead).into_iter().map(|fault| fault.kind).collect();
    assert_eq!(kinds, expected);
}
