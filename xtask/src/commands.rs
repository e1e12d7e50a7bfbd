//! The commands that take long: what each is called, what it is for, and how long it takes.

/// A command that takes long.
#[derive(Debug, Clone, Copy)]
pub struct Command {
    /// As it is typed.
    pub name: &'static str,
    /// What it is for, as its help says it.
    pub about: &'static str,
    /// What happens, for whoever waits for it.
    pub what: &'static str,
    /// Minutes on two cores where Shipslog or Kubernetes has to be built first.
    pub cold: u64,
    /// How much of these is compiling.
    pub compiling: &'static str,
    /// Minutes on two cores where both are there; nothing where it is done at once then.
    pub warm: Option<u64>,
}

pub const CLUSTER: Command = Command {
    name: "cluster",
    about: "The local Kubernetes cluster with its image registry",
    what: "Kubernetes is built from source, then started",
    cold: 6,
    compiling: "once",
    warm: None,
};

pub const DEMO: Command = Command {
    name: "demo",
    about: "Sets everything up and plays the whole walkthrough",
    what: "a one-node Kubernetes and Shipslog are built, then the walkthrough is played",
    cold: 12,
    compiling: "most of it compiling, once",
    warm: Some(3),
};

pub const TEST: Command = Command {
    name: "test",
    about: "Sets everything up and passes every test",
    what: "Kubernetes and Shipslog are built, then every test, act and trial is run",
    cold: 45,
    compiling: "a third of it compiling, once",
    warm: Some(25),
};

pub const MATRIX: Command = Command {
    name: "matrix",
    about: "Kills the server at every host call of every built-in step: nothing must come out otherwise",
    what: "Kubernetes and Shipslog are built, then the server is killed again and again",
    cold: 25,
    compiling: "half of it compiling, once",
    warm: Some(10),
};

pub const KILLS: Command = Command {
    name: "kills",
    about: "Kills the server at random moments while somebody reads the page it deploys: no request may fail",
    ..MATRIX
};

pub const BENCH: Command = Command {
    name: "bench",
    about: "Measures against bare programs that do the same, in the same run",
    what: "what is measured is built for release, then measured",
    cold: 30,
    compiling: "most of it measuring",
    warm: Some(30),
};

/// All of them.
pub const ALL: [Command; 6] = [CLUSTER, DEMO, TEST, MATRIX, KILLS, BENCH];
