//! Free text on its way to the public: the names and numbers of persons whom the file knows, and what can only be the number
//! of a person or of a telephone, are masked in it. (一)(二十五)(二十七)

use super::{Persons, is_minor};
use crate::{
    prose::{CITIZENS, MIN_NAME, MOBILE, Spelling, map_numbers, replace_spellings},
    vault::PersonalFields,
};
use chengxin_projections::{date::Date, policy::Masking};

/// Masks texts of one subject.
pub struct Prose<'a> {
    masking: Option<&'a Masking>,
    /// The name of the organisation, which is public, also where a person's name is part of it.
    own_name: Option<&'a str>,
    /// What is known of persons, and what stands in its place; the longest first.
    known: Vec<(Spelling, String)>,
}

impl<'a> Prose<'a> {
    pub fn new(persons: &Persons, masking: Option<&'a Masking>, own_name: Option<&'a str>, as_of: Date) -> Prose<'a> {
        let mut prose = Prose { masking, own_name, known: Vec::new() };
        for fields in persons.all() {
            prose.learn(fields, as_of);
        }
        prose.known.sort_by_key(|(spelling, _)| std::cmp::Reverse(spelling.length()));
        prose.known.dedup();
        prose
    }

    fn learn(&mut self, fields: &PersonalFields, as_of: Date) {
        let minor = self.masking.is_some_and(|masking| is_minor(fields, masking, as_of));
        let field = |of_age: &'static str, of_minor: &'static str| if minor { of_minor } else { of_age };
        if let Some(name) = &fields.name {
            let masked = self.mask(field("person-name", "minor-name"), name);
            self.known.extend(Spelling::new(name, MIN_NAME).map(|name| (name, masked)));
        }
        if let Some(number) = &fields.document_number {
            let masked = self.mask(field("document-number", "minor-document-number"), number);
            self.known.extend(Spelling::new(number, 1).map(|number| (number, masked)));
        }
    }

    /// In running text also what nobody wants to see there disappears without a trace of how long it was.
    fn mask(&self, field: &str, value: &str) -> String {
        let fill = || self.masking.map_or("**", |masking| masking.fill()).to_owned();
        self.masking.and_then(|masking| masking.mask(field, value)).unwrap_or_else(fill)
    }

    /// A text that somebody wrote.
    pub fn text(&self, text: String) -> String {
        self.apart_from_own_name(&text, |part| self.numbers(self.persons(part)))
    }

    /// A number of a document or a certificate, which may happen to look like a citizen's.
    pub fn number(&self, text: String) -> String {
        self.apart_from_own_name(&text, |part| self.persons(part))
    }

    fn apart_from_own_name(&self, text: &str, mask: impl Fn(&str) -> String) -> String {
        match self.own_name.filter(|name| !name.is_empty()) {
            Some(name) => text.split(name).map(mask).collect::<Vec<String>>().join(name),
            None => mask(text),
        }
    }

    fn persons(&self, text: &str) -> String {
        replace_spellings(text, &self.known).unwrap_or_else(|| text.to_owned())
    }

    /// Masks what no file knows but everyone sees to be the number of a citizen or of a mobile telephone.
    fn numbers(&self, text: String) -> String {
        let masked = map_numbers(&text, &[CITIZENS, MOBILE], |number| {
            if number.is_citizens() {
                return Some(self.mask("document-number", number.digits));
            }
            (number.is_plain && is_mobile(number.digits)).then(|| self.mask("phone", number.digits))
        });
        masked.unwrap_or(text)
    }
}

fn is_mobile(run: &str) -> bool {
    run.len() == MOBILE && run.starts_with('1') && run[1..].starts_with(|second| ('3'..='9').contains(&second))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chengxin_projections::policy::{Policy, PolicyHistory, shipped_policy};

    fn policy() -> Policy {
        let mut history = PolicyHistory::default();
        for part in shipped_policy() {
            history.publish(&part.part, part.version, part.effective, &part.content.0, None).unwrap();
        }
        history.at("2026-06-01".parse().unwrap())
    }

    fn known(name: &str, number: Option<&str>) -> PersonalFields {
        PersonalFields {
            name: Some(name.into()),
            document_kind: number.map(|_| "身份证".into()),
            document_number: number.map(str::to_owned),
        }
    }

    fn masked(persons: &[PersonalFields], own_name: Option<&str>, text: &str) -> String {
        let (policy, mut all) = (policy(), Persons::default());
        for (index, fields) in persons.iter().enumerate() {
            all.insert(index.to_string(), fields.clone());
        }
        let day = "2026-06-01".parse().unwrap();
        Prose::new(&all, policy.masking(), own_name, day).text(text.to_owned())
    }

    #[test]
    fn a_known_persons_name_and_number_are_masked_wherever_they_stand() {
        let who = [known("司马演", Some("44052418800101001X"))];
        let text = "司马演（证件44052418800101001x）与司马演二人";
        assert_eq!(masked(&who, None, text), "司马**（证件440**1X）与司马**二人");
    }

    #[test]
    fn of_a_minor_nothing_stays_of_the_name_or_the_number() {
        let who = [known("云示小", Some("654002201001010023"))];
        assert_eq!(masked(&who, None, "云示小，654002201001010023。"), "**，**。");
    }

    #[test]
    fn the_organisations_own_name_stays_also_where_it_has_a_persons_name_in_it() {
        let who = [known("云示安", None)];
        let text = "云示安小吃店由云示安经营";
        assert_eq!(masked(&who, Some("云示安小吃店"), text), "云示安小吃店由云**经营");
    }

    #[test]
    fn what_can_only_be_a_citizens_or_a_telephones_number_is_masked_though_nobody_is_known() {
        let text = "证11010519491231002X，电话１３９１２３４５６７８，编号914403001922038216，13912345678901，2026年";
        let expected = "证110**2X，电话139**78，编号914403001922038216，13912345678901，2026年";
        assert_eq!(masked(&[], None, text), expected);
    }

    #[test]
    fn without_a_masking_policy_nothing_of_a_person_stays() {
        let mut all = Persons::default();
        all.insert("1".into(), known("司马演", None));
        let prose = Prose::new(&all, None, None, "2026-06-01".parse().unwrap());
        assert_eq!(prose.text("司马演，13912345678".to_owned()), "**，**");
    }
}
