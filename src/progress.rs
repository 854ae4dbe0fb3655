//! Progress for people, on stderr: a bar on a terminal, elsewhere a plain line every few seconds.

use indicatif::{ProgressBar, ProgressStyle};
use std::{
    io::IsTerminal,
    time::{Duration, Instant},
};

/// How often a plain line is written.
const LINE_EVERY: Duration = Duration::from_secs(5);
/// Lines that say the same are not repeated more often than this.
const SAME_EVERY: Duration = Duration::from_secs(30);

/// What is going on, and how far it is.
pub struct Progress {
    title: String,
    /// What is counted, such as `行` or `events`.
    unit: &'static str,
    begun: Instant,
    bar: Option<ProgressBar>,
    last_line: Instant,
    said: Option<(String, Instant)>,
}

impl Progress {
    pub fn new(title: impl Into<String>, unit: &'static str) -> Progress {
        let title = title.into();
        let now = Instant::now();
        let bar = std::io::stderr().is_terminal().then(|| bar(&title));
        Progress { title, unit, begun: now, bar, last_line: now, said: None }
    }

    /// `done` of `total` in any measure, `counted` in the unit.
    pub fn set(&mut self, done: u64, total: u64, counted: u64) {
        let rate = rate(counted, self.begun.elapsed());
        match &self.bar {
            Some(bar) => {
                bar.set_length(total.max(done));
                bar.set_position(done);
                bar.set_message(format!("{counted} {} {rate}/s", self.unit));
            }
            None if self.last_line.elapsed() >= LINE_EVERY => {
                self.last_line = Instant::now();
                let elapsed = self.begun.elapsed();
                eprintln!("{}: {}", self.title, line(done, total, counted, self.unit, elapsed));
            }
            None => {}
        }
    }

    /// Says something once; again only after a while.
    pub fn say(&mut self, text: &str) {
        let repeated = self.said.as_ref().is_some_and(|(said, at)| said == text && at.elapsed() < SAME_EVERY);
        if repeated {
            return;
        }
        self.said = Some((text.to_owned(), Instant::now()));
        match &self.bar {
            Some(bar) => bar.suspend(|| eprintln!("{}: {text}", self.title)),
            None => eprintln!("{}: {text}", self.title),
        }
    }

    /// Takes the bar away and says how long it took.
    pub fn finish(self, counted: u64) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let elapsed = self.begun.elapsed();
        let (rate, seconds) = (rate(counted, elapsed), elapsed.as_secs_f64());
        eprintln!("{}: {counted} {}, {seconds:.1} s, {rate} {}/s", self.title, self.unit, self.unit);
    }
}

impl Drop for Progress {
    /// An error is not printed into a bar.
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(title: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix} [{bar:30}] {percent}% {msg} ETA {eta}");
    let style = style.expect("the template above is well-formed");
    ProgressBar::new(0).with_style(style).with_prefix(title.to_owned())
}

fn rate(counted: u64, elapsed: Duration) -> u64 {
    (counted as f64 / elapsed.as_secs_f64().max(0.001)) as u64
}

fn line(done: u64, total: u64, counted: u64, unit: &str, elapsed: Duration) -> String {
    let rate = rate(counted, elapsed);
    if done == 0 || total == 0 {
        return format!("{counted} {unit}, {rate}/s");
    }
    let share = (done as f64 / total as f64).min(1.0);
    let left = (elapsed.as_secs_f64() * (1.0 - share) / share).ceil() as u64;
    format!("{:.0}%, {counted} {unit}, {rate}/s, ETA {}:{:02}", share * 100.0, left / 60, left % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_how_fast_and_how_long_still() {
        let elapsed = Duration::from_secs(10);
        assert_eq!(line(25, 100, 2_000, "行", elapsed), "25%, 2000 行, 200/s, ETA 0:30");
        assert_eq!(line(0, 100, 0, "行", elapsed), "0 行, 0/s");
        assert_eq!(line(100, 100, 9, "行", elapsed), "100%, 9 行, 0/s, ETA 0:00");
    }
}
