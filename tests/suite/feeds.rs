//! The feeds over HTTP: pages and server-sent events.

use std::collections::BTreeMap;
use std::process::Command;

use axum::body::BodyDataStream;
use axum::http::StatusCode;
use futures::StreamExt;
use serde_json::{Value, json};

use super::support::county::{County, TOKEN, runtime};
use super::support::events::{COMPANY, black};
use super::support::logs::LIMIT;

/// A server-sent event.
#[derive(Debug, PartialEq)]
struct Told {
    id: String,
    event: String,
    data: Value,
}

/// Reads a stream of events.
struct Stream {
    body: BodyDataStream,
    text: String,
}

impl Stream {
    async fn open(county: &County, path: &str, headers: &[(&str, &str)]) -> Stream {
        let token = format!("Bearer {TOKEN}");
        let mut all = vec![("authorization", token.as_str()), ("accept", "text/event-stream")];
        all.extend(headers);
        let response = county.send(path, &all).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Stream { body: response.into_body().into_data_stream(), text: String::new() }
    }

    /// `None` at the end of the stream.
    async fn next(&mut self) -> Option<Told> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let value = event.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
                    value.unwrap_or_else(|| panic!("{name} in {event}")).to_owned()
                };
                let data = serde_json::from_str(&field("data")).unwrap();
                let told = Told { id: field("id"), event: field("event"), data };
                self.text = rest.to_owned();
                return Some(told);
            }
            let chunk = tokio::time::timeout(LIMIT, self.body.next()).await.expect("something comes in time");
            self.text.push_str(std::str::from_utf8(&chunk?.unwrap()).unwrap());
        }
    }

    async fn take(&mut self, count: usize) -> Vec<Told> {
        let mut events = Vec::new();
        while events.len() < count {
            events.push(self.next().await.expect("the stream goes on"));
        }
        events
    }
}

fn walk(county: &County, feed: &str, limit: usize) -> Vec<Value> {
    let (mut items, mut after) = (Vec::new(), String::new());
    loop {
        let (status, page) = county.get(&format!("/v1/{feed}?limit={limit}&after={after}"));
        assert_eq!(status, StatusCode::OK, "{page}");
        items.extend(page["items"].as_array().unwrap().clone());
        after = page["next"].as_str().unwrap().to_owned();
        if page["at_end"] == true {
            return items;
        }
    }
}

#[test]
fn a_walk_over_the_pages_and_a_stream_tell_the_same_changes() {
    let county = County::new(3_000);
    for feed in ["list-changes", "measure-changes", "obligation-changes"] {
        let items = walk(&county, feed, 7);
        assert!(items.len() > 50, "{feed}: {}", items.len());
        assert_eq!(walk(&county, feed, 1_000), items, "{feed}");
        runtime().block_on(async {
            let events = Stream::open(&county, &format!("/v1/{feed}"), &[]).await.take(items.len()).await;
            for (event, item) in events.iter().zip(&items) {
                assert_eq!(event.event, feed.strip_suffix('s').unwrap());
                assert_eq!(event.id, item["cursor"].as_str().unwrap());
                let mut expected = item.clone();
                expected.as_object_mut().unwrap().remove("cursor");
                assert_eq!(event.data, expected);
            }
        });
        assert_sequences_are_whole(&items);
    }
}

/// Every subject's changes count from one, without gap or repeat.
fn assert_sequences_are_whole(items: &[Value]) {
    let mut last: BTreeMap<&str, u64> = BTreeMap::new();
    for item in items {
        let count = last.entry(item["subject"]["id"].as_str().unwrap()).or_default();
        *count += 1;
        assert_eq!(item["sequence"].as_u64(), Some(*count), "{item}");
        assert!(item["recorded"].as_str().unwrap().ends_with("+08:00"), "{item}");
    }
}

#[test]
fn a_stream_resumed_from_any_events_id_tells_exactly_the_rest() {
    let county = County::new(1_500);
    runtime().block_on(async {
        let count = county.get_count().await;
        let all = Stream::open(&county, "/v1/list-changes", &[]).await.take(count).await;
        for (index, event) in all.iter().enumerate().step_by(7) {
            let rest = &all[index + 1..];
            // The address of the first request stays as it was; the header counts.
            let headers = [("last-event-id", event.id.as_str())];
            let mut resumed = Stream::open(&county, "/v1/list-changes?after=0-0", &headers).await;
            assert_eq!(resumed.take(rest.len()).await, rest);
            let mut named = Stream::open(&county, &format!("/v1/list-changes?after={}", event.id), &[]).await;
            assert_eq!(named.take(rest.len()).await, rest);
        }
    });
}

impl County {
    async fn get_count(&self) -> usize {
        let after = self.node.feeds.cursor(None).unwrap();
        let page = self.node.feeds.page(chengxin::feed::Kind::ListChanges, &after, 100_000).unwrap();
        assert!(page.at_end && page.items.len() > 20);
        page.items.len()
    }
}

#[test]
fn streams_end_when_the_feeds_are_stopped() {
    let county = County::new(200);
    runtime().block_on(async {
        let end = county.node.feeds.end(chengxin::feed::Kind::ListChanges).unwrap();
        let mut stream = Stream::open(&county, &format!("/v1/list-changes?after={end}"), &[]).await;
        let feeds = county.node.clone();
        let stopped = tokio::task::spawn_blocking(move || feeds.feeds.stop());
        assert_eq!(stream.next().await, None);
        stopped.await.unwrap();
    });
}

#[test]
fn a_stream_ends_when_a_policy_lowers_the_level_of_who_follows_it() {
    let county = County::new(200);
    runtime().block_on(async {
        let end = county.node.feeds.end(chengxin::feed::Kind::ListChanges).unwrap();
        let mut stream = Stream::open(&county, &format!("/v1/list-changes?after={end}"), &[]).await;
        county.publish(&black("unpaid-wages", "L-1", "2026-06-30", "2029-06-30", COMPANY)).await;
        assert_eq!(stream.take(1).await[0].data["what"], "listed");
        let mut content: Value = serde_json::from_str(include_str!("../../policy/access.json")).unwrap();
        let mut content = content["content"].take();
        content["roles"][2]["level"] = json!(2);
        let data = json!({ "part": "access", "version": 2, "effective": "2026-06-30", "content": content });
        county
            .publish(&json!({ "id": "1", "type": "policy.published", "effective": "2026-06-30", "data": data }))
            .await;
        county.publish(&black("unpaid-wages", "L-2", "2026-06-30", "2029-06-30", COMPANY)).await;
        assert_eq!(stream.next().await, None);
    });
    let (status, problem) = county.get("/v1/list-changes");
    assert_eq!((status, &problem["code"]), (StatusCode::FORBIDDEN, &json!("level-too-low")));
}

/// What `chengxin tail` prints beside the running node.
fn tail(county: &County, stream: &str, after: &str) -> Vec<Value> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chengxin"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CHENGXIN_")) {
        command.env_remove(name);
    }
    command.current_dir(county.dir()).args(["tail", stream, "--after", after, "--data"]).arg(county.dir());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_command_tail_prints_every_feed_as_the_pages_have_it_and_goes_on_from_any_cursor() {
    let county = County::new(1_500);
    for feed in ["list-changes", "measure-changes", "obligation-changes"] {
        let items = walk(&county, feed, 1_000);
        assert!(items.len() > 10, "{feed}");
        assert_eq!(tail(&county, feed, ""), items, "{feed}");
        let middle = &items[items.len() / 2];
        assert_eq!(tail(&county, feed, middle["cursor"].as_str().unwrap()), items[items.len() / 2 + 1..], "{feed}");
    }
    let duties = tail(&county, "obligation-changes", "");
    assert!(duties.iter().all(|duty| duty["duty"].is_string() && duty["org"].is_string()));
}

#[test]
fn a_cursor_or_a_limit_that_is_wrong_is_refused_with_a_remedy() {
    let county = County::new(50);
    for query in ["after=x", "after=0-1.0-2", "after=9-0", "limit=0", "limit=1001", "limit=x"] {
        let (status, problem) = county.get(&format!("/v1/measure-changes?{query}"));
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(problem["code"], "invalid-parameter", "{query}");
        assert_eq!(problem["errors"][0]["pointer"], query.split('=').next().unwrap());
    }
    let token = format!("Bearer {TOKEN}");
    let headers = [("authorization", &*token), ("accept", "text/event-stream"), ("last-event-id", "??")];
    let (status, problem) = county.get_with("/v1/list-changes", &headers);
    assert_eq!((status, &problem["errors"][0]["pointer"]), (StatusCode::BAD_REQUEST, &Value::from("Last-Event-ID")));
    assert_eq!(county.get("/v1/list-changes?from=0-0").0, StatusCode::BAD_REQUEST, "a misspelt parameter is told");
    assert_eq!(county.get_with("/v1/list-changes", &[]).0, StatusCode::UNAUTHORIZED);
}
