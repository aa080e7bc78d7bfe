//! Made-up rows for the tests of deck and screens.
