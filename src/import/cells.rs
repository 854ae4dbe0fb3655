//! The cells of one row, exactly as the file has them, in two allocations.

/// The cells of one row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cells {
    text: String,
    ends: Vec<u32>,
}

impl Cells {
    pub(super) fn with_capacity(bytes: usize, cells: usize) -> Cells {
        Cells { text: String::with_capacity(bytes), ends: Vec::with_capacity(cells) }
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The cell in that column; empty where the row is shorter.
    pub fn get(&self, column: usize) -> &str {
        let start = if column == 0 { 0 } else { self.ends.get(column - 1).copied().unwrap_or(0) as usize };
        match self.ends.get(column) {
            Some(end) => self.text.get(start..*end as usize).unwrap_or(""),
            None => "",
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        (0..self.len()).map(|column| self.get(column))
    }

    /// All text of the row, cell after cell without anything between.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn push_part(&mut self, part: &str) {
        self.text.push_str(part);
    }

    pub(super) fn end_cell(&mut self) {
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    pub(super) fn push(&mut self, cell: &str) {
        self.push_part(cell);
        self.end_cell();
    }

    pub(super) fn is_blank(&self) -> bool {
        super::text::trim(&self.text).is_empty()
    }

    /// Drops the empty cells beyond `columns`, which spreadsheets like to append.
    pub(super) fn drop_empty_beyond(&mut self, columns: usize) {
        while self.len() > columns && super::text::trim(self.get(self.len() - 1)).is_empty() {
            self.ends.pop();
            self.text.truncate(self.ends.last().map_or(0, |end| *end as usize));
        }
    }
}

impl<S: AsRef<str>> FromIterator<S> for Cells {
    fn from_iter<I: IntoIterator<Item = S>>(cells: I) -> Cells {
        let mut out = Cells::default();
        for cell in cells {
            out.push(cell.as_ref());
        }
        out
    }
}
