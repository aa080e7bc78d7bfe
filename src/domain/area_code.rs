//! Where a North American number is at home, by its area code: the time zones in which its owner may live.
//!
//! A number that was taken along tells where its owner came from, not where they are; nobody knows better, and callers are
//! held to the area code as the usual proxy. A code that lies in two zones gives both. From the assignments of the North
//! American Numbering Plan Administrator and the zones of the IANA database.

use chrono_tz::Tz;
use chrono_tz::{America, Pacific};

/// Zone, and the area codes that lie in it, whole or in part.
const ZONES: &[(Tz, &[u16])] = &[
    (
        America::New_York,
        &[
            201, 202, 203, 207, 212, 215, 216, 220, 223, 227, 229, 231, 234, 239, 240, 248, 252, 260, 267, 269, 270, 272, 276,
            283, 301, 302, 304, 305, 313, 315, 317, 321, 324, 326, 329, 330, 332, 336, 339, 347, 351, 352, 363, 364, 380, 386,
            401, 404, 407, 410, 412, 413, 419, 423, 434, 436, 440, 443, 445, 448, 463, 470, 472, 475, 478, 484, 502, 508, 513,
            516, 517, 518, 540, 551, 561, 567, 570, 571, 574, 582, 585, 586, 603, 606, 607, 609, 610, 614, 616, 617, 624, 631,
            640, 645, 646, 656, 667, 678, 679, 680, 681, 686, 689, 703, 704, 706, 716, 717, 718, 724, 727, 728, 732, 734, 740,
            743, 754, 757, 762, 765, 770, 771, 772, 774, 781, 786, 802, 803, 804, 810, 812, 813, 814, 821, 826, 828, 835, 838,
            839, 843, 845, 848, 850, 854, 856, 857, 859, 860, 862, 863, 864, 865, 878, 904, 906, 908, 910, 912, 914, 917, 919,
            929, 930, 934, 937, 941, 943, 947, 948, 954, 959, 973, 978, 980, 984, 989,
        ],
    ),
    (
        America::Toronto,
        &[
            226, 249, 263, 289, 343, 354, 365, 367, 382, 416, 418, 437, 438, 450, 468, 514, 519, 548, 579, 581, 613, 647, 683,
            705, 742, 753, 807, 819, 873, 905, 942,
        ],
    ),
    (
        America::Chicago,
        &[
            205, 210, 214, 217, 218, 219, 224, 225, 228, 235, 251, 254, 256, 262, 270, 274, 281, 308, 309, 312, 314, 316, 318,
            319, 320, 325, 327, 331, 334, 337, 346, 353, 361, 364, 402, 405, 409, 414, 417, 423, 430, 432, 447, 448, 457, 464,
            469, 479, 483, 501, 504, 507, 512, 515, 531, 534, 539, 557, 563, 572, 573, 574, 580, 601, 605, 606, 608, 612, 615,
            618, 620, 629, 630, 636, 641, 651, 659, 660, 662, 682, 701, 708, 712, 713, 715, 726, 730, 731, 737, 763, 769, 773,
            779, 785, 806, 812, 815, 816, 817, 830, 832, 847, 850, 861, 870, 872, 901, 903, 906, 913, 918, 920, 924, 930, 931,
            936, 938, 940, 945, 952, 956, 972, 975, 979, 985,
        ],
    ),
    (America::Winnipeg, &[204, 431, 584, 807]),
    (America::Regina, &[306, 474, 639]),
    (
        America::Denver,
        &[208, 303, 307, 308, 385, 406, 435, 505, 541, 458, 575, 605, 620, 701, 719, 720, 775, 785, 801, 915, 928, 970, 983, 986],
    ),
    (America::Phoenix, &[480, 520, 602, 623, 928]),
    (America::Edmonton, &[368, 403, 587, 780, 825, 867]),
    (
        America::Los_Angeles,
        &[
            206, 208, 209, 213, 253, 279, 310, 323, 341, 350, 357, 360, 369, 408, 415, 424, 425, 442, 458, 503, 509, 510, 530,
            541, 559, 562, 564, 619, 626, 628, 650, 657, 661, 669, 702, 707, 714, 725, 747, 760, 775, 805, 818, 820, 831, 837,
            840, 858, 909, 916, 925, 949, 951, 971, 986,
        ],
    ),
    (America::Vancouver, &[236, 250, 257, 604, 672, 778]),
    (America::Whitehorse, &[867]),
    (America::Halifax, &[428, 506, 782, 902]),
    (America::St_Johns, &[709, 879]),
    (America::Puerto_Rico, &[340, 787, 939]),
    (America::Anchorage, &[907]),
    (America::Adak, &[907]),
    (Pacific::Honolulu, &[808]),
    (Pacific::Guam, &[670, 671]),
    (Pacific::Pago_Pago, &[684]),
];

/// The zones that an E.164 number may be at home in; none where its code does not tell.
pub fn zones(phone: &str) -> Vec<Tz> {
    let Some(code) = phone.strip_prefix("+1").and_then(|rest| rest.get(..3)).and_then(|code| code.parse::<u16>().ok()) else {
        return vec![];
    };
    ZONES.iter().filter(|(_, codes)| codes.contains(&code)).map(|(zone, _)| *zone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("+15125550142", &[America::Chicago])]
    #[case("+12125550142", &[America::New_York])]
    #[case("+12085550142", &[America::Denver, America::Los_Angeles])]
    #[case("+18085550142", &[Pacific::Honolulu])]
    #[case("+18885550142", &[])]
    #[case("+442079460000", &[])]
    #[case("+1", &[])]
    #[case("", &[])]
    fn a_number_is_at_home_where_its_code_says(#[case] phone: &str, #[case] expected: &[Tz]) {
        assert_eq!(zones(phone), expected);
    }

    #[test]
    fn no_code_stands_twice_in_a_zone_and_none_lies_in_more_than_two() {
        for (zone, codes) in ZONES {
            let mut sorted = codes.to_vec();
            sorted.sort_unstable();
            sorted.dedup();
            assert_eq!(sorted.len(), codes.len(), "{zone}");
        }
        for code in 200..1000 {
            assert!(zones(&format!("+1{code}5550142")).len() <= 2, "{code}");
        }
    }
}
