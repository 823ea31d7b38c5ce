//! What the store answers, the same on both databases.

use crate::support::{at, on_both, record};
use pbx_core::base::ids::{AuditId, TenantId, TokenId};
use pbx_core::event::Disposition;
use pbx_core::journal::{AuditLine, Entry, Position};
use pbx_core::store::{CallQuery, Claim, Projector, Store, StoredResponse, StoredSession, Token};

fn acme() -> TenantId {
    TenantId::of_key("acme")
}

/// Sixty calls, a second apart, two of them in the same microsecond.
async fn with_calls(store: &Store) {
    let mut entries = Vec::new();
    for number in 0..60 {
        let mut record = record(acme(), &format!("call-{number}"), at(number / 2));
        record.from.number = format!("+4930{number:04}");
        if number % 10 == 0 {
            record.disposition = Disposition::Busy;
            record.from.name = "Zoë 100%_!".to_owned();
        }
        entries.push(Entry::recorded(record).unwrap());
    }
    let mut projector = Projector::open(store.clone()).await.unwrap();
    projector.project(&entries, Position { segment: 1, offset: 1 }).await.unwrap();
}

#[test]
fn pages_of_calls_are_newest_first_without_gap_or_double() {
    on_both(|fresh| async move {
        with_calls(&fresh.store).await;
        let mut query = CallQuery { limit: 7, ..CallQuery::default() };
        let mut seen = Vec::new();
        loop {
            let page = fresh.store.calls(acme(), &query).await.unwrap();
            seen.extend(page.rows.iter().map(|row| (row.started, row.id)));
            let Some(next) = page.next else { break };
            query.after = Some(next.to_string().parse().unwrap());
        }
        assert_eq!(seen.len(), 60, "{}", fresh.name);
        assert!(seen.is_sorted_by(|a, b| a > b), "{}", fresh.name);
    });
}

#[test]
fn calls_are_found_by_what_people_know() {
    on_both(|fresh| async move {
        with_calls(&fresh.store).await;
        let count = async |query: CallQuery| {
            fresh.store.calls(acme(), &CallQuery { limit: 500, ..query }).await.unwrap().rows.len()
        };
        let text = |text: &str| CallQuery { text: Some(text.to_owned()), ..CallQuery::default() };
        assert_eq!(count(text("+49300007")).await, 1);
        assert_eq!(count(text("zoë 100%_!")).await, 6);
        assert_eq!(count(text("100x")).await, 0, "signs of LIKE are taken as they are");
        assert_eq!(count(CallQuery { disposition: Some(Disposition::Busy), ..CallQuery::default() }).await, 6);
        let range = CallQuery { from: Some(at(10)), to: Some(at(20)), ..CallQuery::default() };
        assert_eq!(count(range).await, 20);
        let by_leg = fresh.store.call_by_sip_id(acme(), "call-3@leg-b").await.unwrap().unwrap();
        let by_id = fresh.store.call(acme(), by_leg.id).await.unwrap().unwrap();
        assert_eq!(by_id, by_leg);
        assert_eq!(fresh.store.call_anywhere(&by_id.id.to_string()).await.unwrap(), Some(by_id.clone()));
        assert_eq!(fresh.store.call_anywhere("call-3@phone").await.unwrap(), Some(by_id));
    });
}

#[test]
fn key_is_carried_out_once() {
    on_both(|fresh| async move {
        let store = &fresh.store;
        let claim = async |hash, now| store.claim_key(acme(), "k", [hash; 32], at(now), at(now + 10)).await.unwrap();
        assert_eq!(claim(1, 0).await, Claim::Fresh);
        assert_eq!(claim(1, 1).await, Claim::Running);
        let answer = StoredResponse { status: 201, body: "{}".to_owned() };
        assert!(store.answer_key(acme(), "k", &answer, at(200)).await.unwrap());
        assert_eq!(claim(1, 100).await, Claim::Done(answer), "an answer is kept for longer than a claim");
        assert_eq!(claim(2, 101).await, Claim::OtherRequest);
        assert_eq!(claim(2, 200).await, Claim::Fresh);
        assert_eq!(claim(2, 210).await, Claim::Fresh, "a claim that nobody answers runs out");
    });
}

#[test]
fn sessions_and_tokens_end_when_they_should() {
    on_both(|fresh| async move {
        let store = &fresh.store;
        let session = StoredSession { id: "s".to_owned(), data: "{}".to_owned(), expires: at(10) };
        assert!(store.add_session(&session).await.unwrap());
        assert!(!store.add_session(&session).await.unwrap());
        assert!(store.session("s", at(9)).await.unwrap().is_some());
        assert!(store.session("s", at(10)).await.unwrap().is_none());
        assert_eq!(store.remove_expired_sessions(at(10)).await.unwrap(), 1);
        let token = Token {
            id: TokenId::of_key("t"),
            label: "crm".to_owned(),
            scopes: vec!["calls:read".to_owned()],
            created: at(0),
            expires: Some(at(10)),
            last_used: None,
        };
        store.add_token(acme(), &token, [9; 32]).await.unwrap();
        assert_eq!(store.token_by_hash([9; 32], at(5)).await.unwrap(), Some((acme(), token.clone())));
        assert_eq!(store.token_by_hash([9; 32], at(10)).await.unwrap(), None);
        assert!(store.remove_token(acme(), token.id).await.unwrap());
        assert_eq!(store.tokens(acme()).await.unwrap(), []);
    });
}

/// Thirty lines of Acme's and of the server's, in threes of the same microsecond.
async fn with_audit(store: &Store) {
    let mut entries = Vec::new();
    for number in 0..30_i64 {
        for tenant in [Some(acme()), None] {
            entries.push(Entry::Audit(AuditLine {
                id: AuditId::of_key(&format!("{tenant:?} {number}")),
                tenant,
                at: at(number / 3),
                actor: "import".to_owned(),
                action: "person.added".to_owned(),
                object: number.to_string(),
                detail: serde_json::Value::Null,
            }));
        }
    }
    let mut projector = Projector::open(store.clone()).await.unwrap();
    projector.project(&entries, Position { segment: 1, offset: 1 }).await.unwrap();
}

#[test]
fn pages_of_the_audit_are_newest_first_without_gap_or_double() {
    on_both(|fresh| async move {
        with_audit(&fresh.store).await;
        for (tenant, limit) in [(Some(acme()), 1), (Some(acme()), 7), (None, 4), (None, 30)] {
            let (mut after, mut seen) = (None, Vec::new());
            loop {
                let page = match tenant {
                    Some(tenant) => fresh.store.audit(tenant, after, limit).await.unwrap(),
                    None => fresh.store.server_audit(after, limit).await.unwrap(),
                };
                assert!(page.lines.iter().all(|line| line.tenant == tenant), "{}", fresh.name);
                seen.extend(page.lines.iter().map(|line| (line.at, line.id)));
                let Some(next) = page.next else { break };
                after = Some(next.to_string().parse().unwrap());
            }
            assert_eq!(seen.len(), 30, "{}: by {limit}", fresh.name);
            assert!(seen.is_sorted_by(|a, b| a > b), "{}: by {limit}", fresh.name);
        }
    });
}
