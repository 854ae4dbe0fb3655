//! A list that many owners share and one of them goes on writing: a file is copied for each batch that touches it, and
//! a subject with fifty thousand records must not cost more than one with fifty.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{ops::Index, sync::Arc};

/// Items that are copied together when one of them is changed while another owner holds them.
const BOARD: usize = 64;
/// Boards that stand together once there are so many.
const CASE: usize = 64;

type Board<T> = Arc<Vec<T>>;

/// Items in the order in which they were pushed. A clone shares all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelf<T> {
    /// All of them full: of a long list a clone copies these, and only the last few boards.
    cases: Vec<Arc<Vec<Board<T>>>>,
    boards: Vec<Board<T>>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Shelf { cases: Vec::new(), boards: Vec::new() }
    }
}

impl<T: Clone> Shelf<T> {
    pub fn len(&self) -> usize {
        self.in_cases() + self.boards.last().map_or(0, |last| (self.boards.len() - 1) * BOARD + last.len())
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn in_cases(&self) -> usize {
        self.cases.len() * CASE * BOARD
    }

    pub fn get(&self, index: usize) -> Option<&T> {
        let board = match index.checked_sub(self.in_cases()) {
            Some(behind) => self.boards.get(behind / BOARD)?,
            None => self.cases.get(index / (CASE * BOARD))?.get(index / BOARD % CASE)?,
        };
        board.get(index % BOARD)
    }

    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        let board = match index.checked_sub(self.in_cases()) {
            Some(behind) => self.boards.get_mut(behind / BOARD)?,
            None => Arc::make_mut(self.cases.get_mut(index / (CASE * BOARD))?).get_mut(index / BOARD % CASE)?,
        };
        Arc::make_mut(board).get_mut(index % BOARD)
    }

    pub fn last(&self) -> Option<&T> {
        self.get(self.len().checked_sub(1)?)
    }

    pub fn push(&mut self, item: T) {
        if let Some(last) = self.boards.last_mut().filter(|last| last.len() < BOARD) {
            return Arc::make_mut(last).push(item);
        }
        if self.boards.len() == CASE {
            self.cases.push(Arc::new(std::mem::take(&mut self.boards)));
        }
        self.boards.push(Arc::new(vec![item]));
    }

    fn boards(&self) -> impl DoubleEndedIterator<Item = &Board<T>> + Clone {
        self.cases.iter().flat_map(|case| case.iter()).chain(&self.boards)
    }

    /// In order; from `index` on with `.from(index)`.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + Clone {
        self.boards().flat_map(|board| board.iter())
    }

    /// The items from an index on.
    pub fn from(&self, index: usize) -> impl Iterator<Item = &T> {
        (index..self.len()).map(|index| &self[index])
    }
}

impl<T: Clone> Index<usize> for Shelf<T> {
    type Output = T;

    fn index(&self, index: usize) -> &T {
        self.get(index).expect("an index is less than the length")
    }
}

impl<T: Clone> FromIterator<T> for Shelf<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Shelf<T> {
        let mut shelf = Shelf::default();
        items.into_iter().for_each(|item| shelf.push(item));
        shelf
    }
}

impl<T: Clone + Serialize> Serialize for Shelf<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeSeq;
        let mut sequence = serializer.serialize_seq(Some(self.len()))?;
        self.iter().try_for_each(|item| sequence.serialize_element(item))?;
        sequence.end()
    }
}

impl<'de, T: Clone + Deserialize<'de>> Deserialize<'de> for Shelf<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Shelf<T>, D::Error> {
        struct Items<T>(std::marker::PhantomData<T>);
        impl<'de, T: Clone + Deserialize<'de>> serde::de::Visitor<'de> for Items<T> {
            type Value = Shelf<T>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a sequence")
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut items: A) -> Result<Shelf<T>, A::Error> {
                let mut shelf = Shelf::default();
                while let Some(item) = items.next_element()? {
                    shelf.push(item);
                }
                Ok(shelf)
            }
        }
        deserializer.deserialize_seq(Items(std::marker::PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shelf_keeps_its_items_in_order_and_a_clone_keeps_what_it_had() {
        for length in [0, 1, BOARD, 1_000, CASE * BOARD, 10_000] {
            let mut shelf: Shelf<usize> = (0..length).collect();
            let before = shelf.clone();
            shelf.push(length);
            for changed in [length / 2, length] {
                *shelf.get_mut(changed).unwrap() = 7;
                assert_eq!((shelf.len(), shelf[changed]), (length + 1, 7));
            }
            assert!(before.iter().copied().eq(0..length));
            assert!(before.iter().rev().copied().eq((0..length).rev()));
            assert!(before.from(length / 3).copied().eq(length / 3..length));
            assert_eq!((before.last().copied(), before.get(length)), (length.checked_sub(1), None));
        }
        let shelf: Shelf<usize> = (0..10_000).collect();
        let stored = serde_json::to_string(&shelf).unwrap();
        assert_eq!(serde_json::from_str::<Shelf<usize>>(&stored).unwrap(), shelf);
    }
}
