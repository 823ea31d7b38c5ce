//! What goes into a statement and what comes out, alike for both databases.

use crate::base::time::Wall;
use crate::store::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::FromRow;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

/// One argument of a statement. A missing one keeps its type, which PostgreSQL wants to know.
#[derive(Clone, Debug)]
pub(super) enum Arg {
    /// BIGINT.
    Int(Option<i64>),
    /// TEXT.
    Text(Option<String>),
    /// BLOB or BYTEA.
    Bytes(Option<Vec<u8>>),
}

/// A struct that is read from a row of either database, each field from the column of its name.
macro_rules! row {
    ($(#[$about:meta])* $seen:vis struct $name:ident {
        $($(#[$note:meta])* $open:vis $field:ident: $kind:ty),* $(,)?
    }) => {
        $(#[$about])*
        $seen struct $name {
            $($(#[$note])* $open $field: $kind,)*
        }
        $crate::store::sql::query::row!(from sqlx::sqlite::SqliteRow, $name { $($field),* });
        $crate::store::sql::query::row!(from sqlx::postgres::PgRow, $name { $($field),* });
    };
    (from $row:ty, $name:ident { $($field:ident),* }) => {
        impl sqlx::FromRow<'_, $row> for $name {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                Ok(Self { $($field: sqlx::Row::try_get(row, stringify!($field))?),* })
            }
        }
    };
}
pub(super) use row;

/// What a statement answers, from either database.
pub(super) trait Row:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static
{
}

impl<T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static> Row for T {}

macro_rules! args {
    ($($arg:expr),* $(,)?) => { vec![$($crate::store::sql::query::Arg::from($arg)),*] };
}
pub(super) use args;

macro_rules! ints {
    ($($int:ty),*) => {$(
        impl From<$int> for Arg {
            fn from(int: $int) -> Self {
                Self::Int(Some(i64::from(int)))
            }
        }
    )*};
}
ints!(i64, u32, u16, bool);

impl From<Option<i64>> for Arg {
    fn from(int: Option<i64>) -> Self {
        Self::Int(int)
    }
}

impl From<Wall> for Arg {
    fn from(at: Wall) -> Self {
        Self::Int(Some(at.micros()))
    }
}

impl From<Option<Wall>> for Arg {
    fn from(at: Option<Wall>) -> Self {
        Self::Int(at.map(Wall::micros))
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}

impl From<&String> for Arg {
    fn from(text: &String) -> Self {
        Self::Text(Some(text.clone()))
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<Option<String>> for Arg {
    fn from(text: Option<String>) -> Self {
        Self::Text(text)
    }
}

impl From<&Option<String>> for Arg {
    fn from(text: &Option<String>) -> Self {
        Self::Text(text.clone())
    }
}

impl From<Vec<u8>> for Arg {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(Some(bytes))
    }
}

impl From<Option<Vec<u8>>> for Arg {
    fn from(bytes: Option<Vec<u8>>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<[u8; 32]> for Arg {
    fn from(bytes: [u8; 32]) -> Self {
        Self::Bytes(Some(bytes.to_vec()))
    }
}

impl From<Uuid> for Arg {
    fn from(id: Uuid) -> Self {
        Self::Bytes(Some(id.as_bytes().to_vec()))
    }
}

macro_rules! ids {
    ($($id:ident),*) => {$(
        impl From<crate::base::ids::$id> for Arg {
            fn from(id: crate::base::ids::$id) -> Self {
                Self::from(id.0)
            }
        }
        impl From<Option<crate::base::ids::$id>> for Arg {
            fn from(id: Option<crate::base::ids::$id>) -> Self {
                Self::Bytes(id.map(|id| id.0.as_bytes().to_vec()))
            }
        }
        impl Id for crate::base::ids::$id {
            fn of(id: Uuid) -> Self {
                Self(id)
            }
        }
    )*};
}

/// An id that can be read from 16 bytes.
pub(super) trait Id {
    /// The id with these 16 bytes.
    fn of(id: Uuid) -> Self;
}
ids!(
    TenantId,
    PersonId,
    DeviceId,
    NumberId,
    TrunkId,
    SourceId,
    TemplateVersionId,
    AccountId,
    CallId,
    LegId,
    TokenId,
    AuditId
);

/// Reads an id.
pub(super) fn id<T: Id>(bytes: &[u8]) -> Result<T, StoreError> {
    Uuid::from_slice(bytes).map(T::of).map_err(|why| StoreError::unreadable("id", why))
}

/// Reads an id that may be missing.
pub(super) fn some_id<T: Id>(bytes: Option<&Vec<u8>>) -> Result<Option<T>, StoreError> {
    bytes.map(|bytes| id(bytes)).transpose()
}

/// Reads JSON.
pub(super) fn json<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|why| StoreError::unreadable(what, why))
}

/// Writes JSON. What we keep always can be written; if not, the store says so.
pub(super) fn to_json<T: Serialize + ?Sized>(what: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|why| StoreError::unreadable(what, why))
}

/// Reads a word of a kebab-case enum.
pub(super) fn word<T: DeserializeOwned>(what: &'static str, text: String) -> Result<T, StoreError> {
    serde_json::from_value(serde_json::Value::String(text)).map_err(|why| StoreError::unreadable(what, why))
}

/// Writes a word of a kebab-case enum.
pub(super) fn to_word<T: Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => Ok(text),
        _ => Err(StoreError::unreadable(what, "not a word")),
    }
}

/// Reads a number of a narrower type.
pub(super) fn narrow<T: TryFrom<i64>>(what: &'static str, int: i64) -> Result<T, StoreError> {
    T::try_from(int).map_err(|_| StoreError::unreadable(what, int))
}
