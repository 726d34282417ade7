//! Whom a case is for after a command, against whom it was for before.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use engine::{
    Event, Scene, StreamId,
    authority::audience::{self, Entitled, Holder},
    directory::Directory,
};
use store::Entitlement;

/// One case for one holder, and since when the case is there.
type Row = (StreamId, Entitled, DateTime<Utc>);

/// What a scene entitles to, as far as its streams say.
fn entitled(scene: &Scene, directory: &Directory) -> BTreeSet<Row> {
    let mut res = BTreeSet::new();
    for it in scene.petitions.values() {
        let Some(at) = it.registered_at else { continue };
        let of = audience::of_petition(it);
        res.extend(of.into_iter().map(|holder| (StreamId::Petition(it.id), holder, at)));
    }
    for it in scene.whistles.values() {
        let Some(at) = it.drafted_at else { continue };
        let of = audience::of_whistle(it, directory);
        res.extend(of.into_iter().map(|holder| (StreamId::Whistle(it.id), holder, at)));
        let called = audience::of_petitions_called(it, directory);
        res.extend(called.into_iter().map(|(id, holder)| {
            let at = scene.petitions.get(&id).and_then(|it| it.registered_at).unwrap_or(at);
            (StreamId::Petition(id), holder, at)
        }));
    }
    res
}

/// Who is entitled now and was not, and who no longer is.
///
/// A petition that several whistles were blown over keeps whoever one of them called: what the other
/// whistles say is not at hand, and nobody loses by one ruling what they hold by another.
pub(crate) fn changes(before: &Scene, after: &Scene, directory: &Directory) -> Vec<Entitlement> {
    difference(&entitled(before, directory), &entitled(after, directory), after)
}

/// The same where the cases stay and the units change.
pub(crate) fn moved(scene: &Scene, before: &Directory, after: &Directory) -> Vec<Entitlement> {
    difference(&entitled(scene, before), &entitled(scene, after), scene)
}

fn difference(had: &BTreeSet<Row>, has: &BTreeSet<Row>, after: &Scene) -> Vec<Entitlement> {
    let row = |given: bool| {
        move |(case, entitled, sort_at): &Row| Entitlement {
            case: *case,
            entitled: *entitled,
            sort_at: *sort_at,
            given,
        }
    };
    let several = |case: &StreamId| match case {
        StreamId::Petition(id) => after.petitions.get(id).is_none_or(|it| it.whistles.len() > 1),
        StreamId::Whistle(_) => false,
    };
    // Who owns a case is said by the petition alone.
    let kept = |(case, entitled, _): &&Row| several(case) && !entitled.owner;
    let gone = had.difference(has).filter(|it| !kept(it)).map(row(false));
    has.difference(had).map(row(true)).chain(gone).collect()
}

/// From whom a touched case is kept now and was not before.
pub(crate) fn shut(
    before: &Scene,
    after: &Scene,
    events: &[(StreamId, Event)],
) -> Vec<(StreamId, Holder)> {
    let of = |scene: &Scene, stream: &StreamId| -> BTreeSet<Holder> {
        match stream {
            StreamId::Petition(id) => {
                scene.petitions.get(id).map(audience::shut_out_of_petition).unwrap_or_default()
            }
            StreamId::Whistle(id) => {
                scene.whistles.get(id).map(|it| it.recused.clone()).unwrap_or_default()
            }
        }
    };
    let touched: BTreeSet<StreamId> = events.iter().map(|(stream, _)| *stream).collect();
    let new = |it: StreamId| {
        let had = of(before, &it);
        let has = of(after, &it);
        has.into_iter().filter(move |holder| !had.contains(holder)).map(move |holder| (it, holder))
    };
    touched.into_iter().flat_map(new).collect()
}
