//! `--verify`: counts, content and exit status alone, a line for each row and program, and no times.

use crate::args::Args;
use crate::record::Row;
use crate::scratch::Scratch;
use crate::selection::{self, Selection};
use crate::summary::Summary;
use crate::{clearing, metered, print, relay, run};
use anyhow::Result;

/// Whether everything was right.
pub fn verify(args: &Args) -> Result<bool> {
    let scratch = Scratch::new(args.scratch.as_deref())?;
    let programs = selection::programs(args)?;
    let selection = Selection::new(args);
    let mut right = true;
    for case in selection.timed {
        for row in run::measure(&[case], &programs, args.runs, args.window, &scratch)? {
            right &= tell(&row)?;
        }
    }
    let mosquitto = args.mosquitto.as_deref();
    for case in selection.clearing {
        let [time, _] = clearing::measure(&case, &programs, args.runs, mosquitto, &scratch)?;
        right &= tell(&time)?;
    }
    for case in selection.metered {
        // The second row is of the same runs.
        let rows = metered::measure(&[case], &programs, args.runs, &scratch)?;
        right &= rows.first().map_or(Ok(true), tell)?;
    }
    for case in selection.relayed {
        let [median, _] = relay::measure(&case, &programs, args.runs, mosquitto, &scratch)?;
        right &= tell(&median)?;
    }
    Ok(right)
}

/// Prints whether all runs were right.
fn tell(row: &Row) -> Result<bool> {
    let mut right = true;
    for series in &row.series {
        let trouble = Summary::new(&series.samples).trouble;
        let end = trouble.as_deref().unwrap_or("ok");
        print(&format!("{}: {end}\n", series.command))?;
        right &= trouble.is_none();
    }
    Ok(right)
}
