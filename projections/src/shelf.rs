//! A list that many owners share and one of them goes on writing: a file is copied for each batch that touches it, and
//! a subject with fifty thousand records must not cost more than one with fifty.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{ops::Index, sync::Arc};

/// Items that are copied together when one of them is changed while another owner holds them.
const BOARD: usize = 64;

/// Items in the order in which they were pushed. A clone shares all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelf<T>(Vec<Arc<Vec<T>>>);

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Shelf(Vec::new())
    }
}

impl<T: Clone> Shelf<T> {
    pub fn len(&self) -> usize {
        self.0.last().map_or(0, |last| (self.0.len() - 1) * BOARD + last.len())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn get(&self, index: usize) -> Option<&T> {
        self.0.get(index / BOARD)?.get(index % BOARD)
    }

    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        Arc::make_mut(self.0.get_mut(index / BOARD)?).get_mut(index % BOARD)
    }

    pub fn last(&self) -> Option<&T> {
        self.0.last()?.last()
    }

    pub fn push(&mut self, item: T) {
        match self.0.last_mut().filter(|last| last.len() < BOARD) {
            Some(last) => Arc::make_mut(last).push(item),
            None => self.0.push(Arc::new(vec![item])),
        }
    }

    /// In order; from `index` on with `.from(index)`.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + Clone {
        self.0.iter().flat_map(|board| board.iter())
    }

    /// The items from an index on.
    pub fn from(&self, index: usize) -> impl Iterator<Item = &T> {
        self.0.iter().skip(index / BOARD).flat_map(|board| board.iter()).skip(index % BOARD)
    }
}

impl<T: Clone> Index<usize> for Shelf<T> {
    type Output = T;

    fn index(&self, index: usize) -> &T {
        &self.0[index / BOARD][index % BOARD]
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
        let mut shelf: Shelf<usize> = (0..1_000).collect();
        let before = shelf.clone();
        *shelf.get_mut(500).unwrap() = 7;
        shelf.push(1_000);
        assert_eq!((shelf.len(), shelf[500], shelf[1_000]), (1_001, 7, 1_000));
        assert!(before.iter().copied().eq(0..1_000));
        assert!(before.from(130).copied().eq(130..1_000));
        assert_eq!((before.last(), before.get(1_000)), (Some(&999), None));
        let stored = serde_json::to_string(&shelf).unwrap();
        assert_eq!(serde_json::from_str::<Shelf<usize>>(&stored).unwrap(), shelf);
    }
}
