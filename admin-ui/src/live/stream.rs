//! Server-sent events: what changes on the board, as rows that the page puts in place.
//!
//! The first thing that a page hears is the whole board, so a page that lost its connection heals by opening a new one.
//! What changed while the page was slow is sent once, as it is then.

use super::board::Change;
use super::show::{board_context, call_context, may_see};
use crate::app::Room;
use crate::pages::base;
use crate::refusal::Refusal;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use pbx_core::ids::{CallId, TenantId};
use serde_json::json;
use std::collections::{BTreeSet, VecDeque};
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

/// How often a silent stream shows that it lives.
const BEAT: Duration = Duration::from_secs(15);

/// The stream of one open page.
pub(crate) async fn stream(room: Room) -> Result<impl IntoResponse, Refusal> {
    let follower = Follower { changes: room.app.live.changes(), room, waiting: VecDeque::new(), fresh: true };
    Ok(Sse::new(follow(follower)).keep_alive(KeepAlive::new().interval(BEAT)))
}

struct Follower {
    room: Room,
    changes: Receiver<(TenantId, Change)>,
    waiting: VecDeque<Event>,
    fresh: bool,
}

fn follow(follower: Follower) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(follower, |mut follower| async move {
        let event = follower.next().await?;
        Some((Ok(event), follower))
    })
}

/// What to tell a page: everything, or these calls and the figures.
#[derive(Default)]
struct News {
    everything: bool,
    calls: BTreeSet<CallId>,
    any: bool,
}

impl Follower {
    async fn next(&mut self) -> Option<Event> {
        while self.waiting.is_empty() {
            let news = if std::mem::take(&mut self.fresh) {
                News { everything: true, any: true, ..News::default() }
            } else {
                self.listen().await?
            };
            if news.any {
                self.tell(&news);
            }
        }
        self.waiting.pop_front()
    }

    /// Waits for a change, then takes all that came meanwhile.
    async fn listen(&mut self) -> Option<News> {
        let mut news = News::default();
        match self.changes.recv().await {
            Ok((tenant, change)) => self.hear(tenant, change, &mut news),
            Err(RecvError::Lagged(_)) => (news.everything, news.any) = (true, true),
            Err(RecvError::Closed) => return None,
        }
        loop {
            match self.changes.try_recv() {
                Ok((tenant, change)) => self.hear(tenant, change, &mut news),
                Err(TryRecvError::Lagged(_)) => (news.everything, news.any) = (true, true),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return Some(news),
            }
        }
    }

    fn hear(&self, tenant: TenantId, change: Change, news: &mut News) {
        if tenant != self.room.tenant.id {
            return;
        }
        news.any = true;
        match change {
            Change::Call(id) | Change::Gone(id) => {
                news.calls.insert(id);
            }
            Change::Device(_) | Change::Alarm => {}
        }
    }

    fn tell(&mut self, news: &News) {
        let room = &self.room;
        let board = room.app.live.board();
        let mut context = board_context(room, &board);
        context["base"] = base(&room.desk).into();
        context["csrf"] = room.csrf.clone().into();
        let view = |name: &str, context: &serde_json::Value| room.app.views.text(room.language, name, context);
        let now_ms = room.app.ports.now().wall.micros() / 1000;
        let mut told = Vec::new();
        if let Ok(html) = view("live/figures.html", &context) {
            told.push(("figures", json!({ "html": html, "now": now_ms })));
        }
        if news.everything {
            if let Ok(html) = view("live/rows.html", &context) {
                told.push(("rows", json!({ "html": html, "now": now_ms })));
            }
        } else {
            for id in &news.calls {
                let row = board.call(room.tenant.id, *id).filter(|call| may_see(room, call));
                let html = row.and_then(|call| {
                    view(
                        "live/row.html",
                        &json!({ "call": call_context(room, call), "base": base(&room.desk), "csrf": room.csrf }),
                    )
                    .ok()
                });
                told.push(("row", json!({ "id": id.to_string(), "html": html })));
            }
        }
        drop(board);
        self.waiting.extend(told.into_iter().map(|(name, data)| Event::default().event(name).data(data.to_string())));
    }
}
