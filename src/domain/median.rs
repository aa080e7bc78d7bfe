//! The middle of many: how long half of them took at most, how much half of them changed.

/// The one in the middle, the lower of two: a value that was really there, and half of them are no greater. `None` of none.
pub fn median(mut values: Vec<i64>) -> Option<i64> {
    values.sort_unstable();
    values.get(values.len().saturating_sub(1) / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(&[], None)]
    #[case(&[9], Some(9))]
    #[case(&[40, 6], Some(6))]
    #[case(&[40, 6, 12], Some(12))]
    #[case(&[90, 6, 40, 12], Some(12))]
    fn it_is_the_one_in_the_middle_the_lower_of_two(#[case] values: &[i64], #[case] expected: Option<i64>) {
        assert_eq!(median(values.to_vec()), expected);
    }
}
