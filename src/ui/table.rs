//! Columns: as many as fit, by how much they are worth; what is left over goes to those that can grow.

/// A column of a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// Its heading.
    pub(crate) name: &'static str,
    /// Columns it needs to be of use.
    pub(crate) least: usize,
    /// Columns beyond which it gains nothing.
    pub(crate) most: usize,
    /// 0 is shown first.
    pub(crate) rank: u8,
    /// Numbers and times stand at the right.
    pub(crate) right: bool,
}

/// A column with its width.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fitted {
    /// Its index among all columns of the list.
    pub(crate) at: usize,
    /// Its width.
    pub(crate) width: usize,
}

/// A column.
pub(crate) const fn column(name: &'static str, least: usize, most: usize, rank: u8) -> Column {
    Column { name, least, most, rank, right: false }
}

/// A column of numbers or times.
pub(crate) const fn number(name: &'static str, width: usize, rank: u8) -> Column {
    Column { name, least: width, most: width, rank, right: true }
}

/// Which columns are shown in `room`, left to right, one space between. `natural` is what the rows on the screen
/// would take of each column.
pub(crate) fn fit(columns: &[Column], natural: &[usize], room: usize) -> Vec<Fitted> {
    let wish = |at: usize| natural.get(at).copied().unwrap_or(0).clamp(columns[at].least, columns[at].most);
    let mut by_rank: Vec<usize> = (0..columns.len()).collect();
    by_rank.sort_by_key(|at| columns[*at].rank);
    let mut shown: Vec<Fitted> = Vec::new();
    let (mut used, mut comfortable) = (0, 0);
    for at in by_rank {
        let gap = usize::from(!shown.is_empty());
        let least = columns[at].least;
        if shown.is_empty() && least > room && room > 0 {
            return vec![Fitted { at, width: room }];
        }
        // A less worthy column comes only when those before it can be read, and none takes the place of a worthier
        // one that did not fit: rows would read differently at every width.
        if used.max(comfortable) + gap + least > room {
            break;
        }
        used += gap + least;
        comfortable += gap + wish(at).min(least * 3 / 2);
        shown.push(Fitted { at, width: least });
    }
    let mut spare = room.saturating_sub(used);
    // Turn by turn, the worthiest first, so that long columns share what there is.
    while spare > 0 {
        let mut grew = false;
        for column in &mut shown {
            if spare > 0 && column.width < wish(column.at) {
                column.width += 1;
                spare -= 1;
                grew = true;
            }
        }
        if !grew {
            break;
        }
    }
    shown.sort_by_key(|column| column.at);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COLUMNS: &[Column] =
        &[number("age", 4, 0), column("name", 6, 20, 0), column("note", 8, 40, 2), column("state", 5, 9, 1)];

    #[test]
    fn the_least_worthy_column_goes_first() {
        let at = |room| fit(COLUMNS, &[], room).iter().map(|column| column.at).collect::<Vec<_>>();
        assert_eq!(at(80), [0, 1, 2, 3]);
        assert_eq!(at(20), [0, 1, 3]);
        assert_eq!(at(12), [0, 1]);
    }

    proptest! {
        #[test]
        fn columns_fit_their_room(room in 0_usize..300, natural in proptest::collection::vec(0_usize..60, 4)) {
            let shown = fit(COLUMNS, &natural, room);
            let used: usize = shown.iter().map(|column| column.width).sum::<usize>() + shown.len().saturating_sub(1);
            prop_assert!(used <= room);
        }
    }
}
