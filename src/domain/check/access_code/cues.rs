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

/// From so many points on a number is a code. Judged by points that were made without their own set, 798 of 859 codes and 44
/// of some 780 other numbers of the labelled lines have 5 and more.
pub(super) const IS_CODE: i32 = 6;
/// From so many on it may be one: 827 of the codes and 76 of the others have -5 and more.
pub(super) const MAY_BE: i32 = -6;

/// Whether the sentence says that it is another number, and speaks of no code besides: `the zip code of the garage is 78701`,
/// `serial number on the safe door: 0047193`.
fn is_another(cues: &[Cue]) -> bool {
    let any = |of: &[Cue]| of.iter().any(|cue| cues.contains(cue));
    any(&[Cue::ZipIs, Cue::OtherNumber]) && !any(&[Cue::NameBefore, Cue::NameNear, Cue::NameFar])
}

/// What the cues of a number are worth together.
pub(super) fn score(cues: &[Cue]) -> i32 {
    if is_another(cues) {
        return i32::MIN;
    }
    cues.iter().map(|cue| POINTS[*cue as usize].1).sum()
}

/// What each cue is worth; as `fit` printed them.
const POINTS: [(Cue, i32); 82] = [
    (Cue::Any, -12),
    (Cue::OneOrTwo, -39),
    (Cue::Three, -12),
    (Cue::Four, 18),
    (Cue::Five, 21),
    (Cue::Six, 11),
    (Cue::SevenOrMore, -10),
    (Cue::Sign, 29),
    (Cue::EndsInSign, 19),
    (Cue::Spelled, -11),
    (Cue::OneByOne, 28),
    (Cue::Hyphens, 28),
    (Cue::Pairs, 9),
    (Cue::DateLike, 1),
    (Cue::LeadingZero, -2),
    (Cue::YearLike, -24),
    (Cue::Round, -22),
    (Cue::Mixed, -28),
    (Cue::LettersAlone, -3),
    (Cue::FirstOfAll, 11),
    (Cue::NameBefore, 16),
    (Cue::OpenerBefore, 6),
    (Cue::PlaceBefore, 5),
    (Cue::NumberedBefore, -3),
    (Cue::PressBefore, 13),
    (Cue::HandleBefore, -3),
    (Cue::OpensBefore, -6),
    (Cue::LinkBefore, 10),
    (Cue::OtherBefore, -11),
    (Cue::AmountBefore, -5),
    (Cue::MachineBefore, -4),
    (Cue::InBefore, -19),
    (Cue::AtBefore, -27),
    (Cue::CapitalBefore, -3),
    (Cue::SmallBefore, 4),
    (Cue::PlainBefore, -5),
    (Cue::Colon, 24),
    (Cue::Dash, 12),
    (Cue::Comma, 11),
    (Cue::Bracket, 5),
    (Cue::BeginsSentence, 11),
    (Cue::NameNear, 2),
    (Cue::NameFar, 11),
    (Cue::OtherName, -21),
    (Cue::OpenerNear, -2),
    (Cue::OpenerFar, -7),
    (Cue::PlaceNear, 1),
    (Cue::PlaceFar, -1),
    (Cue::PressNear, 13),
    (Cue::HandleNear, 8),
    (Cue::OpensNear, 8),
    (Cue::OtherNear, -17),
    (Cue::OtherFar, 0),
    (Cue::AmountNear, -4),
    (Cue::MachineNear, -1),
    (Cue::NumberBefore, -6),
    (Cue::OtherNumber, -11),
    (Cue::NumberedIs, -19),
    (Cue::OtherIs, -4),
    (Cue::NameIs, -3),
    (Cue::ZipIs, -11),
    (Cue::YearTold, 1),
    (Cue::EndsSentence, 8),
    (Cue::CommaBehind, 1),
    (Cue::UnitBehind, -12),
    (Cue::PlainBehind, -11),
    (Cue::LinkBehind, -9),
    (Cue::OpensBehind, -2),
    (Cue::PlaceBehind, -5),
    (Cue::NameBehind, -6),
    (Cue::ToldBehind, 0),
    (Cue::SmallBehind, 3),
    (Cue::CapitalBehind, -14),
    (Cue::ThenBehind, 11),
    (Cue::NameInText, 8),
    (Cue::OpenerInText, 17),
    (Cue::PlaceInText, 8),
    (Cue::PressInText, -1),
    (Cue::HandleInText, 10),
    (Cue::OpensInText, 6),
    (Cue::OtherInText, -6),
    (Cue::MachineInText, -11),
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
