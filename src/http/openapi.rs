//! `/openapi.json`: the description of the surface, generated from the code.

use super::{App, Problem, event_forms::EventForms};
use axum::{Router, http::header, response::IntoResponse, routing::get};
use std::sync::LazyLock;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

/// It never changes while the process runs.
static TEXT: LazyLock<String> =
    LazyLock::new(|| document().to_json().expect("a description generated from the code is JSON"));

pub fn routes() -> Router<App> {
    Router::new().route("/openapi.json", get(openapi))
}

#[derive(OpenApi)]
#[openapi(
    info(title = "chengxin", description = "A public credit platform: events in, lists, measures and timelines out."),
    paths(openapi),
    components(schemas(Problem)),
    security(("token" = [])),
    modifiers(&Token, &EventForms)
)]
struct Doc;

struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme =
            HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("A token of the principals file."));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(scheme.build()));
    }
}

/// The description of every route.
pub fn document() -> utoipa::openapi::OpenApi {
    let groups = [
        super::events::Doc::openapi(),
        super::imports::Doc::openapi(),
        super::subjects::Doc::openapi(),
        super::explain::Doc::openapi(),
        super::lists::Doc::openapi(),
        super::measures::Doc::openapi(),
        super::obligations::Doc::openapi(),
        super::feeds::Doc::openapi(),
        super::schemas::Doc::openapi(),
        super::statistics::Doc::openapi(),
        super::policy::Doc::openapi(),
        super::operation::Doc::openapi(),
    ];
    groups.into_iter().fold(Doc::openapi(), |document, group| document.merge_from(group))
}

/// This description.
#[utoipa::path(get, path = "/openapi.json", tag = "operation", security(()), responses((status = 200, body = Object)))]
async fn openapi() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], TEXT.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The paths of the router: it has no list of them but in its debug text, where each stands as a whole string.
    /// Two that every router has stand for the fallback.
    fn routed() -> BTreeSet<String> {
        let debug = format!("{:?}", super::super::all(true).merge(super::super::operation::probes()));
        let paths = debug.split('"').filter(|text| text.starts_with('/'));
        // A nested router's fallback is no route.
        paths.filter(|path| *path != "/" && !path.contains("__private")).map(str::to_owned).collect()
    }

    #[test]
    fn every_route_is_described_and_every_description_has_a_route() {
        let described: BTreeSet<String> = document().paths.paths.keys().cloned().collect();
        assert!(routed().contains("/openapi.json"), "{:?}", routed());
        assert_eq!(routed(), described);
    }

    #[test]
    fn the_description_is_openapi_3_1_with_tokens_and_problems() {
        let json: serde_json::Value = serde_json::from_str(&TEXT).unwrap();
        assert_eq!(json["openapi"], "3.1.0");
        assert_eq!(json["components"]["securitySchemes"]["token"]["scheme"], "bearer");
        assert_eq!(json["components"]["schemas"]["Problem"]["type"], "object");
        assert_eq!(json["security"][0]["token"], serde_json::json!([]));
    }

    #[test]
    fn every_reference_in_the_description_leads_somewhere() {
        let json: serde_json::Value = serde_json::from_str(&TEXT).unwrap();
        for reference in TEXT.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(json.pointer(reference).is_some(), "{reference}");
        }
    }
}
