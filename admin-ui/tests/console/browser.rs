//! A browser without a screen: keeps cookies, fills forms, follows nothing.

use crate::house::House;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode, header};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use tower::ServiceExt;

/// One browser.
pub(crate) struct Browser {
    router: Router,
    cookies: BTreeMap<String, String>,
    /// The other end of the console's connection: this browser, or a proxy.
    peer: SocketAddr,
    /// What every request carries: a proxy's headers.
    carries: Vec<(&'static str, String)>,
    /// What the forms of the last page carry.
    pub csrf: String,
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    /// Where it sends the browser.
    pub(crate) fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |value| value.to_str().unwrap())
    }
}

impl Browser {
    /// A browser at the console of this house.
    pub(crate) fn at(house: &House) -> Self {
        Self::before(&admin_ui::router(house.ports.clone()).unwrap())
    }

    /// A browser at a console that others use too.
    pub(crate) fn before(router: &Router) -> Self {
        let peer = SocketAddr::from(([192, 0, 2, 1], 50_000));
        Self { router: router.clone(), cookies: BTreeMap::new(), peer, carries: Vec::new(), csrf: String::new() }
    }

    /// The same one, whose connection comes from here.
    pub(crate) fn from(mut self, peer: &str) -> Self {
        self.peer.set_ip(peer.parse::<IpAddr>().unwrap());
        self
    }

    /// The same one, whose requests carry one more header.
    pub(crate) fn carrying(mut self, name: &'static str, value: &str) -> Self {
        self.carries.push((name, value.to_owned()));
        self
    }

    /// Logs in; panics where that fails.
    pub(crate) async fn logged_in(house: &House, email: &str, password: &str) -> Self {
        let mut browser = Self::at(house);
        let answer = browser.log_in(email, password).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{email} could not log in");
        browser.get("/tenants").await;
        browser.get(answer.location()).await;
        let next = browser.get("/").await;
        browser.get(next.location()).await;
        browser
    }

    /// Fills the log-in form.
    pub(crate) async fn log_in(&mut self, email: &str, password: &str) -> Answer {
        self.get("/login").await;
        self.post("/login", &format!("email={email}&password={password}")).await
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path), Body::empty()).await
    }

    /// Sends a form with this session's token.
    pub(crate) async fn post(&mut self, path: &str, form: &str) -> Answer {
        let form = format!("{form}&csrf={}", self.csrf);
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, Body::from(form)).await
    }

    /// Sends anything, with the cookies.
    pub(crate) async fn send(&mut self, request: axum::http::request::Builder, body: Body) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = request.header(header::COOKIE, cookies.join("; ")).extension(ConnectInfo(self.peer));
        for (name, value) in &self.carries {
            request = request.header(*name, value);
        }
        let request = request.body(body).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = String::from_utf8_lossy(&to_bytes(body, 1 << 22).await.unwrap()).into_owned();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        if let Some((_, rest)) = text.split_once("name=\"csrf\" value=\"") {
            self.csrf = rest.split('"').next().unwrap().to_owned();
        }
        Answer { status: parts.status, headers: parts.headers, text }
    }

    /// The value of a cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }
}
