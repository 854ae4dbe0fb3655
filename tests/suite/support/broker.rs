//! The Kafka broker of the tests.

use std::net::TcpStream;
use std::time::Duration;

use chengxin::log::kafka::KafkaConfig;
use futures::executor::block_on;
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;

const LIMIT: Duration = Duration::from_secs(10);

/// The address of the broker, or one line that says how to start it.
pub fn address() -> String {
    let address = std::env::var("CHENGXIN_TEST_KAFKA").unwrap_or_else(|_| "127.0.0.1:19092".into());
    if TcpStream::connect(&address).is_err() {
        panic!("no broker at {address}: run `make kafka-up`");
    }
    address
}

/// Topics and groups of one test, apart from those of every other; the topics go when the test ends.
pub struct Namespace {
    pub prefix: String,
    address: String,
}

impl Namespace {
    pub fn new() -> Namespace {
        Namespace { prefix: format!("test-{:016x}.", getrandom::u64().unwrap()), address: address() }
    }

    pub fn config(&self, partitions: u16) -> KafkaConfig {
        config(&self.prefix, partitions)
    }

    pub fn client(&self) -> ClientConfig {
        let mut client = ClientConfig::new();
        client.set("bootstrap.servers", &self.address);
        client
    }

    /// A topic that somebody else makes.
    pub fn make_topic(&self, name: &str) {
        let admin: AdminClient<DefaultClientContext> = self.client().create().unwrap();
        let topic = NewTopic::new(name, 2, TopicReplication::Fixed(1));
        for made in block_on(admin.create_topics([&topic], &AdminOptions::new())).unwrap() {
            made.unwrap();
        }
    }
}

pub fn config(prefix: &str, partitions: u16) -> KafkaConfig {
    let mut config = KafkaConfig::new(address(), partitions);
    config.application = format!("{prefix}chengxin");
    config.topic_prefix = prefix.to_owned();
    config
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let admin: AdminClient<DefaultClientContext> = self.client().create().unwrap();
        let Ok(metadata) = admin.inner().fetch_metadata(None, LIMIT) else { return };
        let names = metadata.topics().iter().map(|t| t.name()).filter(|n| n.starts_with(&self.prefix));
        let names: Vec<_> = names.collect();
        let _ = block_on(admin.delete_topics(&names, &AdminOptions::new().operation_timeout(Some(LIMIT))));
    }
}
