//! Numbers in pieces, and what is none.

use crate::domain::check::tests::spans;
use crate::domain::span::FindingKind::Phone;
use proptest::prelude::*;
use rstest::rstest;

#[rstest]
#[case("area code is 512 and the number is 555 0142", "area code is 512 and the number is 555 0142")]
#[case("five one two, uh, five five five, oh one four two", "five one two, uh, five five five, oh one four two")]
#[case("its 321-254- shoot whats my number 8830 yeah 8830", "321-254- shoot whats my number 8830 yeah 8830")]
#[case("yeah uh two one four. 214. and its 376. uh and then 1190. thats it", "two one four. 214. and its 376. uh and then 1190")]
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

/// Said again by somebody else, or begun again by the same.
#[rstest]
#[case(
    "it's 6 1 4. Agent: Six one four. Caller: 8 6 2. Agent: Eight six two. Caller: 7 7 3 1, ask for Al",
    "6 1 4. Agent: Six one four. Caller: 8 6 2. Agent: Eight six two. Caller: 7 7 3 1"
)]
#[case(
    "713, 862. Agent: Seven one three, eight six two? Caller: Yep. 7731",
    "713, 862. Agent: Seven one three, eight six two? Caller: Yep. 7731"
)]
#[case(
    "2 0 6, 8 6 2, Agent: Was that two oh six? Caller: Two oh six, yeah, Seattle, 8 6 2, 7 7 3 1",
    "2 0 6, 8 6 2, Agent: Was that two oh six? Caller: Two oh six, yeah, Seattle, 8 6 2, 7 7 3 1"
)]
#[case(
    "Resident: 818. Dispatcher: 818. Resident: 862. Dispatcher: 862. Resident: 7731",
    "818. Dispatcher: 818. Resident: 862. Dispatcher: 862. Resident: 7731"
)]
#[case("602 862, sorry, the baby's crying, 602 862 7731", "602 862, sorry, the baby's crying, 602 862 7731")]
#[case("503, that's Portland, right, so 503 862 7731", "503, that's Portland, right, so 503 862 7731")]
#[case("206 789, 206 789 4432", "206 789, 206 789 4432")]
#[case(
    "five six one. Agent: Wait, is that your phone or the account number I asked for? Caller: My phone. Five six one, eight six two, oh one four oh",
    "five six one. Agent: Wait, is that your phone or the account number I asked for? Caller: My phone. Five six one, eight six two, oh one four oh"
)]
#[case("702. Agent: Vegas! Caller: Yep. 862. 7731", "702. Agent: Vegas! Caller: Yep. 862. 7731")]
fn said_again(#[case] text: &str, #[case] found: &str) {
    assert_eq!(spans(text, Phone), [found]);
}

/// Some of it was told wrong first.
#[rstest]
#[case("Agent read back 325, 862, 0187, and caller corrected to 0178", "325, 862, 0187, and caller corrected to 0178")]
#[case("I have 828-555-0102. Caller: Oh that ends in 0120, so", "828-555-0102. Caller: Oh that ends in 0120")]
#[case(
    "four one zero, eight six two, oh one eight zero? Caller: Eight one at the end",
    "four one zero, eight six two, oh one eight zero? Caller: Eight one"
)]
#[case("509 862 0110? Caller: 0116. Thanks", "509 862 0110? Caller: 0116")]
#[case("836 227 9041? Caller: 636. Got it", "836 227 9041? Caller: 636")]
#[case(
    "six three six, two seven two, nine oh four one? Caller: Two two seven",
    "six three six, two seven two, nine oh four one? Caller: Two two seven"
)]
#[case("636 227 9041. Sorry, area code's 314", "636 227 9041. Sorry, area code's 314")]
#[case(
    "eight oh one, eight six two, zero one, shoot, zero two one four",
    "eight oh one, eight six two, zero one, shoot, zero two one four"
)]
#[case(
    "559, 862, double one, no not double one, double zero, two three",
    "559, 862, double one, no not double one, double zero, two three"
)]
#[case(
    "six one nine, eight six two, oh one forty... forty-something, forty-four",
    "six one nine, eight six two, oh one forty... forty-something, forty-four"
)]
#[case("405-862-7731, not 7713", "405-862-7731, not 7713")]
fn told_wrong_first(#[case] text: &str, #[case] found: &str) {
    assert_eq!(spans(text, Phone), [found]);
}

/// In another order, in other groups, or with more behind it.
#[rstest]
#[case(
    "last four? Caller: Oh one five eight. Agent: And the first part? Caller: Nine two five, eight six two",
    "Oh one five eight. Agent: And the first part? Caller: Nine two five, eight six two"
)]
#[case(
    "7731. Agent: Area code? Caller: 415. Agent: And the middle three? Caller: 862",
    "7731. Agent: Area code? Caller: 415. Agent: And the middle three? Caller: 862"
)]
#[case(
    "862 7731. Agent: And the area code? Caller: Oh, four one five",
    "862 7731. Agent: And the area code? Caller: Oh, four one five"
)]
#[case("It's 864, 862, 01, 7, 0. Leak's worse", "864, 862, 01, 7, 0")]
#[case("540, 862, 9 3 oh 3", "540, 862, 9 3 oh 3")]
#[case("my number is 8, 1, 8, 4, 4, 7, 9, 9, 2, 0", "8, 1, 8, 4, 4, 7, 9, 9, 2, 0")]
#[case("seven oh two, three fives, zero one four eight", "seven oh two, three fives, zero one four eight")]
#[case(
    "317-862-0151. Agent: Okay. Caller: And then extension 6-0-2",
    "317-862-0151. Agent: Okay. Caller: And then extension 6-0-2"
)]
#[case(
    "two one seven, eight six two, oh one four oh. Agent: Any extension? Caller: two, two",
    "two one seven, eight six two, oh one four oh. Agent: Any extension? Caller: two, two"
)]
#[case(
    "two two eight, Mason put it down, eight six two, oh one, nine oh. Sorry about that",
    "two two eight, Mason put it down, eight six two, oh one, nine oh"
)]
fn told_otherwise(#[case] text: &str, #[case] found: &str) {
    assert_eq!(spans(text, Phone), [found]);
}

/// Two numbers are two, whatever stands between.
#[rstest]
#[case("702-438-6651 not 702-438-6615", &["702-438-6651", "702-438-6615"])]
#[case("is 972-862-0159 the one you're calling from? Caller: No no, use the house line, 972-862-0160", &["972-862-0159", "972-862-0160"])]
#[case("928-774-3051 928-774-3051", &["928-774-3051", "928-774-3051"])]
#[case("two numbers: home 207-555-0114", &["207-555-0114"])]
#[case("6 called it in (617-555-0148)", &["(617-555-0148"])]
#[case("call 317-862-0151 about the extension cord, 602 feet", &["317-862-0151"])]
#[case("512 555 0199 about the drain on Monday. The customer called 512 555 0199 again", &["512 555 0199", "512 555 0199"])]
fn apart(#[case] text: &str, #[case] found: &[&str]) {
    assert_eq!(spans(text, Phone), found);
}

#[rstest]
#[case("sold 512, 555 and 1200")]
#[case("call about the 350 dollars for 220 volts in 2019")]
#[case("units 204, 205 and then 2061 need filters")]
#[case("claim number is 512 and then 555 so 0142")]
#[case("it read 240, then 238, and at the end 2190")]
#[case("the number of filters was 120 and then 240 and the last 36")]
#[case("breakers 204, 205, 2, 3, 4, 6 tripped")]
#[case("static 204, 205, then 2 3 4 6 on the log")]
#[case("We're in 240. Agent: 240? Caller: Yeah, building 3. And then 310, 4415.")]
#[case("Agent: How many square feet? Caller: 415. Agent: 415? Caller: Yes, and the garage is 862, and the porch is 77.")]
#[case("Agent: Order ends in 0112? Caller: No, the last four are 0121, first three are 615.")]
#[case("the last four of the card were 0158 and the first part of the job took 925 minutes")]
#[case("readings were 480, 480, 482, and then 0 at the end")]
#[case("unit 317, extension cord 602 feet")]
#[case("zones 2, 3, 4, 5, 6, 7, 8, 0, 1, 9 are done")]
#[case("part 415, then 555. Agent: Four one five? Caller: Yes. 2 boxes.")]
#[case("He said 40, maybe 50, no, 45 gallons, put in 2014, not 2015")]
#[case("model ends in 0112, and the first part is 615 555")]
#[case("it read 240, then 238, no, 239, and at the end 2100")]
fn not_in_pieces(#[case] text: &str) {
    assert!(spans(text, Phone).is_empty(), "{:?}", spans(text, Phone));
}

proptest! {
    /// Words that numbers are told in, in any order.
    #[test]
    fn nothing_told_in_pieces_panics(
        words in proptest::collection::vec(
            proptest::sample::select(vec![
                "oh", "one", "the", "five", "fifty", "double", "three", "fives", "0", "55", "303", "4155550142", "1", ",", ".", "...",
                "no", "not", "sorry", "extension", "area", "code", "first", "last", "four", "middle", "at", "end", "Agent:", "Caller:",
                "is", "in", "front", "é", "-", "?",
            ]),
            0..40,
        ),
        blank in proptest::sample::select(vec!["", " ", ", "]),
    ) {
        let text = words.join(blank);
        for found in spans(&text, Phone) {
            prop_assert!(text.contains(&found));
        }
    }
}
