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

/// From so many points on a number is a code. Judged by points that were made without their own set, 1,649 of 1,751 codes and
/// 76 of 1,933 other numbers of the labelled lines have 5 and more.
pub(super) const IS_CODE: i32 = 6;
/// From so many on it may be one: 1,695 of the codes and 126 of the others have -5 and more.
pub(super) const MAY_BE: i32 = -6;

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
const POINTS: [(Cue, i32); 85] = [
    (Cue::Any, -17),
    (Cue::OneOrTwo, -44),
    (Cue::Three, -19),
    (Cue::Four, 20),
    (Cue::Five, 19),
    (Cue::Six, 16),
    (Cue::SevenOrMore, -9),
    (Cue::Sign, 31),
    (Cue::EndsInSign, 25),
    (Cue::Spelled, -8),
    (Cue::OneByOne, 22),
    (Cue::Hyphens, 37),
    (Cue::Pairs, 6),
    (Cue::DateLike, 1),
    (Cue::LeadingZero, -3),
    (Cue::YearLike, -24),
    (Cue::Round, -25),
    (Cue::Mixed, -23),
    (Cue::LettersAlone, 7),
    (Cue::FirstOfAll, 13),
    (Cue::NameBefore, 2),
    (Cue::OpenerBefore, 11),
    (Cue::PlaceBefore, 6),
    (Cue::NumberedBefore, -7),
    (Cue::PressBefore, 21),
    (Cue::HandleBefore, 2),
    (Cue::OpensBefore, -2),
    (Cue::LinkBefore, 13),
    (Cue::OtherBefore, -20),
    (Cue::AmountBefore, -12),
    (Cue::MachineBefore, -4),
    (Cue::InBefore, -25),
    (Cue::AtBefore, -25),
    (Cue::CapitalBefore, -8),
    (Cue::SmallBefore, 3),
    (Cue::PlainBefore, -2),
    (Cue::Colon, 25),
    (Cue::Dash, 14),
    (Cue::Comma, 14),
    (Cue::Bracket, 19),
    (Cue::BeginsSentence, 7),
    (Cue::NameNear, 17),
    (Cue::NameFar, 10),
    (Cue::OtherName, -21),
    (Cue::OpenerNear, -1),
    (Cue::OpenerFar, -5),
    (Cue::PlaceNear, 6),
    (Cue::PlaceFar, 1),
    (Cue::PressNear, 4),
    (Cue::HandleNear, 5),
    (Cue::OpensNear, 7),
    (Cue::OtherNear, -9),
    (Cue::OtherFar, -3),
    (Cue::AmountNear, -3),
    (Cue::MachineNear, -2),
    (Cue::NumberBefore, -11),
    (Cue::OtherNumber, -12),
    (Cue::NumberedIs, -18),
    (Cue::OtherIs, 0),
    (Cue::NameIs, -2),
    (Cue::ZipIs, -11),
    (Cue::YearTold, 8),
    (Cue::YearMeant, 21),
    (Cue::ClockTold, -25),
    (Cue::MakerBefore, -21),
    (Cue::EndsSentence, 13),
    (Cue::CommaBehind, 1),
    (Cue::UnitBehind, -17),
    (Cue::PlainBehind, -12),
    (Cue::LinkBehind, -9),
    (Cue::OpensBehind, 1),
    (Cue::PlaceBehind, 1),
    (Cue::NameBehind, -2),
    (Cue::ToldBehind, 0),
    (Cue::SmallBehind, 2),
    (Cue::CapitalBehind, -15),
    (Cue::ThenBehind, 11),
    (Cue::NameInText, 5),
    (Cue::OpenerInText, 15),
    (Cue::PlaceInText, 8),
    (Cue::PressInText, 5),
    (Cue::HandleInText, 11),
    (Cue::OpensInText, 8),
    (Cue::OtherInText, -8),
    (Cue::MachineInText, -12),
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
