//! Notices: whoever read of a record shall read in the same place that it is over, or that it never was. (二十一)(二十七), default
//! rules 4 and 9.

use crate::{
    date::Date,
    event::NoticeAbout,
    facts::{Deed, Known, Record},
    listing::Entry,
};

/// Where a notice is given: of an end on the channel of the original publication, of a takedown on every channel on which
/// the record was published. Empty where none is known.
pub fn channels(record: &Record, known: Known, about: NoticeAbout) -> Vec<&str> {
    let mut channels: Vec<&str> = Vec::new();
    for act in record.acts(known) {
        match &act.what {
            Deed::Published { channel } if !channels.contains(&&**channel) => channels.push(channel),
            _ => {}
        }
    }
    if channels.is_empty() {
        channels.extend(record.designation(known).and_then(|designation| designation.channel.as_deref()));
    }
    if about == NoticeAbout::Exit {
        channels.truncate(1);
    }
    channels
}

/// The day on which the end of an entry was told. What told of an end that it did not come to has told nothing.
pub fn exit_told(entry: &Entry, known: Known) -> Option<Date> {
    let told = entry.record.acts(known).filter(|act| {
        let is_notice = match act.what {
            Deed::Noticed { about: NoticeAbout::Exit, .. } => true,
            // An exit that gave way to an earlier end never came.
            Deed::Exited { notice: true, .. } => entry.ended_by.is_some_and(|end| end.stamp <= act.stamp),
            _ => false,
        };
        is_notice && act.effective >= entry.span.after()
    });
    told.map(|act| act.effective).min()
}

/// The day on which it had been told everywhere that a record was withdrawn.
pub fn takedown_told(record: &Record, known: Known) -> Option<Date> {
    let first = |on: Option<&str>| {
        let told = record.acts(known).filter(|act| match &act.what {
            Deed::Noticed { about, channel } => *about != NoticeAbout::Exit && on.is_none_or(|on| on == &**channel),
            _ => false,
        });
        told.map(|act| act.effective).min()
    };
    match channels(record, known, NoticeAbout::Takedown) {
        channels if channels.is_empty() => first(None),
        channels => {
            let days: Option<Vec<Date>> = channels.into_iter().map(|channel| first(Some(channel))).collect();
            days?.into_iter().max()
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{event::NoticeAbout, refusal::Code, testing::*};

    fn told(effective: &str, about: NoticeAbout) -> Step {
        notice("L-1", effective, about)
    }

    /// The seventh of the worked scenarios: it is off the list at 24:00 of its last day.
    #[test]
    fn the_end_of_a_term_is_told_from_the_day_after_its_last_on() {
        let ending = given([day("2026-02-02"), black("L-1", "2026-02-02").until("2026-10-02")]).on("2026-10-02");
        ending.clone().when(told("2026-10-02", NoticeAbout::Exit)).then_refused(Code::TooEarly);
        ending.when(day("2026-10-03")).when(told("2026-10-03", NoticeAbout::Exit)).then_duty(
            "notify-exit",
            "2026-10-03",
            ["notify-exit L-1 due 2026-10-10 done 2026-10-03"],
        );
    }

    #[test]
    fn a_notice_of_an_end_that_moved_has_told_nothing() {
        let ended = given([day("2026-05-11"), black("L-1", "2026-05-11").until("2026-05-20")]).on("2026-05-21");
        ended
            .when(told("2026-05-21", NoticeAbout::Exit))
            .when(correct("C-1", "L-1", "2026-05-21", serde_json::json!({ "until": "2026-06-01" })))
            .when(day("2026-06-02"))
            .then_duty("notify-exit", "2026-06-02", ["notify-exit L-1 due 2026-06-04 open"])
            .when(told("2026-06-02", NoticeAbout::Exit))
            .then_duty("notify-exit", "2026-06-02", ["notify-exit L-1 due 2026-06-04 done 2026-06-02"]);
    }

    #[test]
    fn an_exit_that_gave_way_to_an_earlier_one_took_its_notice_along() {
        given([day("2026-05-11"), black("L-1", "2026-05-11"), exit_with_notice("L-1", "2026-06-15").id("X-1")])
            .when(exit("L-1", "2026-06-01").id("X-2"))
            .when(day("2026-06-20"))
            .then_duty("notify-exit", "2026-06-20", ["notify-exit L-1 due 2026-06-04 overdue by 10"]);
    }

    #[test]
    fn a_withdrawal_is_told_on_every_channel_on_which_the_record_was_published() {
        let told = |on: &str| notice("P-1", "2026-05-12", NoticeAbout::Takedown).on_channel(on).id(on);
        given([
            day("2026-05-11"),
            penalty("P-1", "2026-05-11"),
            publish("P-1", "2026-05-11").on_channel("credit-portal").id("N-1"),
            publish("P-1", "2026-05-11").on_channel("newspaper").id("N-2"),
        ])
        .on("2026-05-12")
        .when(withdraw_penalty("P-1", "2026-05-12"))
        .when(told("credit-portal"))
        .then_duty("notify-takedown", "2026-05-12", ["notify-takedown P-1 due 2026-05-15 open"])
        .when(told("radio"))
        .then_refused(Code::WrongChannel)
        .then_told("credit-portal, newspaper")
        .when(told("newspaper"))
        .then_duty("notify-takedown", "2026-05-12", ["notify-takedown P-1 due 2026-05-15 done 2026-05-12"]);
    }
}
