//! The green channel (十一) as the window clerk reads it.

use super::{subject::Reading, words::BecauseWord};
use chengxin_projections::green::{self, Because};
use serde::Serialize;
use utoipa::ToSchema;

/// Whether the subject may take the green channel on the day. The department decides.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct GreenChannelView {
    pub eligible: bool,
    #[schema(value_type = BecauseWord)]
    pub because: Because,
    /// The reason in words.
    pub title: String,
    /// The red entries, or the records that stand against it.
    pub records: Vec<String>,
}

pub fn green_channel(reading: &Reading) -> GreenChannelView {
    let years = reading.policy.clean_years();
    let found = green::green_channel(reading.file, reading.known, reading.as_of, years);
    let title = match (found.because, years) {
        (Because::RedList, _) => "列入红名单，可走绿色通道".to_owned(),
        (Because::CleanYears, Some(years)) => format!("连续{years}年无不良信用记录，可走绿色通道"),
        (Because::BadRecord, Some(years)) => format!("近{years}年内有行政处罚或黑名单记录，不符合绿色通道条件"),
        (Because::NoTerms | Because::CleanYears | Because::BadRecord, _) => "该日没有生效的年限规定".to_owned(),
    };
    GreenChannelView {
        eligible: found.is_eligible(),
        because: found.because,
        title,
        records: found.records.iter().map(|record| record.id.to_string()).collect(),
    }
}

impl GreenChannelView {
    /// Of two organisations that are one: a red entry of either opens it, a bad record of either closes it.
    pub fn join(mut self, other: GreenChannelView) -> GreenChannelView {
        let rank = |view: &GreenChannelView| match view.because {
            Because::RedList => 0,
            Because::BadRecord => 1,
            Because::NoTerms => 2,
            Because::CleanYears => 3,
        };
        if rank(&self) == rank(&other) {
            self.records.extend(other.records);
            return self;
        }
        if rank(&self) < rank(&other) { self } else { other }
    }
}
