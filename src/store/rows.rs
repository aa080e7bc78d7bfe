//! How rows become domain types, on both databases from one list of columns.

/// Writes `FromRow` for a type on both databases. `name: T` reads column `name` as `T` and converts it with
/// `TryFrom`; `name: ?T` does so for a column that may be null; `name: =T` takes it as it is.
macro_rules! from_row {
    ($ty:ty { $($body:tt)* }) => {
        $crate::store::rows::from_row!(@each sqlx::postgres::PgRow, $ty { $($body)* });
        $crate::store::rows::from_row!(@each sqlx::sqlite::SqliteRow, $ty { $($body)* });
    };
    (@each $row:ty, $ty:ty { $($body:tt)* }) => {
        impl sqlx::FromRow<'_, $row> for $ty {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                use sqlx::Row as _;
                $crate::store::rows::from_row!(@fields row [] $($body)*)
            }
        }
    };
    (@fields $row:ident [$($done:tt)*] $name:ident : ?$t:ty, $($rest:tt)*) => {
        $crate::store::rows::from_row!(@fields $row [$($done)* $name: $row.try_get::<Option<$t>, _>(stringify!($name))?
            .map(TryFrom::try_from).transpose().map_err($crate::store::rows::bad(stringify!($name)))?,] $($rest)*)
    };
    (@fields $row:ident [$($done:tt)*] $name:ident : =$t:ty, $($rest:tt)*) => {
        $crate::store::rows::from_row!(@fields $row [$($done)* $name: $row.try_get::<$t, _>(stringify!($name))?,] $($rest)*)
    };
    (@fields $row:ident [$($done:tt)*] $name:ident : $t:ty, $($rest:tt)*) => {
        $crate::store::rows::from_row!(@fields $row [$($done)* $name: TryFrom::try_from($row.try_get::<$t, _>(stringify!($name))?)
            .map_err($crate::store::rows::bad(stringify!($name)))?,] $($rest)*)
    };
    (@fields $row:ident [$($done:tt)*]) => { Ok(Self { $($done)* }) };
}
pub(crate) use from_row;

use super::Outcome;
use super::errors::failure;

/// A column that holds what it must not: a defect, or a hand at the database.
pub(crate) fn bad<E: std::error::Error + Send + Sync + 'static>(column: &'static str) -> impl Fn(E) -> sqlx::Error {
    move |source| sqlx::Error::ColumnDecode { index: column.to_owned(), source: Box::new(source) }
}

/// What stands in a column, where a row is read without [`from_row`]: a word that nobody knows is an error, and never what a
/// word left out would mean.
pub(crate) fn read<W, T>(column: &'static str, found: W) -> Outcome<T>
where
    T: TryFrom<W, Error: std::error::Error + Send + Sync + 'static>,
{
    T::try_from(found).map_err(bad(column)).map_err(failure)
}
