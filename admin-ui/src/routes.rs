//! Every route of the console with its permission: the one table from which the router is built and which the tests walk.

use crate::access::Permission::{self, Admin, Member, Operator, Public, SignedIn};
use crate::app::Shared;
use crate::{assets, gate, live, pages};
use axum::Router;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};

/// One route.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) needs: Permission,
    handler: MethodRouter<Shared>,
}

macro_rules! routes {
    ($($verb:ident $path:literal $needs:ident $handler:path;)*) => {
        vec![$(Route {
            method: routes!(@method $verb),
            path: $path,
            needs: $needs,
            handler: $verb($handler),
        }),*]
    };
    (@method get) => { Method::GET };
    (@method post) => { Method::POST };
}

/// The pages.
pub(crate) fn table() -> Vec<Route> {
    routes! {
        get  "/assets/{version}/{name}"                       Public   assets::show;
        get  "/login"                                         Public   pages::login::show;
        post "/login"                                         Public   pages::login::enter;
        post "/display"                                       Public   pages::display::choose;
        post "/logout"                                        SignedIn pages::login::leave;
        get  "/"                                              SignedIn pages::home::show;
        get  "/tenants"                                       Operator pages::tenants::show;
        get  "/audit"                                         Operator pages::audit::server;
        get  "/t/{tenant}"                                    Member   pages::home::live;
        get  "/t/{tenant}/live/events"                        Member   live::stream;
        get  "/t/{tenant}/calls/{call}/hang-up"               Admin    pages::call::ask_hang_up;
        post "/t/{tenant}/calls/{call}/hang-up"               Admin    pages::call::hang_up;
        get  "/t/{tenant}/calls"                              Member   pages::calls::show;
        get  "/t/{tenant}/calls.csv"                          Member   pages::calls_csv::show;
        get  "/t/{tenant}/calls/{call}"                       Member   pages::call::show;
        get  "/t/{tenant}/find"                               Member   pages::find::show;
        get  "/t/{tenant}/people"                             Member   pages::people::show;
        get  "/t/{tenant}/people/new"                         Admin    pages::person_edit::blank;
        post "/t/{tenant}/people/new"                         Admin    pages::person_edit::add;
        get  "/t/{tenant}/people/{person}"                    Member   pages::person::show;
        get  "/t/{tenant}/people/{person}/edit"               Admin    pages::person_edit::show;
        post "/t/{tenant}/people/{person}/edit"               Admin    pages::person_edit::save;
        post "/t/{tenant}/people/{person}/remove"             Admin    pages::person_edit::remove;
        post "/t/{tenant}/people/{person}/devices"            Admin    pages::device::add;
        get  "/t/{tenant}/devices/{device}/password"          Admin    pages::device::ask_new_password;
        post "/t/{tenant}/devices/{device}/password"          Admin    pages::device::new_password;
        post "/t/{tenant}/devices/{device}/label"             Admin    pages::device::rename;
        post "/t/{tenant}/devices/{device}/remove"            Admin    pages::device::remove;
        get  "/t/{tenant}/audit"                              Admin    pages::audit::show;
        get  "/t/{tenant}/tokens"                             Admin    pages::tokens::show;
        post "/t/{tenant}/tokens"                             Admin    pages::tokens::create;
        get  "/t/{tenant}/tokens/{token}/revoke"              Admin    pages::tokens::ask_revoke;
        post "/t/{tenant}/tokens/{token}/revoke"              Admin    pages::tokens::revoke;
    }
}

/// A router of the table, every route behind the gate with its own permission.
pub(crate) fn router(app: &Shared) -> Router<Shared> {
    table().into_iter().fold(Router::new(), |router, route| {
        let guarded = route.handler.layer(from_fn_with_state((app.clone(), route.needs), gate::page));
        router.route(route.path, guarded)
    })
}
