//! Random calls over all that the host offers.

use proptest::prelude::*;

/// One call. Numbers choose objects and values.
#[derive(Debug, Clone, Copy)]
pub(super) enum Op {
    Get(u8),
    Denied(u8),
    List,
    Apply(u8, u8, Carries),
    ApplySecret(u8, Carries),
    Patch(u8, u8, Carries),
    PatchSecret(Carries),
    Delete(u8, Carries),
    /// It goes only when others have gone.
    DeleteSlowly(u8),
    Wait(u8),
    WaitForRevealed,
    Sleep,
    Now,
    Random(u8),
    Format(u8),
    Reveal,
    ReadSecret,
    Look(u8),
    Output(u8),
    SetSensitive,
    Milestone(u8),
    Log(u8),
    Progress(u8),
    Context,
}

/// Which precondition a write carries, where the object was seen. It always holds: what comes of others after a crash
/// nobody can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carries {
    Nothing,
    Uid,
    Both,
}

fn carries() -> impl Strategy<Value = Carries> {
    prop_oneof![
        2 => Just(Carries::Nothing),
        1 => Just(Carries::Uid),
        3 => Just(Carries::Both),
    ]
}

pub(super) fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        2 => (0..2u8).prop_map(Op::Get),
        1 => (0..2u8).prop_map(Op::Denied),
        1 => Just(Op::List),
        3 => (0..2u8, 0..3u8, carries()).prop_map(|(which, what, it)| Op::Apply(which, what, it)),
        3 => (0..3u8, carries()).prop_map(|(what, it)| Op::ApplySecret(what, it)),
        3 => (0..2u8, 0..3u8, carries()).prop_map(|(which, what, it)| Op::Patch(which, what, it)),
        1 => carries().prop_map(Op::PatchSecret),
        2 => (0..3u8, carries()).prop_map(|(which, it)| Op::Delete(which, it)),
        2 => (0..2u8).prop_map(Op::Wait),
        1 => Just(Op::WaitForRevealed),
        1 => Just(Op::Sleep),
        1 => Just(Op::Now),
        1 => (0..40u8).prop_map(Op::Random),
        2 => (0..3u8).prop_map(Op::Format),
        1 => Just(Op::Reveal),
        1 => Just(Op::ReadSecret),
        2 => (0..4u8).prop_map(Op::Look),
        2 => (0..3u8).prop_map(Op::Output),
        1 => Just(Op::SetSensitive),
        1 => (0..2u8).prop_map(Op::Milestone),
        2 => (0..4u8).prop_map(Op::Log),
        1 => (0..5u8).prop_map(Op::Progress),
        1 => Just(Op::Context),
    ]
}

/// Shows what a run has in mind: what it blanks, told and wrote, and where its randomness is.
pub(super) const EPILOGUE: [Op; 14] = [
    Op::Log(0),
    Op::Log(1),
    Op::Log(2),
    Op::Output(1),
    Op::Random(8),
    Op::Denied(0),
    Op::Denied(1),
    Op::Get(0),
    Op::Get(1),
    Op::Apply(0, 9, Carries::Nothing),
    Op::Apply(1, 9, Carries::Nothing),
    Op::ApplySecret(1, Carries::Nothing),
    Op::ReadSecret,
    Op::Format(0),
];
