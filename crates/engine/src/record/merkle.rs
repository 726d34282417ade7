//! The Merkle tree over the heads of all streams, as RFC 6962 builds it: leaves and nodes are hashed
//! apart, and a lone node is carried up as it is, so no two lists of leaves share a root.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::text::Digest;

/// What is hashed before a leaf.
const LEAF: [u8; 1] = [0];
/// What is hashed before the two sides of a node.
const NODE: [u8; 1] = [1];

/// The hash of a leaf that holds these bytes.
pub(super) fn leaf(content: &[u8]) -> Digest {
    Digest(Sha256::new().chain_update(LEAF).chain_update(content).finalize().into())
}

fn node(left: Digest, right: Digest) -> Digest {
    Digest(
        Sha256::new()
            .chain_update(NODE)
            .chain_update(left.0)
            .chain_update(right.0)
            .finalize()
            .into(),
    )
}

/// A tree that grows by its leaves, in order. It holds one hash for each full subtree: as many as
/// the number of leaves has binary digits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    /// Full subtrees from left to right, each with the power of two of its leaves.
    full: Vec<(u32, Digest)>,
    leaves: u64,
}

impl Tree {
    /// Puts the hash of the next leaf at its right end.
    pub fn push(&mut self, leaf: Digest) {
        self.leaves += 1;
        let (mut power, mut hash) = (0, leaf);
        while let Some((_, left)) = self.full.pop_if(|it| it.0 == power) {
            hash = node(left, hash);
            power += 1;
        }
        self.full.push((power, hash));
    }

    /// How many leaves it has.
    #[must_use]
    pub fn leaves(&self) -> u64 {
        self.leaves
    }

    /// The hash of it all; of nothing where it has no leaf.
    #[must_use]
    pub fn root(&self) -> Digest {
        let mut subtrees = self.full.iter().rev().map(|(_, hash)| *hash);
        let Some(last) = subtrees.next() else { return Digest::of(b"") };
        subtrees.fold(last, |right, left| node(left, right))
    }
}

/// A step from a leaf up to the root: what stands beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// This to its left.
    Left(Digest),
    /// This to its right.
    Right(Digest),
}

/// The root that a leaf and the steps above it give.
#[must_use]
pub fn climb(leaf: Digest, steps: &[Step]) -> Digest {
    steps.iter().fold(leaf, |hash, step| match step {
        Step::Left(left) => node(*left, hash),
        Step::Right(right) => node(hash, *right),
    })
}

/// A tree that keeps the steps from some of its leaves to the root.
#[derive(Debug, Default)]
pub struct Prover {
    /// Full subtrees, each with those of the leaves that are in it.
    full: Vec<(u32, Digest, Vec<usize>)>,
    paths: Vec<Vec<Step>>,
}

impl Prover {
    /// Puts the hash of the next leaf at its right end; the steps above it are kept where `kept`
    /// says so.
    pub fn push(&mut self, leaf: Digest, kept: bool) {
        let mut members = vec![];
        if kept {
            members.push(self.paths.len());
            self.paths.push(vec![]);
        }
        let (mut power, mut hash) = (0, leaf);
        while let Some((_, left, lefts)) = self.full.pop_if(|it| it.0 == power) {
            (hash, members) = self.join((left, lefts), (hash, members));
            power += 1;
        }
        self.full.push((power, hash, members));
    }

    fn join(
        &mut self,
        (left, mut lefts): (Digest, Vec<usize>),
        (right, rights): (Digest, Vec<usize>),
    ) -> (Digest, Vec<usize>) {
        for (members, step) in [(&lefts, Step::Right(right)), (&rights, Step::Left(left))] {
            for it in members {
                if let Some(path) = self.paths.get_mut(*it) {
                    path.push(step);
                }
            }
        }
        lefts.extend(rights);
        (node(left, right), lefts)
    }

    /// The root, and the steps above each kept leaf in the order in which they were put in.
    #[must_use]
    pub fn prove(mut self) -> (Digest, Vec<Vec<Step>>) {
        let mut whole = None;
        while let Some((_, hash, members)) = self.full.pop() {
            whole = Some(match whole {
                None => (hash, members),
                Some(right) => self.join((hash, members), right),
            });
        }
        let root = whole.map_or_else(|| Digest::of(b""), |(hash, _)| hash);
        (root, self.paths)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As RFC 6962 defines it: split at the largest power of two below the number of leaves.
    fn defined(leaves: &[Digest]) -> Digest {
        match leaves {
            [] => Digest::of(b""),
            [one] => *one,
            more => {
                let mut at = 1;
                while at * 2 < more.len() {
                    at *= 2;
                }
                node(defined(&more[..at]), defined(&more[at..]))
            }
        }
    }

    #[test]
    fn a_tree_that_grows_has_the_root_of_its_definition() {
        let mut leaves = vec![];
        let mut tree = Tree::default();
        for n in 0..70_u32 {
            assert_eq!(tree.root(), defined(&leaves), "{n}");
            assert_eq!(tree.leaves(), u64::from(n));
            let next = leaf(&n.to_be_bytes());
            leaves.push(next);
            tree.push(next);
        }
    }

    #[test]
    fn the_steps_above_a_leaf_lead_to_the_root_and_those_of_another_do_not() {
        for n in 1..40_u32 {
            let leaves: Vec<Digest> = (0..n).map(|it| leaf(&it.to_be_bytes())).collect();
            let mut prover = Prover::default();
            let mut tree = Tree::default();
            for (at, it) in leaves.iter().enumerate() {
                prover.push(*it, at % 3 == 0);
                tree.push(*it);
            }
            let (root, paths) = prover.prove();
            assert_eq!(root, tree.root());
            for (at, path) in paths.iter().enumerate() {
                assert_eq!(climb(leaves[at * 3], path), root);
                assert_ne!(climb(leaf(b"another"), path), root);
            }
        }
    }

    #[test]
    fn a_node_is_never_taken_for_a_leaf() {
        let (one, other) = (leaf(b"a"), leaf(b"b"));
        let both = [one.0, other.0].concat();
        assert_ne!(node(one, other), leaf(&both));
    }

    #[test]
    fn a_list_that_repeats_its_end_has_another_root() {
        let root = |all: &[u8]| {
            let mut tree = Tree::default();
            all.iter().for_each(|it| tree.push(leaf(&[*it])));
            tree.root()
        };
        assert_ne!(root(&[1, 2, 3]), root(&[1, 2, 3, 3]));
    }
}
