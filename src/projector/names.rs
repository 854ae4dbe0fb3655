//! Search of organisations by a part of their name: a scan over all names in memory.
//!
//! A substring of a Chinese name has no words to index by, and an index of character pairs costs more rows than all other
//! views together, while scanning the names of a prefecture takes milliseconds.

/// Every name that a subject of the partition ever had.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// All names in lower case, each ended by a line feed, which no name contains.
    text: String,
    /// Where each name begins, and whose it is.
    starts: Vec<(usize, Box<str>)>,
}

impl Names {
    pub(super) fn add(&mut self, subject: &str, name: &str) {
        self.starts.push((self.text.len(), subject.into()));
        self.text.extend(name.chars().filter(|c| *c != '\n').flat_map(char::to_lowercase));
        self.text.push('\n');
    }

    pub(super) fn clear(&mut self) {
        *self = Names::default();
    }

    /// Up to `limit` different subjects with a name that contains `part`.
    pub(super) fn find(&self, part: &str, limit: usize) -> Vec<Box<str>> {
        let part: String = part.chars().filter(|c| *c != '\n').flat_map(char::to_lowercase).collect();
        let mut found: Vec<Box<str>> = Vec::new();
        if part.is_empty() {
            return found;
        }
        for (at, _) in self.text.match_indices(&part) {
            let owner = self.starts.partition_point(|(start, _)| *start <= at) - 1;
            let subject = &self.starts[owner].1;
            if !found.contains(subject) {
                found.push(subject.clone());
                if found.len() == limit {
                    break;
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_chinese_name_finds_every_subject_that_bore_it() {
        let mut names = Names::default();
        names.add("A", "伊宁市星河建筑有限公司");
        names.add("B", "霍城县星河食品厂");
        names.add("A", "伊宁市新星河建筑有限公司");
        names.add("C", "Star River 贸易");
        assert_eq!(names.find("星河", 10), ["A".into(), "B".into()] as [Box<str>; 2]);
        assert_eq!(names.find("star river", 10), ["C".into()] as [Box<str>; 1]);
        assert_eq!(names.find("公司\n霍城", 10), [] as [Box<str>; 0], "a match never spans two names");
        assert_eq!(names.find("星河", 1).len(), 1);
        assert_eq!(names.find("", 10).len(), 0);
    }
}
