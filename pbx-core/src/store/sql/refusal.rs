//! What a database means by refusing.

use sqlx::error::DatabaseError;
use sqlx::postgres::PgDatabaseError;
use sqlx::sqlite::SqliteError;

/// Primary result codes of SQLite: too big, a constraint, a wrong type.
const SQLITE: [i32; 3] = [18, 19, 20];
/// Classes of SQLSTATE (PostgreSQL, appendix A): a data exception, an integrity constraint.
const POSTGRES: [&str; 2] = ["22", "23"];

/// Whether it is the data that is refused, so that another try with the same data is in vain.
pub(in crate::store) fn is_of_the_data(refusal: &dyn DatabaseError) -> bool {
    if let Some(refusal) = refusal.try_downcast_ref::<PgDatabaseError>() {
        return POSTGRES.iter().any(|class| refusal.code().starts_with(class));
    }
    let code = refusal.try_downcast_ref::<SqliteError>().and_then(|refusal| refusal.code()?.parse::<i32>().ok());
    code.is_some_and(|code| SQLITE.contains(&(code & 0xff)))
}

/// Classes and codes of SQLSTATE for a server that starts, stops or has no connection left right now.
const PASSING: [&str; 5] = ["08", "53300", "57P01", "57P02", "57P03"];

/// Whether it is the server's state that is refused for, so that another try later may do.
pub(in crate::store) fn is_of_the_moment(refusal: &dyn DatabaseError) -> bool {
    let refusal = refusal.try_downcast_ref::<PgDatabaseError>();
    refusal.is_some_and(|refusal| PASSING.iter().any(|begin| refusal.code().starts_with(begin)))
}

#[cfg(test)]
mod tests {
    use crate::base::ids::{AuditId, TenantId};
    use crate::base::time::Wall;
    use crate::journal::{AuditLine, Entry, Position};
    use crate::store::{Place, Projector, Store};

    fn line(actor: &str) -> Entry {
        Entry::Audit(AuditLine {
            id: AuditId::of_key(actor),
            tenant: Some(TenantId::of_key("acme")),
            at: Wall::from_micros(1),
            actor: actor.to_owned(),
            action: "person.changed".to_owned(),
            object: "person/anna".to_owned(),
            detail: serde_json::Value::Null,
        })
    }

    #[tokio::test]
    async fn entry_that_the_database_never_takes_holds_up_no_other() {
        let folder = std::env::temp_dir().join(format!("ringdown-refusal-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let store = Store::open(&Place::Sqlite(folder.join("db.sqlite"))).await.unwrap();
        let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON audit WHEN NEW.actor = 'poison'
            BEGIN SELECT RAISE(ABORT, 'never'); END";
        store.run(refuse, vec![]).await.unwrap();
        let mut projector = Projector::open(store.clone()).await.unwrap();
        let position = Position { segment: 1, offset: 9 };
        projector.project(&[line("before"), line("poison"), line("after")], position).await.unwrap();
        assert_eq!(projector.progress().projected, position);
        let kept = store.audit(TenantId::of_key("acme"), None, 10).await.unwrap().lines;
        let mut actors: Vec<&str> = kept.iter().map(|line| line.actor.as_str()).collect();
        actors.sort_unstable();
        assert_eq!(actors, ["after", "before"]);
        projector.project_unwritten(&[line("poison"), line("later")]).await.unwrap();
        assert_eq!(store.audit(TenantId::of_key("acme"), None, 10).await.unwrap().lines.len(), 3);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
