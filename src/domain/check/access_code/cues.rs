//! What speaks for and against a number being a code that opens something: cues, each worth some points.
//!
//! No cue decides alone. `4411` behind `gate` may be a price, and a number that nothing explains, in a sentence about a
//! lockbox, is most likely what opens it. The points are those of a logistic regression over the labelled lines of
//! `tests/corpus`, ten to a unit of log-odds; `fit` beside this file makes them again.

/// Something that is true of a number and of what stands around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::VariantArray)]
pub(super) enum Cue {
    /// True of every number.
    Any,
    // Its shape.
    OneOrTwo,
    Three,
    Four,
    Five,
    Six,
    SevenOrMore,
    Sign,
    EndsInSign,
    Spelled,
    OneByOne,
    Hyphens,
    Pairs,
    DateLike,
    LeadingZero,
    YearLike,
    Round,
    Mixed,
    LettersAlone,
    // The word right before it, or what stands between.
    FirstOfAll,
    NameBefore,
    OpenerBefore,
    PlaceBefore,
    NumberedBefore,
    PressBefore,
    HandleBefore,
    OpensBefore,
    LinkBefore,
    OtherBefore,
    AmountBefore,
    MachineBefore,
    InBefore,
    AtBefore,
    CapitalBefore,
    SmallBefore,
    PlainBefore,
    Colon,
    Dash,
    Comma,
    Bracket,
    BeginsSentence,
    // Words farther before it in its sentence.
    NameNear,
    NameFar,
    OtherName,
    OpenerNear,
    OpenerFar,
    PlaceNear,
    PlaceFar,
    PressNear,
    HandleNear,
    OpensNear,
    OtherNear,
    OtherFar,
    AmountNear,
    MachineNear,
    NumberBefore,
    OtherNumber,
    NumberedIs,
    OtherIs,
    NameIs,
    ZipIs,
    YearTold,
    YearMeant,
    ClockTold,
    MakerBefore,
    // Fewer than four figures, behind what makes even those a code: `dir code 058`, `press 116`, `lock 911`.
    ShortNamed,
    ShortPressed,
    ShortOpener,
    // What stands behind it.
    EndsSentence,
    CommaBehind,
    UnitBehind,
    PlainBehind,
    LinkBehind,
    OpensBehind,
    PlaceBehind,
    NameBehind,
    ToldBehind,
    SmallBehind,
    CapitalBehind,
    ThenBehind,
    // The rest of the text.
    NameInText,
    OpenerInText,
    PlaceInText,
    PressInText,
    HandleInText,
    OpensInText,
    OtherInText,
    MachineInText,
}

/// From so many points on a number is a code. Judged by points that were made without their own set, 2,091 of 2,217 codes and
/// 81 of 2,367 other numbers of the labelled lines have 5 and more.
pub(super) const IS_CODE: i32 = 6;
/// From so many on it may be one: 2,146 of the codes and 154 of the others have -5 and more.
pub(super) const MAY_BE: i32 = -8;

/// Whether the sentence says that it is another number, and speaks of no code besides: `the zip code of the garage is 78701`,
/// `serial number on the safe door: 0047193`.
fn is_another(cues: &[Cue]) -> bool {
    let any = |of: &[Cue]| of.iter().any(|cue| cues.contains(cue));
    let named = any(&[Cue::NameBefore, Cue::NameNear, Cue::NameFar]);
    let of_another_trade = any(&[Cue::OtherName]) && !any(&[Cue::OpenerNear, Cue::PressNear, Cue::NameInText]);
    !named && (of_another_trade || any(&[Cue::ZipIs, Cue::OtherNumber]))
}

/// What the cues of a number are worth together.
pub(super) fn score(cues: &[Cue]) -> i32 {
    if is_another(cues) {
        return i32::MIN;
    }
    cues.iter().map(|cue| POINTS[*cue as usize].1).sum()
}

/// What each cue is worth; as `fit` printed them.
const POINTS: [(Cue, i32); 88] = [
    (Cue::Any, -18),
    (Cue::OneOrTwo, -46),
    (Cue::Three, -18),
    (Cue::Four, 19),
    (Cue::Five, 18),
    (Cue::Six, 17),
    (Cue::SevenOrMore, -7),
    (Cue::Sign, 31),
    (Cue::EndsInSign, 28),
    (Cue::Spelled, -6),
    (Cue::OneByOne, 21),
    (Cue::Hyphens, 30),
    (Cue::Pairs, 6),
    (Cue::DateLike, 1),
    (Cue::LeadingZero, -1),
    (Cue::YearLike, -22),
    (Cue::Round, -22),
    (Cue::Mixed, -24),
    (Cue::LettersAlone, -8),
    (Cue::FirstOfAll, 12),
    (Cue::NameBefore, 5),
    (Cue::OpenerBefore, 12),
    (Cue::PlaceBefore, 8),
    (Cue::NumberedBefore, -8),
    (Cue::PressBefore, 17),
    (Cue::HandleBefore, 7),
    (Cue::OpensBefore, -6),
    (Cue::LinkBefore, 13),
    (Cue::OtherBefore, -26),
    (Cue::AmountBefore, -9),
    (Cue::MachineBefore, -5),
    (Cue::InBefore, -29),
    (Cue::AtBefore, -22),
    (Cue::CapitalBefore, -7),
    (Cue::SmallBefore, 2),
    (Cue::PlainBefore, -1),
    (Cue::Colon, 25),
    (Cue::Dash, 11),
    (Cue::Comma, 13),
    (Cue::Bracket, 18),
    (Cue::BeginsSentence, 6),
    (Cue::NameNear, 24),
    (Cue::NameFar, 10),
    (Cue::OtherName, -22),
    (Cue::OpenerNear, 1),
    (Cue::OpenerFar, -4),
    (Cue::PlaceNear, 7),
    (Cue::PlaceFar, 1),
    (Cue::PressNear, 3),
    (Cue::HandleNear, 5),
    (Cue::OpensNear, 8),
    (Cue::OtherNear, -3),
    (Cue::OtherFar, -3),
    (Cue::AmountNear, -2),
    (Cue::MachineNear, -5),
    (Cue::NumberBefore, -12),
    (Cue::OtherNumber, -16),
    (Cue::NumberedIs, -16),
    (Cue::OtherIs, -4),
    (Cue::NameIs, 5),
    (Cue::ZipIs, -13),
    (Cue::YearTold, 8),
    (Cue::YearMeant, 21),
    (Cue::ClockTold, -27),
    (Cue::MakerBefore, -23),
    (Cue::ShortNamed, -12),
    (Cue::ShortPressed, 6),
    (Cue::ShortOpener, 1),
    (Cue::EndsSentence, 15),
    (Cue::CommaBehind, 4),
    (Cue::UnitBehind, -11),
    (Cue::PlainBehind, -10),
    (Cue::LinkBehind, -9),
    (Cue::OpensBehind, 0),
    (Cue::PlaceBehind, 3),
    (Cue::NameBehind, -4),
    (Cue::ToldBehind, 0),
    (Cue::SmallBehind, 5),
    (Cue::CapitalBehind, -18),
    (Cue::ThenBehind, 13),
    (Cue::NameInText, 7),
    (Cue::OpenerInText, 13),
    (Cue::PlaceInText, 8),
    (Cue::PressInText, 6),
    (Cue::HandleInText, 8),
    (Cue::OpensInText, 9),
    (Cue::OtherInText, -9),
    (Cue::MachineInText, -7),
];

#[cfg(test)]
mod tests {
    use super::*;
    use strum::VariantArray as _;

    #[test]
    fn every_cue_has_its_points_at_its_place() {
        assert!(POINTS.iter().map(|(cue, _)| cue).eq(Cue::VARIANTS));
    }
}
