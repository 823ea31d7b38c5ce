//! The way in and the way out.

use crate::address::{self, own_path};
use crate::app::Desk;
use crate::audit::{self, Deed};
use crate::extract::{Form, Query};
use crate::pages::page;
use crate::pages::resume::{self, Late};
use crate::refusal::Refusal;
use crate::session::{self, Accounts, CSRF_KEY, Credentials, form_cookie};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum_login::AuthSession;
use serde::Deserialize;
use serde_json::json;

/// What is written down of an e-mail address that nobody has.
const LONGEST: usize = 254;
/// How long the form may stay open.
const FORM_S: u32 = 3600;

/// The file that makes the first account of a new server, as the log-in page and `ringdown serve` show it.
pub const FIRST_ACCOUNT: &str = "operators:\n  - email: you@example.com\n    password: \"choose one\"\n";

/// The command that brings this file into effect for the server of a data folder.
pub fn first_import(data: &str) -> String {
    format!("ringdown import operators.yaml --data {data}")
}

/// Where to go afterwards.
#[derive(Deserialize)]
pub(crate) struct After {
    #[serde(default)]
    next: String,
}

/// The form. A field that is missing is as wrong as an empty one.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Entry {
    email: String,
    password: String,
    next: String,
    /// A form that came while nobody was logged in, and where it was sent.
    late_form: String,
    late_to: String,
}

impl Entry {
    fn late(&self) -> Option<Late> {
        if self.late_to.is_empty() { None } else { Late::kept(&self.late_to, &self.late_form) }
    }
}

/// What is said above the form.
#[derive(Clone, Copy)]
enum Fault {
    Wrong,
    TooOften,
    /// The page stood open for so long that its token is worth nothing any more.
    Stale,
    /// A form came that needs a log-in: nothing is wrong with it.
    First,
}

/// The log-in page; who is logged in goes on. Where nobody has an account, how the first one is made.
pub(crate) async fn show(desk: Desk, Query(after): Query<After>) -> Result<Response, Refusal> {
    if desk.account.is_some() {
        return Ok(Redirect::to(own_path(&after.next).unwrap_or("/")).into_response());
    }
    if !desk.app.ports.records.has_accounts().await? {
        let context = json!({ "file": FIRST_ACCOUNT, "command": first_import("DIR") });
        return Ok(page(&desk, "first.html", "login", &desk.say("first-title"), context));
    }
    Ok(form(&desk, &Entry { next: after.next, ..Entry::default() }, None))
}

/// Checks e-mail and password; a wrong one and an unknown one get the same answer at the same cost.
pub(crate) async fn enter(
    mut auth: AuthSession<Accounts>,
    desk: Desk,
    Form(entry): Form<Entry>,
) -> Result<Response, Refusal> {
    let source = desk.client.address.to_string();
    let Some(place) = desk.app.checks.queue(desk.app.ports.now().mono, desk.client.address) else {
        return Ok(form(&desk, &entry, Some(Fault::TooOften)));
    };
    let Some(attempt) = desk.app.throttle.log_in(desk.client.address, &entry.email) else {
        return Ok(form(&desk, &entry, Some(Fault::TooOften)));
    };
    let credentials = Credentials { email: entry.email.clone(), password: entry.password.clone() };
    let turn = place.turn().await;
    let found = auth.authenticate(credentials).await.map_err(broken)?;
    drop(turn);
    let Some(user) = found else {
        note_failure(&desk, &source, entry.email.trim()).await?;
        return Ok(form(&desk, &entry, Some(Fault::Wrong)));
    };
    attempt.was_right();
    place.was_right(desk.app.ports.now().mono);
    // Rotates the session's id, so that one planted before is worth nothing.
    auth.login(&user).await.map_err(broken)?;
    let token = session::mint(&desk.app.ports);
    auth.session.insert(CSRF_KEY, &token).await.map_err(|error| broken(axum_login::Error::Session(error)))?;
    let deed = Deed { tenant: user.0.tenant, actor: &user.0.email, action: "login", object: &source };
    audit::note(&desk.app.ports, deed).await?;
    if let Some(late) = entry.late() {
        let desk = Desk { account: Some(user.0), csrf: token, ..desk.clone() };
        return Ok(resume::ask(&desk, &late, StatusCode::OK));
    }
    Ok(Redirect::to(own_path(&entry.next).unwrap_or("/")).into_response())
}

/// Asks for the password in place of the answer to a form, which is kept.
pub(crate) fn first(desk: &Desk, late: &Late) -> Response {
    let entry = Entry { late_to: late.to.clone(), late_form: late.form.clone(), ..Entry::default() };
    form(desk, &entry, Some(Fault::First))
}

/// The log-in form once more, with what was typed into one whose token is worth nothing any more. The password is not read back.
pub(crate) fn again(desk: &Desk, late: &Late) -> Response {
    let typed = |name| address::field(late.form.as_bytes(), name).unwrap_or_default();
    let (late_form, late_to) = (typed("late_form"), typed("late_to"));
    let entry = Entry { email: typed("email"), next: typed("next"), late_form, late_to, ..Entry::default() };
    form(desk, &entry, Some(Fault::Stale))
}

/// Ends the session.
pub(crate) async fn leave(mut auth: AuthSession<Accounts>) -> Result<Response, Refusal> {
    auth.logout().await.map_err(broken)?;
    Ok(Redirect::to("/login").into_response())
}

fn form(desk: &Desk, entry: &Entry, fault: Option<Fault>) -> Response {
    let token = if desk.csrf.is_empty() { session::mint(&desk.app.ports) } else { desk.csrf.clone() };
    let desk = &Desk { csrf: token.clone(), ..desk.clone() };
    let error = fault.map(|fault| match fault {
        Fault::Wrong => desk.say("login-wrong"),
        Fault::TooOften => desk.say("login-too-often"),
        Fault::Stale => desk.say("login-stale"),
        Fault::First => desk.say("login-first"),
    });
    let late = entry.late().map(|late| json!({ "to": late.to, "form": late.form }));
    let context = json!({
        "email": entry.email, "next": own_path(&entry.next).unwrap_or(""), "late": late, "error": error,
        "demo": desk.app.ports.options.demo,
    });
    let mut response = page(desk, "login.html", "login", &desk.say("login-title"), context);
    *response.status_mut() = match fault {
        None => StatusCode::OK,
        Some(Fault::Wrong) => StatusCode::UNPROCESSABLE_ENTITY,
        Some(Fault::TooOften) => StatusCode::TOO_MANY_REQUESTS,
        Some(Fault::Stale | Fault::First) => StatusCode::FORBIDDEN,
    };
    let https = desk.client.https;
    if let Some(cookie) = session::set_cookie(form_cookie(https), &token, FORM_S, https) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// A failed log-in is told to whoever runs the account's tenant; one of nobody's account, or of an operator's, to the operators.
async fn note_failure(desk: &Desk, source: &str, email: &str) -> Result<(), Refusal> {
    let ports = &desk.app.ports;
    let email: String = email.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    let tenant = ports.records.account_by_email(&email.to_lowercase()).await?.and_then(|account| account.tenant);
    Ok(audit::note(ports, Deed { tenant, actor: source, action: "login.failed", object: &email }).await?)
}

fn broken(error: axum_login::Error<Accounts>) -> Refusal {
    tracing::error!(?error, "a log-in could not be carried out");
    Refusal::Broken
}
