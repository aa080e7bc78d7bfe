//! Numbers in pieces, and what is none.

use crate::domain::check::tests::spans;
use crate::domain::span::FindingKind::Phone;
use rstest::rstest;

#[rstest]
#[case("area code is 512 and the number is 555 0142", "area code is 512 and the number is 555 0142")]
#[case("five one two, uh, five five five, oh one four two", "five one two, uh, five five five, oh one four two")]
#[case("its 321-254- shoot whats my number 8830 yeah 8830", "321-254- shoot whats my number 8830 yeah 8830")]
#[case(
    "yeah uh two one four. 214. and its 376. uh and then 1190. thats it",
    "two one four. 214. and its 376. uh and then 1190"
)]
#[case(
    "my phone is seven two zero, four one nine, no wait, four one eight, oh oh six three",
    "seven two zero, four one nine, no wait, four one eight, oh oh six three"
)]
#[case(
    "area code two five two first three four four six last four one nine oh eight",
    "area code two five two first three four four six last four one nine oh eight"
)]
#[case("call me at um seven 770 uh 963 and its two seven four one", "seven 770 uh 963 and its two seven four one")]
#[case("its 615-555-01 um 48 sorry the last two are four eight", "615-555-01 um 48 sorry the last two are four eight")]
#[case(
    "the number is uh four one five [pause] five five five [pause] zero one three eight",
    "four one five [pause] five five five [pause] zero one three eight"
)]
#[case(
    "call triple five, oh one seven two, and the area code's four six nine",
    "triple five, oh one seven two, and the area code's four six nine"
)]
#[case("the area code's 602 and then it's 555 and then 0, 1, 7, 7 got it", "602 and then it's 555 and then 0, 1, 7, 7")]
#[case("It's 864 555 01 and then 28, sorry", "864 555 01 and then 28")]
#[case(
    "five five five oh one six six and thats a nine three seven area code",
    "five five five oh one six six and thats a nine three seven"
)]
#[case("860, okay, 860, 555, 0133 is what's on the card", "860, okay, 860, 555, 0133")]
#[case(
    "two one four that's dallas five five five zero one sixty three",
    "two one four that's dallas five five five zero one sixty three"
)]
#[case(
    "one, nine one six, five five five, uh zero one two seven, extension, I think, 31",
    "one, nine one six, five five five, uh zero one two seven, extension, I think, 31"
)]
#[case("calling about the estimate, 919, 432, no, 832, 5567 I hope", "919, 432, no, 832, 5567")]
#[case("cell is 4oh7 882 16oh3 per", "4oh7 882 16oh3")]
#[case("ok so 580 555, let me check, 0134, and ask for Junior", "580 555, let me check, 0134")]
#[case("my cell, 512 no wait 737 555 0142", "512 no wait 737 555 0142")]
fn in_pieces(#[case] text: &str, #[case] found: &str) {
    assert_eq!(spans(text, Phone), [found]);
}

#[rstest]
#[case("sold 512, 555 and 1200")]
#[case("call about the 350 dollars for 220 volts in 2019")]
#[case("units 204, 205 and then 2061 need filters")]
#[case("claim number is 512 and then 555 so 0142")]
#[case("it read 240, then 238, and at the end 2190")]
#[case("the number of filters was 120 and then 240 and the last 36")]
fn not_in_pieces(#[case] text: &str) {
    assert!(spans(text, Phone).is_empty(), "{:?}", spans(text, Phone));
}
