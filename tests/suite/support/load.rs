//! Departments that publish as fast as they are answered, and remember what they were told.

use std::{
    collections::VecDeque,
    sync::atomic::{AtomicUsize, Ordering},
};

use std::time::Duration;

use chengxin_projections::date::Date;
use serde_json::{Value, json};

use super::client::{Client, Reply};
use super::events::{act, black, exit, penalty, red};
use super::server::{LABOUR, MARKET, Server, TAX};

/// Few enough that their histories are long.
const SUBJECTS: u64 = 12;
const KINDS: [&str; 3] = ["unpaid-wages", "tax-violation", "market-violation"];
/// Longest stream of lines in one request.
const LINES: u64 = 40;

/// A generator of numbers that a seed repeats (SplitMix64).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to one less than `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

/// An event and the answer to it.
#[derive(Debug)]
pub struct Acknowledged {
    pub record: String,
    pub effect: String,
    pub position: String,
    /// It was sent more than once, because an answer had not come.
    pub was_repeated: bool,
}

pub struct Publisher {
    number: u64,
    random: Random,
    count: u64,
    /// Its entries so far: (subject, `ID`), for exits and withdrawals.
    entries: Vec<(String, String)>,
    unanswered: VecDeque<Value>,
    pub acknowledged: Vec<Acknowledged>,
}

impl Publisher {
    pub fn new(number: u64, seed: u64) -> Publisher {
        Publisher {
            number,
            random: Random(seed),
            count: 0,
            entries: Vec::new(),
            unanswered: VecDeque::new(),
            acknowledged: Vec::new(),
        }
    }

    fn org(&self) -> &'static str {
        [LABOUR, MARKET, TAX][self.number as usize % 3]
    }

    /// The organisation codes of the subjects.
    pub fn subjects() -> impl Iterator<Item = String> {
        (0..SUBJECTS).map(organisation_code)
    }

    pub fn clients(&self, server: &Server) -> Client {
        server.client(self.org())
    }

    /// Publishes one by one and as streams until the server does not answer any more. What was not answered before comes
    /// first, once more.
    pub fn publish_until_it_fails(&mut self, client: &Client, today: Date, answered: &AtomicUsize) {
        loop {
            let repeated = self.unanswered.len();
            let lines = 1 + self.random.below(LINES) as usize;
            let single = repeated == 0 && self.random.below(2) == 0;
            while self.unanswered.len() < if single { 1 } else { lines } {
                let event = self.event(today);
                self.unanswered.push_back(event);
            }
            let sent = if single { self.send_one(client) } else { self.send_stream(client) };
            let Some(outcomes) = sent else { return };
            let before = self.acknowledged.len();
            self.take(&outcomes, repeated);
            let acknowledged = self.acknowledged.len() - before;
            answered.fetch_add(acknowledged, Ordering::SeqCst);
            if acknowledged == 0 {
                std::thread::park_timeout(Duration::from_millis(5)); // not ready yet
            }
        }
    }

    /// Once the server is there again: nothing is left without an answer.
    pub fn repeat_unanswered(&mut self, server: &Server) {
        let repeated = self.unanswered.len();
        if repeated > 0 {
            let outcomes = self.send_stream(&self.clients(server)).expect("the server answers");
            self.take(&outcomes, repeated);
        }
        assert!(self.unanswered.is_empty());
    }

    fn send_one(&mut self, client: &Client) -> Option<Vec<Value>> {
        let body = self.unanswered[0].to_string();
        // Not ready yet: the event is sent again, until it is answered or the server is gone.
        loop {
            let reply = client.try_send("/v1/events", "application/json", body.as_bytes()).ok()?;
            if reply.status != 503 {
                return Some(vec![reply.json()]);
            }
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }

    fn send_stream(&self, client: &Client) -> Option<Vec<Value>> {
        let body: String = self.unanswered.iter().map(|event| format!("{event}\n")).collect();
        let reply = client.try_send("/v1/events", "application/x-ndjson", body.as_bytes()).ok()?;
        assert_eq!(reply.status, 200, "{reply:?}");
        Some(whole_lines(&reply))
    }

    /// The first so many of what was under way were answered so; the first `repeated` had been sent before.
    fn take(&mut self, outcomes: &[Value], repeated: usize) {
        for (n, outcome) in outcomes.iter().enumerate() {
            let effect = outcome["effect"].as_str().unwrap_or_else(|| panic!("{outcome}")).to_owned();
            if effect == "unavailable" {
                // Lines behind it may have been taken; all of them are sent again.
                return;
            }
            let event = self.unanswered.pop_front().expect("an answer for each event");
            let record = format!("{}/{}", self.org(), event["id"].as_str().expect("an id"));
            assert_eq!(outcome["record"], record.as_str(), "answers come in the order of the events: {outcome}");
            let position = outcome["position"].as_str().expect("a position").to_owned();
            self.acknowledged.push(Acknowledged { record, effect, position, was_repeated: n < repeated });
        }
    }

    fn event(&mut self, today: Date) -> Value {
        self.count += 1;
        let id = format!("E-{}-{}", self.number, self.count);
        let subject = organisation_code(self.random.below(SUBJECTS));
        let from = today.plus_days(self.random.below(30) as i32 - 20);
        let until = from.plus_days(self.random.below(60) as i32).to_string();
        let from = from.to_string();
        let entry = match self.entries.len() as u64 {
            0 => None,
            entries => Some(self.entries[self.random.below(entries) as usize].clone()),
        };
        let mut event = match (self.random.below(8), entry) {
            (0..=2, _) | (_, None) => {
                self.entries.push((subject.clone(), id.clone()));
                let kind = KINDS[self.random.below(3) as usize];
                let mut event = black(kind, &id, &from, &until, &subject);
                event["data"]["watch_months"] = json!(self.random.below(2));
                event
            }
            (3, _) => red(&id, &from, 1 + self.random.below(2) as u32, &subject),
            (4, _) => penalty(&id, &from, &subject),
            (5, Some((subject, of))) => {
                let record = format!("{}/{of}", self.org());
                act("designation.withdrawn", &id, &today.to_string(), &subject, &record, json!({ "reason": "错误" }))
            }
            (_, Some((subject, of))) => {
                exit(&id, &today.to_string(), &subject, &format!("{}/{of}", self.org()), "early")
            }
        };
        // Names change all the time, also within one batch.
        event["subject"]["name"] = json!(format!("伊宁市星河第{}有限公司", self.random.below(50)));
        event
    }
}

/// The last line of a reply that was cut off may not be whole; it was not answered then.
fn whole_lines(reply: &Reply) -> Vec<Value> {
    reply.body.lines().map_while(|line| serde_json::from_str(line).ok()).collect()
}

/// A made-up organisation code with its check character (GB 11714).
fn organisation_code(number: u64) -> String {
    let digits = format!("{:08}", 70_000_000 + number);
    let weights = [3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = digits.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let check = match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from(b'0' + digit as u8),
    };
    format!("{digits}{check}")
}
