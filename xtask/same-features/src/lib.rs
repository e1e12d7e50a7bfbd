//! Empty. Its dependencies ask for features: cargo builds a library once for each set of features that is asked for, and
//! asks all members of the workspace where it is told to build any of them by `--workspace`.
