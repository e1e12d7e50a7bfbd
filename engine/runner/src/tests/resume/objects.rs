//! What is told of objects is what the cluster has, wherever a run is cut off and whatever others do meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use shipslog_cluster::{Denial, Error, Layer};
use shipslog_domain::objects::{Held, State};
use shipslog_events::event::object::{Change, ObjectReference, Removal};

use super::op::{Carries, op};
use super::*;
use crate::testing::lane::held;
use crate::{Told, Written};

/// What somebody else does between two lives.
#[derive(Debug, Clone, Copy)]
enum Other {
    Nothing,
    Removes(usize),
    Edits(usize),
    /// The cluster refuses the next call of this name.
    Refuses(&'static str),
}

const OBJECTS: [(&str, &str); 3] = [("ConfigMap", "one"), ("ConfigMap", "other"), ("Secret", "own")];

fn other() -> impl Strategy<Value = Other> {
    prop_oneof![
        2 => Just(Other::Nothing),
        1 => (0..3usize).prop_map(Other::Removes),
        1 => (0..3usize).prop_map(Other::Edits),
        2 => select(vec!["apply", "patch", "delete"]).prop_map(Other::Refuses),
    ]
}

/// What somebody did last to each object, as `ConfigMap one`.
#[derive(Default)]
struct Doings {
    others: BTreeSet<String>,
    /// Of the run's own writes, how many were there when others came.
    seen: usize,
    last: BTreeMap<String, Last>,
    changes: usize,
    /// What somebody else removed at any time.
    removed: BTreeSet<String>,
    /// A call may have been refused that was sent in an earlier life: then nobody knows.
    refused: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Last {
    Written,
    Deleted,
}

impl Doings {
    /// Takes what the run has changed since.
    fn take(&mut self, world: &FakeCluster) {
        let changes = world.changes();
        for change in &changes[self.seen..] {
            let mut words = change.split(' ');
            let (verb, kind, name) = (words.next(), words.next().unwrap(), words.next().unwrap());
            let name = name.rsplit('/').next().unwrap();
            let last = if verb == Some("delete") {
                Last::Deleted
            } else {
                Last::Written
            };
            self.changes += usize::from(last == Last::Written);
            self.others.remove(&format!("{kind} {name}"));
            self.last.insert(format!("{kind} {name}"), last);
        }
        self.seen = changes.len();
    }

    fn act(&mut self, world: &FakeCluster, other: Other) {
        self.take(world);
        let (which, removes) = match other {
            Other::Nothing => return,
            Other::Refuses(call) => {
                let denial = Denial {
                    layer: Layer::Admission,
                    rule: "a quota".to_owned(),
                };
                world.refuses_next(call, Error::Forbidden(denial));
                self.refused = true;
                return;
            }
            Other::Removes(which) => (which, true),
            Other::Edits(which) => (which, false),
        };
        let (kind, name) = OBJECTS[which];
        let key = format!("{kind} {name}");
        if !world.objects().contains_key(&key) {
            return;
        }
        if removes {
            world.loses(kind, name);
            self.removed.insert(key.clone());
        } else {
            writes(world, kind, name, &json!({ "others": "YSB2YWx1ZQ==" }));
        }
        self.others.insert(key);
    }
}

fn key(held: &Held) -> String {
    format!("{} {}", held.object.kind, held.object.name)
}

/// Lives until it is over, cut off after so many things each time; what others do comes between.
async fn lived(script: &[Op], first: Other, cuts: &[(usize, bool, Other)]) -> (Lives, Doings) {
    let (lives, mut doings) = (Lives::new(16), Doings::default());
    doings.act(&lives.world, first);
    for (until, all, other) in cuts {
        lives.live(script, *until).await;
        lives.ledger.crash(*all);
        doings.act(&lives.world, *other);
    }
    let (End::Over(..), _) = lives.live(script, usize::MAX).await else {
        panic!("nothing cuts it off any more");
    };
    lives.ledger.crash(true);
    doings.take(&lives.world);
    (lives, doings)
}

fn compare(lives: &Lives, doings: &Doings) {
    let told = lives.ledger.objects();
    let objects = held(&told);
    let world = lives.world.objects();
    let mut known = BTreeSet::new();
    for (_, it) in objects.all() {
        let key = key(it);
        let uid = world.get(&key).map(|it| it["metadata"]["uid"].as_str().unwrap());
        match &it.state {
            State::Written { uid: written, .. } | State::BeingDeleted { uid: written } => assert!(
                uid == Some(written) || doings.others.contains(&key),
                "{key} is told to be there as {written}, and is {uid:?}"
            ),
            State::MayExist => assert!(
                doings.refused || doings.others.contains(&key) || doings.last.contains_key(&key),
                "nobody knows of {key}, though nothing came between"
            ),
        }
        known.insert(key);
    }
    for (key, last) in &doings.last {
        assert!(
            *last == Last::Deleted || known.contains(key) || doings.others.contains(key),
            "{key} was written and nobody says so: {told:?}"
        );
    }
}

/// Whoever is said to have removed an object did.
fn compare_removals(lives: &Lives, doings: &Doings) {
    let (mut to_go, mut written) = (BTreeSet::new(), BTreeSet::new());
    for (_, told) in lives.ledger.objects() {
        let name = |it: &ObjectReference| format!("{} {}", it.kind, it.name);
        match &told {
            Told::Intended(it) if it.deletes => {
                to_go.insert(name(&it.object));
            }
            Told::Removed(object, Removal::Deleted, _) => {
                assert!(
                    to_go.contains(&name(object)),
                    "nobody was about to delete {object}"
                );
            }
            Told::Removed(object, Removal::FoundGone, _) => assert!(
                // What was announced and is not there never came to be.
                doings.removed.contains(&name(object)) || !written.contains(&name(object)),
                "nobody else removed {object}: {told:?}"
            ),
            Told::Written(it) => {
                written.insert(name(&it.object));
            }
            Told::Intended(_) | Told::Deleted(..) | Told::Refused(_) => {}
        }
    }
}

/// How many writes are said to have changed something.
fn changed(told: &[(u64, Told)]) -> usize {
    let news = |it: &&(u64, Told)| match &it.1 {
        Told::Written(Written { change, .. }) => *change != Change::Unchanged,
        Told::Intended(_) | Told::Deleted(..) | Told::Refused(_) | Told::Removed(..) => false,
    };
    told.iter().filter(news).count()
}

/// Found by the property below.
#[tokio::test(start_paused = true)]
async fn a_delete_that_was_done_before_the_server_died_is_told_although_it_is_refused_afterwards() {
    for carries in [Carries::Nothing, Carries::Uid] {
        let script = [
            Op::Apply(1, 0, Carries::Nothing),
            Op::Get(1),
            Op::Delete(1, carries),
        ];
        let mut gone = 0;
        for until in 0..30 {
            let (lives, doings) = lived(
                &script,
                Other::Nothing,
                &[(until, false, Other::Refuses("delete"))],
            )
            .await;
            compare(&lives, &doings);
            gone += usize::from(!lives.world.objects().contains_key("ConfigMap other"));
        }
        assert!(gone > 0, "{carries:?}");
    }
}

/// The cluster has to be recognised anew by then.
#[tokio::test(start_paused = true)]
async fn an_end_that_was_recorded_is_recorded_again_where_its_wait_was_not() {
    let script = [
        Op::Apply(0, 0, Carries::Nothing),
        Op::DeleteSlowly(0),
        Op::Wait(0),
    ];
    for until in 0..40 {
        let lives = Lives::new(16);
        let over = async {
            lives.live(&script, until).await;
            lives.ledger.crash(false);
            lives.live(&script, usize::MAX).await;
        };
        let others = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            lives.world.loses("ConfigMap", "one");
        };
        tokio::join!(over, others);
        lives.ledger.crash(true);
        let told = lives.ledger.objects();
        let one = |it: &Held| it.object.name == "one";
        assert!(
            !held(&told).all().any(|(_, it)| one(it)),
            "cut off at {until}: {told:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_told_of_objects_is_what_the_cluster_has(
        script in vec(op(), 1..14),
        first in other(),
        cuts in vec((0..60usize, any::<bool>(), other()), 0..4),
    ) {
        paused().block_on(async {
            let (lives, doings) = lived(&script, first, &cuts).await;
            compare(&lives, &doings);
            compare_removals(&lives, &doings);
        });
    }

    #[test]
    fn as_many_writes_are_told_to_have_changed_something_as_did(
        script in vec(op(), 1..14),
        cuts in vec((0..60usize, any::<bool>()), 0..4),
    ) {
        paused().block_on(async {
            let cuts: Vec<_> = cuts.iter().map(|(until, all)| (*until, *all, Other::Nothing)).collect();
            let (lives, doings) = lived(&script, Other::Nothing, &cuts).await;
            let told = lives.ledger.objects();
            assert_eq!(changed(&told), doings.changes, "{told:?}\n{:?}", lives.world.changes());
        });
    }
}
