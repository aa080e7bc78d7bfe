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
    // `10-12`, `35-65`: from one to the other.
    Span,
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

/// From so many points on a number is a code. Judged by points that were made without their own set, 2,443 of 2,607 codes and
/// 93 of 3,036 other numbers of the labelled lines have 5 and more.
pub(super) const IS_CODE: i32 = 7;
/// From so many on it may be one: 2,520 of the codes and 176 of the others have -5 and more.
pub(super) const MAY_BE: i32 = -3;

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
const POINTS: [(Cue, i32); 89] = [
    (Cue::Any, -20),
    (Cue::OneOrTwo, -43),
    (Cue::Three, -18),
    (Cue::Four, 19),
    (Cue::Five, 17),
    (Cue::Six, 14),
    (Cue::SevenOrMore, -9),
    (Cue::Sign, 25),
    (Cue::EndsInSign, 30),
    (Cue::Spelled, -5),
    (Cue::OneByOne, 19),
    (Cue::Hyphens, 29),
    (Cue::Pairs, 8),
    (Cue::Span, -22),
    (Cue::DateLike, 1),
    (Cue::LeadingZero, -1),
    (Cue::YearLike, -24),
    (Cue::Round, -25),
    (Cue::Mixed, -25),
    (Cue::LettersAlone, -11),
    (Cue::FirstOfAll, 14),
    (Cue::NameBefore, 4),
    (Cue::OpenerBefore, 13),
    (Cue::PlaceBefore, 10),
    (Cue::NumberedBefore, -5),
    (Cue::PressBefore, 10),
    (Cue::HandleBefore, 9),
    (Cue::OpensBefore, -9),
    (Cue::LinkBefore, 15),
    (Cue::OtherBefore, -24),
    (Cue::AmountBefore, -7),
    (Cue::MachineBefore, -16),
    (Cue::InBefore, -30),
    (Cue::AtBefore, -23),
    (Cue::CapitalBefore, -5),
    (Cue::SmallBefore, 3),
    (Cue::PlainBefore, -2),
    (Cue::Colon, 20),
    (Cue::Dash, 7),
    (Cue::Comma, 14),
    (Cue::Bracket, 18),
    (Cue::BeginsSentence, 8),
    (Cue::NameNear, 30),
    (Cue::NameFar, 13),
    (Cue::OtherName, -24),
    (Cue::OpenerNear, 3),
    (Cue::OpenerFar, -3),
    (Cue::PlaceNear, 7),
    (Cue::PlaceFar, 2),
    (Cue::PressNear, 17),
    (Cue::HandleNear, 8),
    (Cue::OpensNear, 9),
    (Cue::OtherNear, -3),
    (Cue::OtherFar, -4),
    (Cue::AmountNear, -3),
    (Cue::MachineNear, -5),
    (Cue::NumberBefore, -10),
    (Cue::OtherNumber, -16),
    (Cue::NumberedIs, -11),
    (Cue::OtherIs, -6),
    (Cue::NameIs, 8),
    (Cue::ZipIs, -13),
    (Cue::YearTold, 7),
    (Cue::YearMeant, 25),
    (Cue::ClockTold, -26),
    (Cue::MakerBefore, -26),
    (Cue::ShortNamed, -15),
    (Cue::ShortPressed, 2),
    (Cue::ShortOpener, -4),
    (Cue::EndsSentence, 16),
    (Cue::CommaBehind, 5),
    (Cue::UnitBehind, -12),
    (Cue::PlainBehind, -11),
    (Cue::LinkBehind, -8),
    (Cue::OpensBehind, 7),
    (Cue::PlaceBehind, 2),
    (Cue::NameBehind, -3),
    (Cue::ToldBehind, 0),
    (Cue::SmallBehind, 5),
    (Cue::CapitalBehind, -14),
    (Cue::ThenBehind, 15),
    (Cue::NameInText, 4),
    (Cue::OpenerInText, 13),
    (Cue::PlaceInText, 8),
    (Cue::PressInText, 6),
    (Cue::HandleInText, 5),
    (Cue::OpensInText, 5),
    (Cue::OtherInText, -7),
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
