//! Flags: what an authority is told about its entry, and asked to decide. (二十一), default rules 5 and 7

use super::{subject::Reading, words::FlagWord};
use chengxin_projections::{
    date::Date,
    flag::{self, Flag, FlagKind},
};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FlagState {
    Standing,
    /// The authority decided to keep the entry.
    Confirmed,
    /// The entry, or what raised the flag, came to its end.
    Ended,
}

/// A flag on an entry.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FlagView {
    #[schema(value_type = FlagWord)]
    pub flag: FlagKind,
    /// The flag in words, and what is suggested.
    pub title: &'static str,
    /// The flagged entry, by `ORG/ID`.
    pub record: String,
    /// Who decides.
    pub authority: String,
    #[schema(value_type = String, format = Date)]
    pub since: Date,
    /// The day on which it ended; null while it stands.
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
    pub state: FlagState,
    /// What raised it, by `ORG/ID`: a penalty, a black entry; of a lost basis the last record that was withdrawn.
    pub cause: String,
    /// The organisation that published what raised it.
    pub reported_by: String,
}

/// The flags that had been raised by the day.
pub fn flags(reading: &Reading) -> Vec<FlagView> {
    let all = flag::flags(reading.file, &flag::all(reading.file), reading.known);
    all.iter().filter(|flag| flag.span.from <= reading.as_of).map(|flag| show(flag, reading.as_of)).collect()
}

fn show(flag: &Flag, as_of: Date) -> FlagView {
    let state = match (flag.span.contains(as_of), flag.is_confirmed) {
        (true, _) => FlagState::Standing,
        (false, true) => FlagState::Confirmed,
        (false, false) => FlagState::Ended,
    };
    FlagView {
        flag: flag.kind,
        title: title(flag.kind),
        record: flag.entry.id.to_string(),
        authority: flag.entry.authority().to_owned(),
        since: flag.span.from,
        until: (state != FlagState::Standing).then_some(flag.span.to),
        state,
        cause: flag.cause.id.to_string(),
        reported_by: flag.cause.authority().to_owned(),
    }
}

fn title(kind: FlagKind) -> &'static str {
    match kind {
        FlagKind::DishonestWhileRed => "红名单主体发生失信行为：建议停止激励措施，由认定部门决定",
        FlagKind::RedAndBlack => "同一主体同时列入红名单和黑名单：由红名单认定部门决定",
        FlagKind::RelapseInWatch => "重点监测期内再次发生失信行为",
        FlagKind::BasisLost => "认定依据已被撤销：措施暂停，由认定部门决定是否保留",
    }
}
