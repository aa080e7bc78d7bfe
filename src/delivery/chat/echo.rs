//! What may be kept of an endpoint's words about a request: nothing that the request told (C1). Pure.
//!
//! Servers repeat what they were asked: one that checks its input quotes the whole of it in the error, once for each fault
//! (vllm-project/vllm#49239). Errors are kept, grouped and shown to more people than evidence is.

use std::collections::BTreeSet;
use std::iter;
use std::ops::Bound;

use super::super::{TEXT_KEPT, kept};
use super::one_line;
use crate::domain::brief::Brief;

/// Characters of a message that are looked at.
const LOOKED_AT: usize = 4_096;
/// As many words in a row are no chance.
const RUN: usize = 3;
/// Where something stood that the request told.
const LEFT_OUT: &str = "…";
/// Where all of the rest may be what the request told.
const CUT: &str = "… (the rest repeats what it was asked)";

/// What errors are made of. Evidence has these too, and one of them alone tells nothing of anybody.
const COMMON: &str = "a access account again an and any are as at be been but by call can cannot check context default does \
    error exceeded failed for from has have if in input instead internal invalid is it its key large later least length limit long \
    max maximum may message messages model more most must name new no not now of on one only or out over parameter please rate \
    reached request requested requests required response server service should so support supported than that the their them \
    then there these this time to token tokens too try type unavailable unsupported until up use used user value was were what \
    when which while will with within without you your";

/// The start of a message, without the words that it shares with what was asked; from where it repeats several in a row, none.
pub(super) fn without(message: &str, asked: &Brief) -> String {
    let message = one_line(&kept(message, LOOKED_AT));
    let asked = Asked::of(asked);
    let words: Vec<(usize, &str)> = words(&message).collect();
    let lower: Vec<String> = words.iter().map(|(_, word)| word.to_lowercase()).collect();
    let (mut out, mut from) = (String::new(), 0);
    for (n, (at, word)) in words.iter().enumerate() {
        if asked.has_run(&lower[n..]) {
            let before = kept(&(out + &message[from..*at]), TEXT_KEPT);
            return format!("{}{CUT}", before.trim_end_matches(LEFT_OUT));
        }
        if asked.tells(&lower[n]) {
            out.push_str(&message[from..*at]);
            out.push_str(LEFT_OUT);
            from = at + word.len();
        }
    }
    out.push_str(&message[from..]);
    kept(&out, TEXT_KEPT)
}

/// Letters and digits in a row, each with its place.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = 0;
    iter::from_fn(move || {
        let at = rest + text[rest..].find(char::is_alphanumeric)?;
        let end = text[at..].find(|c: char| !c.is_alphanumeric()).map_or(text.len(), |len| at + len);
        rest = end;
        Some((at, &text[at..end]))
    })
}

/// The words of what was asked.
struct Asked {
    words: BTreeSet<String>,
    runs: BTreeSet<Vec<String>>,
}

impl Asked {
    fn of(brief: &Brief) -> Self {
        let texts = [&brief.client, &brief.period, &brief.source_label];
        let lists = texts.into_iter().chain(brief.lines.iter().map(|line| &line.text));
        let lists = lists.map(|text| words(text).map(|(_, word)| word.to_lowercase()).collect::<Vec<_>>());
        let (mut all, mut runs) = (BTreeSet::new(), BTreeSet::new());
        for list in lists {
            runs.extend(list.windows(RUN).filter(|run| !run.iter().all(|word| is_common(word))).map(<[String]>::to_vec));
            all.extend(list);
        }
        Self { words: all, runs }
    }

    fn has_run(&self, words: &[String]) -> bool {
        words.get(..RUN).is_some_and(|run| self.runs.contains(run))
    }

    /// Whether a word may tell something. It may be cut off; and where words are not parted by blanks, as in Chinese, or are
    /// spelled with marks that have two spellings, it cannot be compared.
    fn tells(&self, word: &str) -> bool {
        let from = (Bound::Included(word), Bound::Unbounded);
        let begins = || self.words.range::<str, _>(from).next().is_some_and(|known| known.starts_with(word));
        word.chars().count() > 1 && !is_common(word) && (!word.is_ascii() || begins())
    }
}

fn is_common(word: &str) -> bool {
    COMMON.split_ascii_whitespace().any(|common| common == word)
}

#[cfg(test)]
mod tests {
    use super::super::tests::brief_of;
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    const TOLD: &str = "said: “Maria Ortiz here, the gate code is 4827, call me at 512-555-0142”";

    #[rstest]
    #[case::of_the_request(
        "This model's maximum context length is 4096 tokens. Please reduce the length of the messages.",
        "This model's maximum context length is 4096 tokens. Please reduce the length of the messages."
    )]
    #[case::quoted(
        "[{'loc': ('body', 'messages'), 'msg': 'Input should be short', 'input': '[2] said: “Maria Ortiz here, the gate'}]",
        "[{'loc': ('body', 'messages'), 'msg': 'Input should be short', 'input': '[2] … (the rest repeats what it was asked)"
    )]
    #[case::a_name("bad value: Maria Ortiz", "bad value: … …")]
    #[case::cut_off("bad value: Mari", "bad value: …")]
    #[case::a_code("code 4827 is no option", "… … is no option")]
    #[case::shouted("bad value: MARIA", "bad value: …")]
    #[case::not_parted("错误：我家漏水了", "…：…")]
    #[case::another("CUDA out of memory", "CUDA out of memory")]
    fn an_error_keeps_its_own_words_alone(#[case] message: &str, #[case] kept: &str) {
        assert_eq!(without(message, &brief_of(&[TOLD])), kept);
    }

    #[test]
    fn it_is_no_longer_than_others() {
        let long = without(&"overloaded ".repeat(900), &brief_of(&[TOLD]));
        assert_eq!(long.chars().count(), TEXT_KEPT);
    }

    proptest! {
        #[test]
        fn no_word_that_tells_comes_through(
            before in "[a-z ]{0,30}",
            (told, from, to) in ("[A-Za-zé0-9 ,.\\-]{0,60}", 0..60_usize, 0..60_usize),
            after in "[a-z '\"]{0,30}",
        ) {
            let part: String = told.chars().skip(from.min(to)).take(from.abs_diff(to)).collect();
            let asked = brief_of(&[&told]);
            let kept = without(&format!("{before}'{part}'{after}"), &asked);
            let asked = Asked::of(&asked);
            for (_, word) in words(kept.strip_suffix(CUT).unwrap_or(&kept)) {
                let word = word.to_lowercase();
                prop_assert!(is_common(&word) || word.chars().count() == 1 || !asked.words.contains(&word), "{word} in {kept}");
            }
        }
    }
}
