//! The people and troubles of the demo's day: what callers are called, and what they want from whom.

/// What somebody wants.
#[derive(Clone, Copy, Debug)]
pub(super) struct Story {
    /// The kind of work.
    pub(super) service: &'static str,
    /// What the person writes or says.
    pub(super) words: &'static str,
    /// What it may be worth, in whole dollars; 0 where nobody can say yet.
    pub(super) dollars: u32,
}

/// A client with its account names and its troubles.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trade {
    pub(super) name: &'static str,
    pub(super) phone: &'static str,
    pub(super) markets: &'static [(&'static str, &'static str)],
    /// In whole dollars: below the first a quote is low, from the second on it is high.
    pub(super) bounds: (i64, i64),
    pub(super) stories: &'static [Story],
}

const fn story(service: &'static str, dollars: u32, words: &'static str) -> Story {
    Story { service, words, dollars }
}

/// The clients. Each one's first story is an emergency.
pub(super) const TRADES: &[Trade] = &[
    Trade {
        name: "Acme Plumbing",
        phone: "+15125550100",
        markets: &[("Austin", "TX"), ("Round Rock", "TX"), ("Cedar Park", "TX")],
        bounds: (500, 5_000),
        stories: &[
            story(
                "burst pipe",
                0,
                "A pipe burst under the kitchen sink and there is water everywhere, I cannot find the shutoff.",
            ),
            story(
                "water heater",
                2_400,
                "Our 50 gallon water heater is rusting at the bottom. Looking for a replacement, electric.",
            ),
            story("drain cleaning", 180, "Slow drain in the upstairs shower, tried the usual stuff already."),
            story("repipe", 11_500, "House is from 1962 with galvanized pipe, we want a quote for a whole repipe."),
            story("leaking faucet", 160, "The bathroom faucet is leaking a little, no rush but the bill goes up."),
            story("toilet replacement", 450, "Two toilets to be swapped, we already bought them."),
            story("water softener", 1_900, "Hard water stains on everything. What does a softener cost installed?"),
        ],
    },
    Trade {
        name: "Brill Roofing",
        phone: "+13035550110",
        markets: &[("Denver", "CO"), ("Aurora", "CO"), ("Lakewood", "CO")],
        bounds: (800, 8_000),
        stories: &[
            story("storm damage", 0, "A branch went through the roof and it is flooding the kids' room, please send somebody."),
            story("roof replacement", 14_800, "Hail damage on a 24 square roof, insurance adjuster was here and approved it."),
            story("gutter repair", 320, "One gutter came loose at the north side."),
            story("roof inspection", 150, "Selling the house, the buyer wants an inspection report."),
            story("skylight", 2_700, "Skylight fogged up, want to know what a new one costs."),
            story(
                "leak repair",
                950,
                "There is a stain on the ceiling that grows every time it rains. It leaks near the chimney.",
            ),
        ],
    },
    Trade {
        name: "Cobalt HVAC",
        phone: "+16125550120",
        markets: &[("Minneapolis", "MN"), ("St. Paul", "MN"), ("Edina", "MN")],
        bounds: (400, 6_000),
        stories: &[
            story("furnace repair", 0, "No heat since last night and we have a newborn in the house."),
            story("furnace tune-up", 129, "Yearly tune-up before it gets cold, evenings work best."),
            story("heat pump", 9_800, "Thinking about a heat pump instead of the old furnace, 2,200 square feet."),
            story("duct cleaning", 380, "Dusty vents after the remodel."),
            story("thermostat", 240, "The smart thermostat will not talk to the furnace."),
            story("AC installation", 7_900, "Need central air before summer, two quotes so far."),
        ],
    },
    Trade {
        name: "Dove Cleaning",
        phone: "+14045550130",
        markets: &[("Atlanta", "GA"), ("Decatur", "GA"), ("Marietta", "GA")],
        bounds: (250, 2_000),
        stories: &[
            story("water clean-up", 0, "Sewage came up in the basement bathroom, we need it cleaned right away."),
            story("move-out cleaning", 320, "Two bedroom apartment, keys go back on Friday."),
            story("office cleaning", 2_600, "Looking for three evenings a week, about 40 desks."),
            story("weekly cleaning", 160, "Every other week would also be fine. Two dogs."),
            story("carpet cleaning", 210, "Four rooms and the stairs."),
        ],
    },
    Trade {
        name: "Elm Electric",
        phone: "+16025550140",
        markets: &[("Phoenix", "AZ"), ("Tempe", "AZ"), ("Mesa", "AZ")],
        bounds: (400, 4_000),
        stories: &[
            story("electrical panel", 0, "There are sparks at the breaker panel and a burning smell in the garage."),
            story("EV charger", 1_450, "Level 2 charger in the garage, panel is on the same wall."),
            story("panel upgrade", 4_900, "The inspector says 100 amps is not enough for the addition."),
            story("ceiling fan", 220, "Two fans, boxes are already there."),
            story("outdoor lighting", 1_100, "Lights along the driveway and two at the gate."),
        ],
    },
];

pub(super) const FIRST: &[&str] = &[
    "Juan", "Olivia", "Marcus", "Priya", "Tom", "Aisha", "Zoë", "Henrik", "Lucía", "Darnell", "Mei", "Fatima", "Grace", "Pavel",
    "Nora", "Kwame", "Ellen", "Víctor", "Hana", "Siobhán", "Andre", "Ruth", "Tuan", "Bea", "Oskar", "Imani", "Walter", "Yuki",
];
pub(super) const LAST: &[&str] = &[
    "Ortiz",
    "Young",
    "Delgado",
    "Raman",
    "Becker",
    "Osei",
    "Müller",
    "Larsen",
    "Pérez",
    "Carter",
    "Lin",
    "Haddad",
    "Kim",
    "Novák",
    "Fitzgerald",
    "Mensah",
    "Brooks",
    "Castañeda",
    "Sato",
    "Ó Briain",
    "Silva",
    "Goldberg",
    "Nguyen",
    "Harlow",
    "Lindqvist",
    "Walker",
    "Whitfield",
    "Tanaka",
];

/// Area codes for callers: those of no place, so that the clock of the demo is its own.
pub(super) const AREAS: &[u32] = &[833, 844, 855, 866, 877, 888];

/// A name that tries to recolour the screen and to turn its own order round.
pub(super) const HOSTILE: &str = "Rex \u{1b}[31m\u{1b}]0;owned\u{7} \u{202e}nimda";
