//! Whatever comes in, the answer is an error with its place, its code and its remedy; nothing panics, and the next one is
//! taken.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::support::client::{Client, Reply};
use crate::support::events::{COMPANY, SHOP, act, black, penalty};
use crate::support::load::Random;
use crate::support::malformed::{changed, malformed};
use crate::support::server::{ADMIN, AUDITOR, BANK, LABOUR, OFFICE, Server, Site, token};

const TODAY: &str = "2026-05-11";

fn started() -> (Site, Server) {
    let site = Site::embedded();
    let server = site.start(TODAY);
    (site, server)
}

/// A problem of this status, and its `errors`.
#[track_caller]
fn problem(reply: &Reply, status: u16) -> Vec<Value> {
    assert_eq!((reply.status, reply.content_type.as_str()), (status, "application/problem+json"), "{reply:?}");
    let body = reply.json();
    for key in ["code", "title", "detail"] {
        assert!(body[key].as_str().is_some_and(|text| !text.is_empty()), "{key}: {body}");
    }
    assert_eq!(body["status"], status);
    let errors = body["errors"].as_array().cloned().unwrap_or_default();
    for error in &errors {
        assert!(error["pointer"].is_string() && error["code"].is_string() && error["detail"].is_string(), "{error}");
    }
    errors
}

#[test]
fn a_malformed_event_is_answered_with_its_place_and_its_code_and_nothing_is_logged() {
    let (_site, server) = started();
    let client = server.client(LABOUR);
    for (body, pointer, code) in malformed() {
        let reply = client.send("/v1/events", "application/json", body.as_bytes());
        let short: String = body.chars().take(300).collect();
        assert_eq!(reply.status, 400, "{short}: {reply:?}");
        let errors = problem(&reply, 400);
        let fits = |error: &Value| {
            let (at, of) = (error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap());
            (at == pointer || (code.is_empty() && at.starts_with(pointer))) && (code.is_empty() || of == code)
        };
        assert!(errors.iter().any(fits), "{pointer:?} {code:?} for {short}: {errors:?}");
    }
    for body in [&b"{\"id\": \"\xff\xfe\"}"[..], b"\xff", b"\0", &[b'{'; 1 << 18]] {
        problem(&client.send("/v1/events", "application/json", body), 400);
    }
    let reply = client.publish(&penalty("P-1", TODAY, COMPANY));
    assert_eq!((reply.status, &reply.json()["effect"]), (201, &json!("applied")), "the id is still free: {reply:?}");
    let file = client.get(&format!("/v1/subjects/{COMPANY}")).json();
    assert_eq!(file["penalties"].as_array().unwrap().len(), 1);
    assert_eq!(file["listings"], json!([]));
    server.stop();
}

#[test]
fn an_event_that_is_too_long_is_refused_and_one_of_the_longest_is_taken() {
    let (_site, server) = started();
    let client = server.client(LABOUR);
    let padded = |size: usize| {
        let shortest = penalty("P-1", TODAY, COMPANY);
        let missing = size - changed("/data/remarks", json!("")).len();
        assert!(shortest.to_string().len() < size);
        changed("/data/remarks", json!("x".repeat(missing)))
    };
    let longest = 256 << 10;
    let errors = problem(&client.send("/v1/events", "application/json", padded(longest + 1).as_bytes()), 400);
    assert_eq!(errors[0]["code"], "too-long");
    assert_eq!(client.send("/v1/events", "application/json", padded(longest).as_bytes()).status, 201);
    server.stop();
}

#[test]
fn a_wrong_line_of_a_stream_is_told_with_its_number_and_the_rest_goes_on() {
    let (_site, server) = started();
    let mut body = Vec::new();
    let mut expected = Vec::new();
    for (n, (line, ..)) in malformed().into_iter().filter(|(line, ..)| !line.contains('\n')).enumerate() {
        body.extend_from_slice(line.as_bytes());
        body.push(b'\n');
        expected.push("malformed");
        body.extend_from_slice(penalty(&format!("P-{n}"), TODAY, SHOP).to_string().as_bytes());
        body.extend_from_slice(b"\r\n");
        expected.push("applied");
    }
    body.extend_from_slice(b"\n\xff\xfe\n\0\n");
    expected.extend(["malformed"; 3]);
    body.extend_from_slice(penalty("last", TODAY, SHOP).to_string().as_bytes());
    expected.push("applied");
    let reply = server.client(LABOUR).send("/v1/events", "application/x-ndjson", &body[..]);
    assert_eq!((reply.status, reply.content_type.as_str()), (200, "application/x-ndjson"));
    let lines = reply.lines();
    let effects: Vec<&str> = lines.iter().map(|line| line["effect"].as_str().unwrap()).collect();
    assert_eq!(effects, expected);
    for (number, line) in (1..).zip(&lines).filter(|(_, line)| line["effect"] == "malformed") {
        assert_eq!(line["line"], number);
        let error = &line["errors"][0];
        assert!(error["pointer"].is_string() && error["code"].is_string() && error["detail"].is_string(), "{line}");
    }
    server.stop();
}

/// Sends the head of a request and part of its body, and nothing more; gives what is answered.
fn cut_off(server: &Server, content_type: &str, body: &str) -> String {
    let address = server.address().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    let token = token(LABOUR);
    write!(
        stream,
        "POST /v1/events HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len() + 1_000
    )
    .unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer
}

#[test]
fn half_a_body_is_no_event_though_it_reads_like_one() {
    let (_site, server) = started();
    let whole = penalty("P-1", TODAY, COMPANY).to_string();
    let answer = cut_off(&server, "application/json", &whole);
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("\"cut-off\""), "{answer}");
    let other = penalty("P-2", TODAY, COMPANY).to_string();
    cut_off(&server, "application/x-ndjson", &format!("{other}\n{whole}"));
    let client = server.client(LABOUR);
    let reply = client.publish(&penalty("P-1", TODAY, COMPANY));
    assert_eq!(reply.status, 201, "the line that was cut off was not taken: {reply:?}");
    // The line before it was whole; the server may have been told of the end before it looked at it.
    let reply = client.publish(&penalty("P-2", TODAY, COMPANY));
    assert!(matches!(reply.status, 200 | 201), "{reply:?}");
    server.stop();
}

/// Bytes that are made while they are read.
struct Endless {
    left: u64,
    then: Vec<u8>,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.left > 0 {
            let count = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
            buffer[..count].fill(b'x');
            self.left -= count as u64;
            return Ok(count);
        }
        let count = buffer.len().min(self.then.len());
        buffer[..count].copy_from_slice(&self.then[..count]);
        self.then.drain(..count);
        Ok(count)
    }
}

/// Less than the line, and more than a server grows by while it does something else at the same time.
const MUCH: u64 = 48 << 20;

#[test]
fn a_line_of_64_megabytes_takes_no_memory_to_speak_of_and_the_next_line_is_taken() {
    let (_site, server) = started();
    let client = server.client(LABOUR);
    assert_eq!(client.publish(&penalty("P-0", TODAY, COMPANY)).status, 201);
    let before = server.peak_memory();
    let then = format!("\n{}\n", penalty("P-1", TODAY, COMPANY)).into_bytes();
    let mut body = Endless { left: 64 << 20, then };
    let reply = client.send("/v1/events", "application/x-ndjson", ureq::SendBody::from_reader(&mut body));
    let lines = reply.lines();
    assert_eq!(lines[0]["errors"][0]["code"], "too-long", "{lines:?}");
    assert_eq!(lines[1]["effect"], "applied");
    let grown = server.peak_memory() - before;
    assert!(grown < MUCH, "{grown} bytes more");
    let mut body = Endless { left: 64 << 20, then: Vec::new() };
    // The server may stop reading before all of it is sent.
    let reply = client.try_send("/v1/events", "application/json", ureq::SendBody::from_reader(&mut body));
    assert!(reply.is_err() || reply.is_ok_and(|reply| reply.status == 400));
    let grown = server.peak_memory() - before;
    assert!(grown < MUCH, "{grown} bytes more");
    assert_eq!(client.publish(&penalty("P-2", TODAY, COMPANY)).status, 201);
    server.stop();
}

/// Sends lines while it reads the answers, as a stream asks of its publisher; gives the number of answers.
fn stream(server: &Server, line: &str, lines: usize) -> usize {
    let address = server.address().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    let (mut sender, token) = (stream.try_clone().unwrap(), token(LABOUR));
    let head = format!(
        "POST /v1/events HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\nContent-Type: application/x-ndjson\r\nContent-Length: {}\r\n\r\n",
        line.len() * lines
    );
    std::thread::scope(|scope| {
        scope.spawn(move || {
            sender.write_all(head.as_bytes()).unwrap();
            (0..lines).for_each(|_| sender.write_all(line.as_bytes()).unwrap());
        });
        let (mut buffer, mut answers) = (vec![0; 1 << 16], 0);
        loop {
            match stream.read(&mut buffer).unwrap() {
                0 => return answers,
                count => answers += buffer[..count].windows(8).filter(|window| window == b"\"effect\"").count(),
            }
        }
    })
}

#[test]
fn a_stream_of_many_lines_takes_no_memory_to_speak_of() {
    let (_site, server) = started();
    assert_eq!(server.client(LABOUR).publish(&penalty("P-0", TODAY, COMPANY)).status, 201);
    let before = server.peak_memory();
    let line = format!("{{\"id\": \"{}\"}}\n", "x".repeat(1_000));
    let answers = stream(&server, &line, 300_000);
    // A word may fall on the seam of two reads.
    assert!((298_000..=300_000).contains(&answers), "{answers}");
    let grown = server.peak_memory() - before;
    assert!(grown < 128 << 20, "{grown} bytes more for 300 MB in");
    server.stop();
}

#[test]
fn who_has_no_token_or_not_the_role_is_told_so_and_nothing_is_logged() {
    let (_site, server) = started();
    let event = penalty("P-1", TODAY, COMPANY);
    let publish = |client: Client| client.publish(&event);
    for wrong in ["", "token-of-nobody", "Bearer", "token-of-11654000010399991A x"] {
        problem(&publish(server.client(LABOUR).with_token(wrong)), 401);
    }
    problem(&publish(server.client(AUDITOR)), 403);
    problem(&publish(server.client(BANK)), 403);
    let policy = |org: &str| {
        let data = json!({ "part": "rules", "version": 9, "effective": TODAY, "content": {} });
        server.client(org).publish(&json!({ "id": "X", "type": "policy.published", "data": data }))
    };
    problem(&policy(LABOUR), 403);
    assert_eq!(policy(OFFICE).status, 422);
    let day = json!({ "id": "X", "type": "day.opened", "effective": TODAY, "data": { "date": "2029-01-01" } });
    problem(&server.client(ADMIN).publish(&day), 403);
    problem(&server.client(LABOUR).post("/v1/clock", &json!({ "open": "2026-05-12" })), 403);
    for wrong in
        [json!({}), json!({ "open": "2026-02-30" }), json!({ "open": "2026-05-10" }), json!({ "open": "9999-01-01" })]
    {
        problem(&server.client(ADMIN).post("/v1/clock", &wrong), 400);
    }
    assert_eq!(publish(server.client(LABOUR)).status, 201);
    server.stop();
}

#[test]
fn who_is_refused_before_the_body_is_sent_reads_why_and_goes_on_with_the_connection() {
    let (_site, server) = started();
    let address = server.address().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    let piece = [b' '; 64 << 10];
    for _ in 0..3 {
        let length = 64 * piece.len();
        write!(
            stream,
            "POST /v1/imports HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: {length}\r\n\r\n",
            token(AUDITOR)
        )
        .unwrap();
        for _ in 0..64 {
            stream.write_all(&piece).expect("the server reads what it does not want");
        }
        let mut answer = [0; 4 << 10];
        let read = stream.read(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer[..read]);
        assert!(answer.starts_with("HTTP/1.1 403 ") && !answer.contains("connection: close"), "{answer}");
    }
    server.stop();
}

#[test]
fn an_unknown_content_type_route_or_method_is_a_problem_too() {
    let (_site, server) = started();
    let client = server.client(LABOUR);
    let body = penalty("P-1", TODAY, COMPANY).to_string();
    for content_type in ["text/csv", "application/xml", "multipart/form-data", "x", "application/json; charset=gbk"] {
        problem(&client.send("/v1/events", content_type, body.as_bytes()), 415);
    }
    let taken = client.send("/v1/events", "Application/JSON; charset=\"UTF-8\"", body.as_bytes());
    assert_eq!(taken.status, 201, "{}", taken.body);
    problem(&client.get("/v1/nothing"), 404);
    problem(&client.get("/v1/lists/grey"), 404);
    problem(&client.get("/v1/events"), 405);
    problem(&client.post("/v1/lists/black", &json!({})), 405);
    let office = server.client(OFFICE);
    for path in ["/v1/subjects/find", "/v1/policy/dry-run"] {
        let errors = problem(&office.send(path, "application/json", &vec![b' '; 300 << 10][..]), 400);
        assert_eq!(errors[0]["code"], "too-long", "{path}");
    }
    server.stop();
}

#[test]
fn a_question_that_cannot_be_understood_is_a_problem_too() {
    let (_site, server) = started();
    let client = server.client(LABOUR);
    let paths = [
        "/v1/lists/black?as_of=2026-02-30",
        "/v1/lists/black?as_of=yesterday",
        "/v1/lists/black?known_at=7",
        "/v1/lists/black?known_at=99-1",
        "/v1/lists/black?known_at=0-99999999999999999999",
        "/v1/lists/black?limit=0",
        "/v1/lists/black?limit=-1",
        "/v1/lists/black?limit=1000000",
        "/v1/lists/black?limit=x",
        "/v1/lists/black?cursor=x",
        "/v1/lists/black?cursor=%FF%FE",
        "/v1/lists/black?colour=red",
        "/v1/lists/black?kind=unpaid-wage",
        "/v1/obligations?overdue=perhaps",
        "/v1/list-changes?after=x",
        "/v1/list-changes?limit=0",
        "/v1/list-changes?after=0-99999999999999999999",
        "/v1/subjects/%FF%FE",
        "/v1/subjects/x?as_of=2026-5-1",
    ];
    for path in paths {
        let reply = client.get(path);
        assert!(matches!(reply.status, 400 | 404), "{path}: {reply:?}");
        problem(&reply, reply.status);
    }
    for path in ["/v1/subjects/%00", "/v1/subjects/nobody", &format!("/v1/subjects/{}", "x".repeat(4_000))] {
        problem(&client.get(path), 404);
    }
    server.stop();
}

#[test]
fn a_cursor_belongs_to_its_question_and_leads_nowhere_else() {
    let (_site, server) = started();
    let client = server.client(LABOUR);
    for (id, subject) in [("L-1", COMPANY), ("L-2", SHOP)] {
        assert_eq!(client.publish(&black("unpaid-wages", id, TODAY, "2029-05-11", subject)).status, 201);
    }
    let page = client.get("/v1/lists/black?limit=1").json();
    let cursor = page["next"].as_str().unwrap();
    let refused = |path: &str, name: &str| {
        let errors = problem(&client.get(&format!("{path}cursor={cursor}")), 400);
        assert_eq!(errors[0]["pointer"], name, "{path}");
    };
    refused("/v1/lists/red?", "cursor");
    refused("/v1/lists/black?kind=unpaid-wages&", "cursor");
    refused("/v1/measures?", "cursor");
    refused("/v1/lists/black?as_of=2026-05-10&", "as_of");
    refused("/v1/lists/black?known_at=2026-05-10&", "known_at");
    let rest = client.get(&format!("/v1/lists/black?limit=5&cursor={cursor}")).json();
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
    server.stop();
}

#[test]
fn no_change_of_a_few_bytes_of_an_event_brings_the_server_down() {
    let (_site, server) = started();
    let client = server.client(LABOUR);
    let seed = getrandom::u64().unwrap();
    println!("seed {seed}");
    let mut random = Random(seed);
    let record = format!("{LABOUR}/L-1");
    let whole = [
        penalty("P-1", TODAY, COMPANY).to_string(),
        black("unpaid-wages", "L-1", TODAY, "2029-05-11", COMPANY).to_string(),
        act("notice.issued", "N-1", TODAY, COMPANY, &record, json!({ "about": "exit", "channel": "x" })).to_string(),
    ];
    const WORDS: [&str; 12] =
        ["\"", "{", "}", "[", "]", ",", ":", "\\u0000", "1e999", "null", "-9223372036854775809", "\u{feff}"];
    for _ in 0..1_500 {
        let mut body = whole[random.below(3) as usize].clone().into_bytes();
        for _ in 0..1 + random.below(4) {
            let at = random.below(body.len() as u64) as usize;
            match random.below(4) {
                0 => body[at] = random.next() as u8,
                1 => drop(body.drain(at..(at + 1 + random.below(20) as usize).min(body.len()))),
                2 => body.truncate(at.max(1)),
                _ => drop(body.splice(at..at, WORDS[random.below(12) as usize].bytes())),
            }
            if body.is_empty() {
                body.push(b' ');
            }
        }
        let reply = client.send("/v1/events", "application/json", &body[..]);
        assert!(reply.status < 500, "{}: {reply:?}", String::from_utf8_lossy(&body));
    }
    server.stop();
}
