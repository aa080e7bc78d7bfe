//! Everything a person can set: the file and the environment become one validated `Config`, the key table and the theme.

pub mod keys;
pub mod theme;
