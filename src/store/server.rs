//! What a Postgres server is, as far as it decides whether raw text stays inside.

use super::{Db, Outcome, Store, errors::failure};

/// The settings that matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerSettings {
    /// As people write it: `17.6`.
    pub version: String,
    /// As a number: 170006.
    pub number: i64,
    /// Which statements it writes into its log: `none`, `ddl`, `mod`, `all`.
    pub statements: String,
    /// Milliseconds from which on it logs a statement; -1 for never.
    pub slow: i64,
    /// Bytes of a bound value that it logs with a statement; -1 for all, 0 for none.
    pub values: i64,
    /// The same, with a statement that failed.
    pub values_on_error: i64,
    /// How much it says of an error: `terse`, `default`, `verbose`.
    pub errors: String,
    /// Milliseconds from which on `auto_explain` logs a plan; -1 for never.
    pub plans: i64,
}

/// The first release of each line with the fix of CVE-2025-8713 (August 2025): before it the planner's statistics of a
/// view's tables could be read by whoever may read the view alone.
const FIXED: &[i64] = &[130_022, 140_019, 150_014, 160_010, 170_006];

type Row = (String, String, String, String, String, String, String, String);

impl ServerSettings {
    /// What is wrong with it, and what to do.
    pub fn troubles(&self) -> Vec<String> {
        let mut troubles = Vec::new();
        let line = self.number / 10_000;
        let first = FIXED.iter().find(|fixed| *fixed / 10_000 == line);
        let is_old = first.map_or(line < 18, |first| self.number < *first);
        if is_old {
            troubles.push(format!(
                "Postgres {} lacks the fix of CVE-2025-8713, by which a portal could read statistics of hidden rows; upgrade to 17.6, 16.10, 15.14, 14.19, 13.22 or later",
                self.version
            ));
        }
        let logs = matches!(self.statements.as_str(), "mod" | "all") || self.slow >= 0;
        if logs && self.values != 0 {
            troubles.push(
                "its log keeps statements with their values, and so payloads and drafts; set log_parameter_max_length = 0, or log_statement = none and log_min_duration_statement = -1"
                    .to_owned(),
            );
        }
        if self.values_on_error != 0 {
            troubles.push(
                "its log keeps the values of statements that fail, and so payloads and drafts; set log_parameter_max_length_on_error = 0"
                    .to_owned(),
            );
        }
        if self.errors != "terse" {
            troubles.push(
                "its log tells the rows that a constraint refuses (DETAIL: Failing row contains …), and so payloads and drafts; set log_error_verbosity = terse"
                    .to_owned(),
            );
        }
        if self.plans >= 0 {
            troubles.push(
                "auto_explain keeps plans with the values in them, and so payloads and drafts; set auto_explain.log_min_duration = -1"
                    .to_owned(),
            );
        }
        troubles
    }
}

impl Store {
    /// The server's settings; `None` on SQLite.
    pub async fn server_settings(&self) -> Outcome<Option<ServerSettings>> {
        let Db::Postgres(pool) = &self.db else { return Ok(None) };
        const SQL: &str = "select current_setting('server_version'), current_setting('server_version_num'),
            current_setting('log_statement'),
            (select setting from pg_settings where name = 'log_min_duration_statement'),
            coalesce((select setting from pg_settings where name = 'log_parameter_max_length'), '-1'),
            coalesce((select setting from pg_settings where name = 'log_parameter_max_length_on_error'), '0'),
            current_setting('log_error_verbosity'),
            coalesce((select setting from pg_settings where name = 'auto_explain.log_min_duration'), '-1')";
        let (version, number, statements, slow, values, on_error, errors, plans): Row =
            sqlx::query_as(SQL).fetch_one(pool).await.map_err(failure)?;
        let number_of = |text: &str| text.parse().unwrap_or(-1);
        Ok(Some(ServerSettings {
            version,
            number: number_of(&number),
            statements,
            slow: number_of(&slow),
            values: number_of(&values),
            values_on_error: number_of(&on_error),
            errors,
            plans: number_of(&plans),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn settings(number: i64) -> ServerSettings {
        let (version, statements, errors) = ("x".to_owned(), "none".to_owned(), "terse".to_owned());
        ServerSettings { version, number, statements, slow: -1, values: -1, values_on_error: 0, errors, plans: -1 }
    }

    #[rstest]
    #[case(130_021, true)]
    #[case(130_022, false)]
    #[case(150_013, true)]
    #[case(150_014, false)]
    #[case(170_005, true)]
    #[case(170_006, false)]
    #[case(180_000, false)]
    #[case(120_022, true)]
    fn a_server_without_the_fix_is_told(#[case] number: i64, #[case] told: bool) {
        assert_eq!(settings(number).troubles().iter().any(|trouble| trouble.contains("CVE-2025-8713")), told);
    }

    #[test]
    fn a_log_that_keeps_values_is_told() {
        let ok = settings(180_000);
        assert!(ok.troubles().is_empty());
        let all = ServerSettings { statements: "all".into(), ..ok.clone() };
        assert!(all.troubles()[0].contains("log_parameter_max_length = 0"));
        assert!(ServerSettings { values: 0, ..all }.troubles().is_empty());
        assert!(!ServerSettings { slow: 250, ..ok.clone() }.troubles().is_empty());
        assert!(ServerSettings { values_on_error: -1, ..ok.clone() }.troubles()[0].contains("on_error"));
        assert!(ServerSettings { errors: "default".into(), ..ok.clone() }.troubles()[0].contains("log_error_verbosity"));
        assert!(ServerSettings { plans: 0, ..ok }.troubles()[0].contains("auto_explain"));
    }
}
