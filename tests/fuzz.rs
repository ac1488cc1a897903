//! What the fuzzer tries (`fuzz/`), on a few inputs: those that once found something, those that a search begins with,
//! and random ones.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on must stop loudly"
)]

#[path = "../fuzz/src/lib.rs"]
mod fuzz;

use std::fs;
use std::path::Path;

use proptest::prelude::*;

/// Every file that is kept for this target.
fn inputs(target: &str) -> Vec<Vec<u8>> {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let files = fs::read_dir(kept).expect("each target has inputs");
    files.map(|file| fs::read(file.unwrap().path()).unwrap()).collect()
}

macro_rules! targets {
    ($($target:ident)*) => {
        $(mod $target {
            use super::*;

            #[test]
            fn inputs_that_are_kept_find_nothing() {
                let inputs = inputs(stringify!($target));
                assert!(!inputs.is_empty());
                inputs.iter().for_each(|input| fuzz::$target::run(input));
            }

            proptest! {
                // A find is kept by hand, with a name.
                #![proptest_config(ProptestConfig {
                    failure_persistence: None,
                    ..ProptestConfig::default()
                })]

                #[test]
                fn random_inputs_find_nothing(
                    input in prop::collection::vec(prop_oneof![0..16u8, any::<u8>()], 0..500),
                ) {
                    fuzz::$target::run(&input);
                }
            }
        })*
    };
}

targets! { session wire condition format record settings }
#[cfg(feature = "broker")]
targets! { front }
