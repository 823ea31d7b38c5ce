//! `/api/v1`: calls and people for programs. Bearer tokens, problem+json, cursors, idempotency keys, OpenAPI.

mod call;
mod calls;
mod devices;
mod entry;
mod idempotency;
mod last_use;
mod people;
mod problem;
mod read;

use crate::access::{Permission, Scope};
use crate::app::Shared;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::{Json, Router};
use std::sync::Arc;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use utoipa_axum::routes;

pub(crate) use last_use::LastUse;
pub(crate) use problem::Problem;

/// One route of the API with its permission.
struct Route {
    needs: Scope,
    handler: UtoipaMethodRouter<Shared>,
}

/// Every route of the API: the other half of the table in `routes`.
fn table() -> Vec<Route> {
    vec![
        Route { needs: Scope::CallsRead, handler: routes!(calls::list) },
        Route { needs: Scope::CallsRead, handler: routes!(calls::one) },
        Route { needs: Scope::CallsRead, handler: routes!(calls::explain) },
        Route { needs: Scope::CallsWrite, handler: routes!(calls::hang_up) },
        Route { needs: Scope::PeopleRead, handler: routes!(people::list) },
        Route { needs: Scope::PeopleRead, handler: routes!(people::one) },
        Route { needs: Scope::PeopleWrite, handler: routes!(people::create) },
        Route { needs: Scope::PeopleWrite, handler: routes!(people::change) },
        Route { needs: Scope::PeopleWrite, handler: routes!(people::remove) },
        Route { needs: Scope::PeopleWrite, handler: routes!(devices::rename) },
        Route { needs: Scope::PeopleWrite, handler: routes!(devices::remove) },
    ]
}

/// The routes of the API as the tests walk them.
pub(crate) fn routes() -> Vec<(Method, String, Permission)> {
    let mut found = Vec::new();
    for route in table() {
        for (path, item) in &route.handler.1.paths {
            let verbs: [(Method, &Option<Operation>); 5] = [
                (Method::GET, &item.get),
                (Method::POST, &item.post),
                (Method::PUT, &item.put),
                (Method::PATCH, &item.patch),
                (Method::DELETE, &item.delete),
            ];
            for (method, _) in verbs.into_iter().filter(|(_, operation)| operation.is_some()) {
                found.push((method, path.clone(), Permission::Token(route.needs)));
            }
        }
    }
    found
}

/// The router, every route behind the entry with its own scope; the document beside it for everybody.
pub(crate) fn router(app: &Shared) -> Router<Shared> {
    let (router, document) = assemble(Some(app)).split_for_parts();
    let document = Arc::new(document);
    let show = move || async move {
        let kind = [(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"))];
        (kind, Json((*document).clone())).into_response()
    };
    router
        .route("/api/v1/openapi.json", axum::routing::get(show))
        .method_not_allowed_fallback(async || Problem::no_such_method())
}

/// The OpenAPI document: `docs/openapi.json` is its print.
pub fn document() -> OpenApi {
    assemble(None).into_openapi()
}

fn assemble(app: Option<&Shared>) -> OpenApiRouter<Shared> {
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    let info = InfoBuilder::new()
        .title("Ringdown")
        .version("v1")
        .description(Some("Calls and people of one company. A token decides which company, and what may be done."))
        .build();
    let mut document = OpenApiBuilder::new().info(info).build();
    document.components.get_or_insert_default().add_security_scheme("token", bearer);
    table().into_iter().fold(OpenApiRouter::with_openapi(document), |router, route| {
        let (schemas, paths, mut handler) = route.handler;
        if let Some(app) = app {
            handler = handler.layer(from_fn_with_state((app.clone(), route.needs), entry::entry));
        }
        router.routes((schemas, paths, handler))
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn the_document_in_docs_is_the_one_that_the_code_makes() {
        let made = super::document().to_pretty_json().unwrap() + "\n";
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, &made).unwrap();
        }
        assert!(
            std::fs::read_to_string(file).unwrap() == made,
            "run the tests with UPDATE=1 and look at the difference"
        );
    }
}
