//! Server-sent events: what changes on the board, as rows that the page puts in place.
//!
//! The first thing that a page hears is the whole board, so a page that lost its connection heals by opening a new one.
//! What changed while the page was slow is sent once, as it is then. A beat tells the page that the stream lives, for of a
//! connection that is frozen nobody else tells it. A stream ends with the session that opened it, and when the log-in is
//! changed or removed.

use super::board::{Board, Change};
use super::draining;
use super::show::{board_context, call_context, may_see};
use super::streams::OpenStream;
use crate::app::Room;
use crate::pages::base;
use crate::refusal::Refusal;
use axum::response::IntoResponse;
use axum::response::sse::{Event, Sse};
use axum_login::tower_sessions::SessionStore;
use axum_login::tower_sessions::session::Id;
use futures_util::stream::{self, Stream};
use pbx_core::base::ids::{CallId, TenantId};
use pbx_core::directory::Directory;
use pbx_core::net::{Promises, Storage, pause};
use serde_json::{Value, json};
use std::collections::{BTreeSet, VecDeque};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::watch;

/// How often a stream shows that it lives. A page that hears nothing for two beats takes what it shows for old.
const BEAT: Duration = Duration::from_secs(5);

/// After how many beats it is looked again whether the reader may still hear the stream.
const BEATS_A_LOOK: u32 = 3;

/// The stream of one open page.
/// The header asks proxies that hold answers back (nginx) not to.
pub(crate) async fn stream(room: Room) -> Result<impl IntoResponse, Refusal> {
    let open = room.app.streams.open(room.session.ok_or(Refusal::NotThere)?);
    let (waiting, shown) = (VecDeque::new(), BTreeSet::new());
    let listening = Listening {
        changes: room.app.live.changes(),
        configuration: room.app.ports.records.configuration.subscribe(),
        ended: room.app.sessions.ended(),
        draining: room.app.ports.draining.clone(),
        storage: room.app.ports.records.promises.as_ref().map(Promises::storage),
        beat: Box::pin(pause(BEAT)),
        open,
    };
    let follower = Follower { listening, room, waiting, shown, fresh: true, beats: 0 };
    Ok(([("x-accel-buffering", "no")], Sse::new(follow(follower))))
}

struct Follower {
    room: Room,
    listening: Listening,
    waiting: VecDeque<Event>,
    /// The calls that the page has rows of: of others it must not even learn that they are over.
    shown: BTreeSet<CallId>,
    fresh: bool,
    beats: u32,
}

/// Everything that wakes a stream.
struct Listening {
    changes: Receiver<(TenantId, Change)>,
    configuration: watch::Receiver<Arc<Directory>>,
    ended: Receiver<Id>,
    draining: watch::Receiver<bool>,
    /// How the disk does.
    storage: Option<watch::Receiver<Storage>>,
    beat: Pin<Box<dyn Future<Output = ()> + Send>>,
    open: OpenStream,
}

/// What woke a stream.
enum Woken {
    /// The board is different.
    Board(Result<(TenantId, Change), RecvError>),
    /// The configuration is different, log-ins among it.
    Configuration,
    /// A session was ended, or several of which we were not told.
    Ended(Option<Id>),
    /// The disk does better or worse.
    Storage,
    /// It is time to show that the stream lives.
    Beat,
    /// The server began to end.
    Draining,
    /// The server ends, or newer pages of the session need the place.
    Over,
}

impl Listening {
    /// Waits. Who may listen comes before what is told.
    async fn next(&mut self) -> Woken {
        tokio::select! {
            biased;
            ended = self.ended.recv() => match ended {
                Ok(id) => Woken::Ended(Some(id)),
                Err(RecvError::Lagged(_)) => Woken::Ended(None),
                Err(RecvError::Closed) => Woken::Over,
            },
            told = self.configuration.changed() => if told.is_ok() { Woken::Configuration } else { Woken::Over },
            told = self.draining.changed() => if told.is_ok() { Woken::Draining } else { Woken::Over },
            () = &mut self.beat => {
                self.beat = Box::pin(pause(BEAT));
                Woken::Beat
            }
            () = changed(&mut self.storage) => Woken::Storage,
            () = self.open.crowded_out() => Woken::Over,
            change = self.changes.recv() => Woken::Board(change),
        }
    }
}

/// Waits for another state; for ever where there is none to come.
async fn changed(storage: &mut Option<watch::Receiver<Storage>>) {
    let is_known = match storage {
        Some(storage) => storage.changed().await.is_ok(),
        None => false,
    };
    if !is_known {
        std::future::pending().await
    }
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
    /// That the stream lives, and whether the server ends.
    beat: bool,
}

impl News {
    fn everything() -> Self {
        Self { everything: true, any: true, ..Self::default() }
    }

    fn beat() -> Self {
        Self { beat: true, ..Self::default() }
    }
}

impl Follower {
    /// What to tell next; none: the stream is over, because its reader may hear no more.
    async fn next(&mut self) -> Option<Event> {
        while self.waiting.is_empty() {
            let news = if std::mem::take(&mut self.fresh) {
                self.stay().await?;
                News::everything()
            } else {
                self.listen().await?
            };
            if news.any {
                self.tell(&news);
            }
            if news.any || news.beat {
                self.beat();
            }
        }
        self.waiting.pop_front()
    }

    /// Waits for a change, then takes all that came meanwhile.
    async fn listen(&mut self) -> Option<News> {
        let mut news = News::default();
        match self.listening.next().await {
            Woken::Board(Ok((tenant, change))) => self.hear(tenant, change, &mut news),
            Woken::Board(Err(RecvError::Lagged(_))) => news = News::everything(),
            Woken::Board(Err(RecvError::Closed)) | Woken::Over => return None,
            Woken::Configuration => {
                self.stay().await?;
                news = News::everything();
            }
            Woken::Storage => news.any = true,
            Woken::Ended(Some(id)) if Some(id) != self.room.session => return Some(news),
            Woken::Ended(_) => {
                self.stay().await?;
                return Some(news);
            }
            Woken::Draining => return Some(News::beat()),
            Woken::Beat => {
                self.beats += 1;
                if self.beats.is_multiple_of(BEATS_A_LOOK) {
                    self.stay().await?;
                }
                return Some(News::beat());
            }
        }
        loop {
            match self.listening.changes.try_recv() {
                Ok((tenant, change)) => self.hear(tenant, change, &mut news),
                Err(TryRecvError::Lagged(_)) => news = News::everything(),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return Some(news),
            }
        }
    }

    /// Looks again whether the session goes on, the log-in is what it was when the stream began, and the company is there,
    /// and takes the company as it is now. None: the stream must end. Whoever may open another one will.
    async fn stay(&mut self) -> Option<()> {
        let app = self.room.app.clone();
        let tenant = app.ports.records.directory().tenant(self.room.tenant.id).cloned()?;
        let alive = match self.room.session {
            Some(session) => app.sessions.load(&session).await.ok()?.is_some(),
            None => false,
        };
        let known = self.room.account.as_ref()?;
        let account = app.ports.records.account(known.id).await.ok()??;
        let same = alive && account == *known;
        self.room.desk.room = Some(tenant.clone());
        self.room.tenant = tenant;
        same.then_some(())
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
            Change::Everything => news.everything = true,
        }
    }

    fn tell(&mut self, news: &News) {
        let app = self.room.app.clone();
        let board = app.live.board();
        let mut context = board_context(&self.room, &board);
        context["base"] = base(&self.room.desk).into();
        context["csrf"] = self.room.csrf.clone().into();
        let now_ms = app.ports.now().wall.micros() / 1000;
        let part = |html: String| json!({ "html": html, "now": now_ms });
        let mut told = Vec::new();
        told.extend(self.view("live/figures.html", &context).map(|html| ("figures", part(html))));
        if news.everything {
            self.shown =
                board.calls(self.room.tenant.id).filter(|call| may_see(&self.room, call)).map(|c| c.id).collect();
            told.extend(self.view("live/rows.html", &context).map(|html| ("rows", part(html))));
        } else {
            told.extend(news.calls.iter().filter_map(|id| self.row(&board, *id)).map(|row| ("row", row)));
        }
        self.waiting.extend(told.into_iter().map(|(name, data)| Event::default().event(name).data(data.to_string())));
    }

    fn beat(&mut self) {
        let app = &self.room.app;
        let now_ms = app.ports.now().wall.micros() / 1000;
        let data = json!({ "now": now_ms, "drain": draining(&self.room, &app.live.board()) });
        self.waiting.push_back(Event::default().event("beat").data(data.to_string()));
    }

    /// A call's row as it is now, or that there is none any more; nothing of a call that this page never showed.
    fn row(&mut self, board: &Board, id: CallId) -> Option<Value> {
        let Some(call) = board.call(self.room.tenant.id, id).filter(|call| may_see(&self.room, call)) else {
            return self.shown.remove(&id).then(|| json!({ "id": id.to_string(), "html": null }));
        };
        let room = &self.room;
        let context = json!({ "call": call_context(room, call), "base": base(&room.desk), "csrf": room.csrf });
        let html = self.view("live/row.html", &context)?;
        self.shown.insert(id);
        Some(json!({ "id": id.to_string(), "html": html }))
    }

    fn view(&self, name: &str, context: &Value) -> Option<String> {
        let text = self.room.app.views.text(self.room.language, name, context);
        text.inspect_err(|error| tracing::error!(name, ?error, "a part of the live page could not be rendered")).ok()
    }
}
