//! The part of the generator that changes the policy while things happen (default rule 13).

use crate::generator::Generator;
use chengxin_projections::{
    date::Date,
    event::Event,
    testing::{self, LABOUR, MARKET, Step, TAX},
};
use serde_json::{Value, json};

/// Each part with its weight.
const PARTS: [(i32, &str); 7] = [
    (3, "calendar-2027"),
    (3, "calendar-2026"),
    (3, "terms"),
    (3, "list-kinds"),
    (2, "severity"),
    (2, "catalogue"),
    (4, "departments"),
];

/// Measures of the kinds that histories use, and one that they seldom carry.
const RESTRICTIONS: [&str; 4] = ["R-KEY-SUPERVISION", "R-NO-AWARDS", "R-CREDIT-RECORD", "R-MARKET-BAN"];
const INCENTIVES: [&str; 2] = ["I-GREEN-CHANNEL", "I-ASSOCIATION-HONOUR"];

impl Generator {
    /// Next year's calendar, an amendment of this year's, or other rules from some day on; seldom from a day that is over.
    pub fn policy(&mut self) -> Event {
        let part = self.random.weighted(&PARTS);
        let shipped = u32::from(part != "calendar-2027");
        let mut version = shipped + 1 + self.policies.iter().filter(|published| *published == part).count() as u32;
        if self.random.once_in(15) {
            version += 1;
        }
        let content = match part {
            "terms" => self.terms(),
            "list-kinds" => self.list_kinds(),
            "severity" => self.severity(),
            "catalogue" => self.catalogue(),
            "departments" => self.departments(),
            calendar => self.calendar(calendar),
        };
        let days = match self.random.between(1, 12) {
            1 => self.random.between(-3, 0),
            2..=7 => 0,
            _ => self.random.between(0, 40),
        };
        let effective = self.today.plus_days(days).to_string();
        let id = self.id();
        let Step::Event(mut event) = testing::policy(part, version, &effective, content).id(&id) else {
            unreachable!("it is an event")
        };
        event.office = !self.random.once_in(20);
        *event
    }

    fn terms(&mut self) -> Value {
        let mut content = testing::shipped("terms");
        for deadline in content["deadlines"].as_array_mut().expect("terms have deadlines") {
            if self.random.once_in(3) {
                deadline["working_days"] = self.random.between(1, 15).into();
            }
        }
        content["clean_years"] = self.random.between(1, 4).into();
        content["effective_ahead_days"] = self.random.pick(&[0, 30, 90, 90]).into();
        content
    }

    fn calendar(&mut self, part: &str) -> Value {
        let mut content = testing::shipped("calendar-2026");
        let year: i32 = part[9..].parse().expect("it is a year");
        let day = |month, day| Date::from_ymd(year, month, day).expect("it is a day").to_string();
        content["year"] = year.into();
        let month = self.random.between(1, 12) as u32;
        let off: Vec<String> = (1..=self.random.between(1, 9)).map(|number| day(month, number as u32)).collect();
        content["off"] = off.into();
        content["worked"] = Vec::<String>::new().into();
        content
    }

    /// Other terms, measures and authorities.
    fn list_kinds(&mut self) -> Value {
        let mut content = testing::shipped("list-kinds");
        for kind in content["kinds"].as_array_mut().expect("it has kinds") {
            if self.random.once_in(2) {
                continue;
            }
            let months = self.random.between(1, 36);
            kind["months"] = months.into();
            let longest = self.random.once_in(2).then(|| months + self.random.between(0, 12));
            kind["max_months"] = longest.into();
            let black = kind["list"] == "black";
            if black {
                kind["watch_months"] = self.random.between(1, 6).into();
            }
            let mut measures: Vec<&str> = if black { RESTRICTIONS.to_vec() } else { INCENTIVES.to_vec() };
            measures.retain(|_| !self.random.once_in(3));
            kind["measures"] = json!(measures);
            kind["authorities"] = self.random.pick(&[&["*"][..], &["*"], &["human-resources", "tax"]]).into();
        }
        content
    }

    fn severity(&mut self) -> Value {
        let mut content = testing::shipped("severity");
        for class in content["classes"].as_array_mut().expect("it has classes") {
            let least = self.random.between(0, 4);
            class["min_months"] = least.into();
            class["max_months"] = (least + self.random.between(0, 8)).into();
        }
        content["otherwise"] = self.random.pick(&["minor", "ordinary", "serious"]).into();
        content
    }

    /// Other persons on whom measures land, and other departments that carry them out.
    fn catalogue(&mut self) -> Value {
        let mut content = testing::shipped("catalogue");
        for item in content["items"].as_array_mut().expect("it has items") {
            if self.random.once_in(2) {
                let roles: [&[&str]; 4] = [&[], &["*"], &["法定代表人"], &["会计", "股东"]];
                item["persons"] = self.random.pick(&roles).into();
            }
            if self.random.once_in(3) {
                item["subjects"] = self.random.pick(&[None, Some("person"), Some("organisation")]).into();
            }
            if self.random.once_in(3) {
                item["implementers"] = self.random.pick(&[&["tax"][..], &["market-supervision", "tax"]]).into();
            }
        }
        content
    }

    /// A register, in which not every department is everything.
    fn departments(&mut self) -> Value {
        let mut content = testing::shipped("departments");
        content["register"] = json!([
            { "org": LABOUR, "name": "人社局", "kinds": ["human-resources"] },
            { "org": MARKET, "name": "市场监管局", "kinds": ["market-supervision"] },
            { "org": TAX, "name": "税务局", "kinds": ["tax"] },
        ]);
        content["unregistered"] = self.random.pick(&["any", "none", "none"]).into();
        content["registrars"] = self.random.pick(&[&["*"][..], &["market-supervision"], &["tax"]]).into();
        content
    }
}
