//! What is to come of the events so far: publications, exits, notices and the like, each on its day.

use chengxin_projections::date::Date;
use std::{collections::VecDeque, fmt::Write};

/// How the ids of a type of event begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Series {
    License,
    Penalty,
    Designation,
    Publication,
    Revocation,
    Withdrawal,
    Repair,
    Exit,
    Notice,
    Objection,
    Correction,
    Application,
    JointAction,
    Answer,
    Subject,
}

impl Series {
    pub(super) const COUNT: usize = Series::Subject as usize + 1;

    fn prefix(self) -> &'static str {
        match self {
            Series::License => "XK",
            Series::Penalty => "CF",
            Series::Designation => "RD",
            Series::Publication => "GS",
            Series::Revocation => "DX",
            Series::Withdrawal => "CX",
            Series::Repair => "XF",
            Series::Exit => "TC",
            Series::Notice => "TZ",
            Series::Objection => "YY",
            Series::Correction => "GZ",
            Series::Application => "SQ",
            Series::JointAction => "LH",
            Series::Answer => "FK",
            Series::Subject => "ZT",
        }
    }
}

/// `CF-2025-000123` of a department; a few bytes, because many records wait for what comes next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Id {
    pub(super) department: u16,
    pub(super) series: Series,
    pub(super) year: i16,
    pub(super) number: u32,
}

impl Id {
    pub(super) fn text(self) -> String {
        let mut text = String::with_capacity(16);
        let _ = write!(text, "{}-{}-{:06}", self.series.prefix(), self.year, self.number);
        text
    }

    /// `ORG/ID`
    pub(super) fn name(self, org: &str) -> String {
        let mut text = String::with_capacity(40);
        let _ = write!(text, "{org}/{}-{}-{:06}", self.series.prefix(), self.year, self.number);
        text
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Publish,
    Withhold,
    RevokeLicense,
    WithdrawPenalty,
    RepairPenalty,
    /// The penalty leads to a black listing.
    Designate,
    /// The repair of an entry, which its exit then confirms.
    RepairEntry,
    ConfirmRepair,
    ExitEarly,
    ExitDeregistered,
    WithdrawEntry,
    /// The term ends: nobody publishes it, but a notice follows.
    Expire,
    NotifyExit,
    NotifyTakedown,
    /// (二十七) A dispute, from its filing to its end.
    FileObjection,
    AnswerObjection,
    ResolveUnfounded,
    Correct,
    ResolveCorrected,
    ResolveWithdrawn,
    /// (二十六) An application for repair and its decision.
    ApplyRepair,
    AcceptRepair,
    RefuseRepair,
    /// (二十二) Joint action, and what two implementers do.
    Initiate,
    AcceptMeasure,
    DeclineMeasure,
    ExecuteMeasure,
    ReportMeasure,
    /// (八)(二十三) Of the subject itself.
    LinkIdentifier,
    RequestAccess,
    DecideAccess,
    Deregister,
    /// Errors, made on purpose: a department that is not the authority; a repair that was barred; an end of what has
    /// ended; a record that nobody knows.
    ExitByAnother,
    RepairBarred,
    RevokeAgain,
    WithdrawPenaltyAgain,
    ExitAgain,
    PublishUnknown,
}

/// One thing to come.
#[derive(Debug, Clone, Copy)]
pub(super) struct FollowUp {
    pub(super) what: What,
    pub(super) record: Id,
    pub(super) subject: u32,
    /// The place of a designation's kind in the list of kinds.
    pub(super) kind: u8,
    /// The record's first day.
    pub(super) from: Date,
    /// The objection, the application or the request that it is about; otherwise the record itself.
    pub(super) about: Id,
}

impl FollowUp {
    pub(super) fn new(what: What, record: Id, subject: usize, kind: u8, from: Date) -> FollowUp {
        FollowUp { what, record, subject: subject as u32, kind, from, about: record }
    }
}

/// Follow-ups by day.
pub(super) struct Schedule {
    first: Date,
    days: Vec<Vec<FollowUp>>,
    due: VecDeque<FollowUp>,
}

impl Schedule {
    pub(super) fn new(first: Date, last: Date) -> Schedule {
        let days = (last.days() - first.days() + 1).max(0) as usize;
        Schedule { first, days: vec![Vec::new(); days], due: VecDeque::new() }
    }

    /// Puts it down for a day, or for Monday where departments rest. What lies behind the last day never comes.
    pub(super) fn put(&mut self, mut day: Date, follow_up: FollowUp) {
        while day.is_weekend() {
            day = day.next();
        }
        if let Some(slot) = usize::try_from(day.days() - self.first.days()).ok().and_then(|at| self.days.get_mut(at)) {
            slot.push(follow_up);
        }
    }

    /// Makes due what was put down for the day.
    pub(super) fn open(&mut self, day: Date) {
        if let Some(slot) = usize::try_from(day.days() - self.first.days()).ok().and_then(|at| self.days.get_mut(at)) {
            self.due.extend(std::mem::take(slot));
        }
    }

    pub(super) fn due(&self) -> usize {
        self.due.len()
    }

    pub(super) fn take(&mut self) -> Option<FollowUp> {
        self.due.pop_front()
    }
}
