//! Where records are published, and on which grounds a publication is withheld (二十五).

use super::check::{Check, PolicyError, values};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A ground to withhold a publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithholdingGround {
    /// As the event states it, such as 国家秘密.
    #[serde(default)]
    pub code: String,
    /// Other spellings that mean the same.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Whether the event must cite the provision.
    pub needs_citation: bool,
    #[serde(default)]
    pub basis: Vec<String>,
}

/// A usual channel of publication; events may name others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    #[serde(default)]
    pub code: String,
    #[serde(default)]
    pub title: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Publication {
    grounds: Vec<WithholdingGround>,
    channels: Vec<Channel>,
}

impl Publication {
    pub(super) fn parse(content: &Value) -> Result<Publication, Vec<PolicyError>> {
        let mut check = Check::new(content, &["grounds", "channels"]);
        let grounds: Vec<(String, WithholdingGround)> = check.list("grounds");
        for (at, ground) in &grounds {
            check.filled(at, "code", &ground.code);
            check.names(at, "aliases", &ground.aliases, false);
            check.names(at, "basis", &ground.basis, true);
        }
        let spellings = |(at, ground): &(String, WithholdingGround)| {
            let at = at.clone();
            let all: Vec<_> = std::iter::once(&ground.code).chain(&ground.aliases).cloned().collect();
            all.into_iter().map(move |spelling| (at.clone(), spelling))
        };
        check.once("code", grounds.iter().flat_map(spellings));
        let channels: Vec<(String, Channel)> = check.list("channels");
        for (at, channel) in &channels {
            check.filled(at, "code", &channel.code);
            check.filled(at, "title", &channel.title);
        }
        check.once("code", channels.iter().map(|(at, channel)| (at.clone(), &channel.code)));
        let (grounds, channels) = (values(grounds), values(channels));
        check.end(Publication { grounds, channels })
    }

    pub fn ground(&self, code: &str) -> Option<&WithholdingGround> {
        self.grounds.iter().find(|ground| ground.code == code || ground.aliases.iter().any(|alias| alias == code))
    }

    pub fn channels(&self) -> &[Channel] {
        &self.channels
    }
}
