//! The schemas, as a client of Confluent's registry asks for them.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::support::county::County;

#[test]
fn a_registry_client_finds_every_schema_by_id_and_by_subject() {
    let county = County::new(50);
    // Without a token, as such clients ask.
    let get = |path: &str| county.get_with(path, &[]);
    let (_, subjects) = get("/subjects");
    assert!(subjects.as_array().unwrap().contains(&json!("credit.list-changes-chengxin.v1.ListChange")));
    for subject in subjects.as_array().unwrap() {
        let subject = subject.as_str().unwrap();
        let (status, versions) = get(&format!("/subjects/{subject}/versions"));
        assert_eq!((status, &versions[0]), (StatusCode::OK, &json!(1)), "{subject}");
        let (_, latest) = get(&format!("/subjects/{subject}/versions/latest"));
        assert_eq!(&latest["version"], versions.as_array().unwrap().last().unwrap());
        let (_, first) = get(&format!("/subjects/{subject}/versions/1"));
        let (_, by_id) = get(&format!("/schemas/ids/{}", first["id"]));
        assert_eq!(by_id["schema"], first["schema"]);
        let schema: Value = serde_json::from_str(by_id["schema"].as_str().unwrap()).unwrap();
        let name = format!("{}.{}", schema["namespace"].as_str().unwrap(), schema["name"].as_str().unwrap());
        assert!(subject.ends_with(&name), "{subject} {name}");
    }
}

#[test]
fn what_is_not_there_is_told_in_the_registrys_own_codes() {
    let county = County::new(50);
    for (path, status, code) in [
        ("/schemas/ids/1", 404, 40_403),
        ("/schemas/ids/x", 404, 40_403),
        ("/subjects/none/versions", 404, 40_401),
        ("/subjects/none/versions/1", 404, 40_401),
        ("/subjects/credit.lists-chengxin.v1.ListEntry/versions/99", 404, 40_402),
        ("/subjects/credit.lists-chengxin.v1.ListEntry/versions/x", 422, 42_202),
    ] {
        let (got, error) = county.get_with(path, &[]);
        assert_eq!((got.as_u16(), &error["error_code"]), (status, &json!(code)), "{path}");
        assert!(!error["message"].as_str().unwrap().is_empty());
    }
}
