//! The states of the United States: as a place names them, and as an area code belongs to them. From the assignments of the
//! North American Numbering Plan Administrator.

/// A state, its name, and its area codes.
const STATES: &[(&str, &str, &[u16])] = &[
    ("AL", "alabama", &[205, 251, 256, 334, 659, 938]),
    ("AK", "alaska", &[907]),
    ("AZ", "arizona", &[480, 520, 602, 623, 928]),
    ("AR", "arkansas", &[327, 479, 501, 870]),
    (
        "CA",
        "california",
        &[
            209, 213, 279, 310, 323, 341, 350, 369, 408, 415, 424, 442, 510, 530, 559, 562, 619, 626, 628, 650, 657, 661, 669,
            707, 714, 747, 760, 805, 818, 820, 831, 837, 840, 858, 909, 916, 925, 949, 951,
        ],
    ),
    ("CO", "colorado", &[303, 719, 720, 970, 983]),
    ("CT", "connecticut", &[203, 475, 860, 959]),
    ("DE", "delaware", &[302]),
    ("DC", "district of columbia", &[202, 771]),
    (
        "FL",
        "florida",
        &[239, 305, 321, 324, 352, 386, 407, 448, 561, 645, 656, 689, 727, 728, 754, 772, 786, 813, 850, 863, 904, 941, 954],
    ),
    ("GA", "georgia", &[229, 404, 470, 478, 678, 706, 762, 770, 912, 943]),
    ("HI", "hawaii", &[808]),
    ("ID", "idaho", &[208, 986]),
    ("IL", "illinois", &[217, 224, 309, 312, 331, 447, 464, 618, 630, 708, 730, 773, 779, 815, 847, 861, 872]),
    ("IN", "indiana", &[219, 260, 317, 463, 574, 765, 812, 930]),
    ("IA", "iowa", &[319, 515, 563, 641, 712]),
    ("KS", "kansas", &[316, 620, 785, 913]),
    ("KY", "kentucky", &[270, 364, 502, 606, 859]),
    ("LA", "louisiana", &[225, 318, 337, 504, 985]),
    ("ME", "maine", &[207]),
    ("MD", "maryland", &[227, 240, 301, 410, 443, 667]),
    ("MA", "massachusetts", &[339, 351, 413, 508, 617, 774, 781, 857, 978]),
    ("MI", "michigan", &[231, 248, 269, 313, 517, 586, 616, 679, 734, 810, 906, 947, 989]),
    ("MN", "minnesota", &[218, 320, 507, 612, 651, 763, 952, 924]),
    ("MS", "mississippi", &[228, 471, 601, 662, 769]),
    ("MO", "missouri", &[235, 314, 417, 557, 573, 636, 660, 816, 975]),
    ("MT", "montana", &[406]),
    ("NE", "nebraska", &[308, 402, 531]),
    ("NV", "nevada", &[702, 725, 775]),
    ("NH", "new hampshire", &[603]),
    ("NJ", "new jersey", &[201, 551, 609, 640, 732, 848, 856, 862, 908, 973]),
    ("NM", "new mexico", &[505, 575]),
    (
        "NY",
        "new york",
        &[212, 315, 329, 332, 347, 363, 516, 518, 585, 607, 624, 631, 646, 680, 716, 718, 838, 845, 914, 917, 929, 934],
    ),
    ("NC", "north carolina", &[252, 336, 472, 704, 743, 828, 910, 919, 980, 984]),
    ("ND", "north dakota", &[701]),
    ("OH", "ohio", &[216, 220, 234, 283, 326, 330, 380, 419, 436, 440, 513, 567, 614, 740, 937]),
    ("OK", "oklahoma", &[405, 539, 572, 580, 918]),
    ("OR", "oregon", &[458, 503, 541, 971]),
    ("PA", "pennsylvania", &[215, 223, 267, 272, 412, 445, 484, 570, 582, 610, 717, 724, 814, 835, 878]),
    ("RI", "rhode island", &[401]),
    ("SC", "south carolina", &[803, 821, 839, 843, 854, 864]),
    ("SD", "south dakota", &[605]),
    ("TN", "tennessee", &[423, 615, 629, 731, 865, 901, 931]),
    (
        "TX",
        "texas",
        &[
            210, 214, 254, 281, 325, 346, 361, 409, 430, 432, 469, 512, 621, 682, 713, 726, 737, 806, 817, 830, 832, 903, 915,
            936, 940, 945, 956, 972, 979,
        ],
    ),
    ("UT", "utah", &[385, 435, 801]),
    ("VT", "vermont", &[802]),
    ("VA", "virginia", &[276, 434, 540, 571, 686, 703, 757, 804, 826, 948]),
    ("WA", "washington", &[206, 253, 360, 425, 509, 564]),
    ("WV", "west virginia", &[304, 681]),
    ("WI", "wisconsin", &[262, 274, 353, 414, 534, 608, 715, 920]),
    ("WY", "wyoming", &[307]),
];

/// The state that a place names after a comma: `Austin, TX 78701`, `Reno, Nevada`. A town alone names none: there are thirty
/// Springfields.
pub(super) fn told(place: &str) -> Option<&'static str> {
    place.split(',').skip(1).find_map(|part| {
        let words: String = part.chars().filter(|c| c.is_alphabetic() || c.is_whitespace()).collect();
        let words = words.trim().to_lowercase();
        STATES.iter().find(|(short, name, _)| words.eq_ignore_ascii_case(short) || words == *name).map(|(short, ..)| *short)
    })
}

/// The state of a North American number in E.164; `None` for any other number, and a code of no state.
pub(super) fn of_number(phone: &str) -> Option<&'static str> {
    let code: u16 = phone.strip_prefix("+1").filter(|rest| rest.len() == 10)?.get(..3)?.parse().ok()?;
    STATES.iter().find(|(.., codes)| codes.contains(&code)).map(|(short, ..)| *short)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("Austin, TX", Some("TX"))]
    #[case("Austin, tx 78701", Some("TX"))]
    #[case("Reno, Nevada", Some("NV"))]
    #[case("12 Elm St, Albany, NY 12207, USA", Some("NY"))]
    #[case("Austin", None)]
    #[case("Washington", None)]
    #[case("Paris, France", None)]
    fn a_place_names_its_state(#[case] place: &str, #[case] state: Option<&str>) {
        assert_eq!(told(place), state);
    }

    #[rstest]
    #[case("+15125550142", Some("TX"))]
    #[case("+18005551212", None)]
    #[case("+14165550142", None)]
    #[case("+442079460958", None)]
    fn a_number_belongs_to_a_state(#[case] phone: &str, #[case] state: Option<&str>) {
        assert_eq!(of_number(phone), state);
    }

    #[test]
    fn no_code_is_of_two_states() {
        let mut all: Vec<u16> = STATES.iter().flat_map(|(.., codes)| codes.iter().copied()).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
