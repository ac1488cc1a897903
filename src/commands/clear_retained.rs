//! `mqtt clear-retained`: removes retained messages and prints what was removed.

pub(crate) mod job;
mod memory;

use super::filters::Filters;
use super::printing::Printing;
use super::progress::{Progress, When, Whole};
use super::properties::add_to_interest;
use super::receiving::Receiving;
use crate::connection::{Connection, Needs, Settled};
use crate::exit::Failure;
use crate::format::{Body, Format, Payloads, Template};
use crate::message::QoS;
use crate::mqtt::subscription::{Interest, Subscription};
use crate::output::Writer;
use crate::settings::properties::PropertyPacket;
use crate::settings::{Typed, parse_duration};
use crate::topic::TopicFilter;
use crate::ui::{self, Verbosity};
use clap::Args;
use job::{Clearing, Mode, Removals};
use std::rc::Rc;
use std::time::Duration;

/// The default of --idle: after this long without a retained message, the set counts as complete.
const QUIET: Duration = Duration::from_millis(500);

/// Default for the removals in flight: some brokers accept no more, and cannot say so before MQTT 5.
const WINDOW: u16 = 100;

/// Remove the retained messages of matching topics, and print what was removed.
///
/// Each topic is printed, then an empty retained message is published to it at QoS 1. Once all are acknowledged,
/// the broker is asked again whether any are left. Status 0 means that none are, except those that others stored
/// in the meantime.
#[derive(Args)]
#[group(skip)]
#[command(after_help = AFTER_HELP, next_help_heading = "Selection")]
pub struct ClearRetainedArgs {
    /// Topics to remove.
    #[command(flatten)]
    pub filters: Filters,

    /// Skip topics that match this filter; can be repeated
    #[arg(short = 'T', long, value_name = "FILTER", allow_hyphen_values = true)]
    pub filter_out: Vec<TopicFilter>,

    /// Only print what would be removed
    #[arg(long)]
    pub dry_run: bool,

    /// Skip the confirmation when a filter matches all topics
    #[arg(long)]
    pub yes: bool,

    /// End when no retained message has arrived for this long [default: 500ms]
    ///
    /// MQTT does not mark the last retained message. The set counts as complete once the broker has answered a
    /// PINGREQ sent after the subscription and no retained message has arrived for this time.
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub idle: Option<Duration>,

    /// Print each message as one line of JSON, which `mqtt pub --json` can restore
    #[arg(long, help_heading = "Output")]
    pub json: bool,

    /// Show a progress bar on stderr [default: on a terminal, after a second, if the output goes elsewhere]
    #[arg(long, overrides_with = "no_progress", help_heading = "Output")]
    pub progress: bool,

    /// Do not show a progress bar
    #[arg(long, overrides_with = "progress", help_heading = "Output")]
    pub no_progress: bool,
}

const AFTER_HELP: &str = "\
Examples:
  mqtt clear-retained 'sensors/#' --dry-run
  mqtt clear-retained 'sensors/#' -T 'sensors/hall/#'
  mqtt clear-retained 'config/#' --json > backup.ndjson
  mqtt pub --json < backup.ndjson               restore them
  mqtt clear-retained '#' --yes

Exit status: 0 all removed or none found, 1 output failed, 2 bad flags or not confirmed, 3 broker not reached, \
4 connection refused, 5 a removal or subscription refused, 6 a removal unconfirmed, 27 timed out, \
130 interrupted, 143 terminated.";

/// Runs the command.
///
/// # Errors
/// Any reason for an exit status other than 0.
pub async fn run(args: ClearRetainedArgs, typed: Typed) -> Result<(), Failure> {
    let format = format(args.json)?;
    let needs = Needs { version_5: &[], response_information: false, reads_stdin: false };
    let settled = Settled::new(typed, &[PropertyPacket::Subscribe])?;
    // Topics printed to a terminal show the progress well enough.
    let alone = settled.verbosity() == Verbosity::Normal && !ui::stdout_is_terminal();
    let when = When::new(args.progress, args.no_progress, alone);
    let mut connection = Connection::resolve(settled, &needs)?;
    let started = connection.started;
    let progress = Progress::new(when, Whole::Unknown);
    if !connection.session.clean_start {
        return Err(Failure::usage(
            "this would discard the messages waiting in the session: leave out --no-clean-start",
        ));
    }
    let mut filters = args.filters.0;
    connection.url_topics.add_to(&mut filters)?;
    check(&filters)?;
    if !args.dry_run && !args.yes {
        confirm(&filters, &connection.options.target.to_string())?;
    }
    // With a lower QoS, the record would not tell the QoS at which the message has to be restored.
    let qos = if args.json { QoS::ExactlyOnce } else { QoS::AtMostOnce };
    let subscriptions = filters
        .into_iter()
        .map(|filter| Subscription { no_local: true, ..Subscription::new(filter, qos) });
    let mut interest = Interest {
        subscriptions: subscriptions.collect(),
        every_time: true,
        ..Interest::default()
    };
    add_to_interest(&mut interest, connection.properties.of(PropertyPacket::Subscribe))?;
    connection.session.max_inflight.get_or_insert(WINDOW);
    let mode = if args.dry_run { Mode::DryRun } else { Mode::Remove };
    let idle = args.idle.unwrap_or(QUIET);
    let plan = Removals { interest: Rc::new(interest), filter_out: args.filter_out, mode };
    let printing = Printing::new(format, Writer::to_stdout());
    let receiving = Receiving::new(printing, Some(idle), connection.reporter);
    let mut job = Clearing::new(plan, receiving, progress);
    connection.preparation.over();
    let end = super::converse(connection.options, connection.session, started, &mut job).await?;
    job.finish(end)
}

/// One topic per line, or the whole message.
fn format(json: bool) -> Result<Format, Failure> {
    let body = match json {
        true => Body::Record(Payloads::Text),
        false => Body::Template(Template::parse("%t").map_err(Failure::usage)?),
    };
    let mut format = Format::new(body);
    format.protect = ui::stdout_is_terminal();
    Ok(format)
}

/// Refuses filters that can match nothing removable.
fn check(filters: &[TopicFilter]) -> Result<(), Failure> {
    if filters.is_empty() {
        return Err(Failure::usage("no topic filter: give at least one"));
    }
    for filter in filters {
        if filter.is_shared() {
            // The broker sends no stored messages for them ([MQTT 5, 4.8.2]).
            let message = format!(
                "{filter} is a shared subscription, which never receives retained messages"
            );
            return Err(Failure::usage(message));
        }
        if filter.as_str().starts_with("$SYS/") {
            let message = format!("{filter}: topics below $SYS/ belong to the broker");
            return Err(Failure::usage(message));
        }
    }
    Ok(())
}

/// Removing everything needs a confirmation.
fn confirm(filters: &[TopicFilter], target: &str) -> Result<(), Failure> {
    let Some(filter) = filters.iter().find(|filter| matches_everything(filter)) else {
        return Ok(());
    };
    match ui::confirm(&format!("Remove every retained message from {target}?")) {
        Some(true) => Ok(()),
        Some(false) => Err(Failure::usage("not confirmed: nothing was removed")),
        None => Err(Failure::usage(format!("{filter} matches everything"))
            .hint("--dry-run shows what would be removed, --yes removes it")),
    }
}

fn matches_everything(filter: &TopicFilter) -> bool {
    filter
        .as_str()
        .strip_suffix('#')
        .is_some_and(|levels| levels.split_terminator('/').all(|level| level == "+"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_filters_without_a_name_match_everything() {
        for (filter, expected) in [
            ("#", true),
            ("+/#", true),
            ("+/+/#", true),
            ("+", false),
            ("/#", false),
            ("+/a/#", false),
            ("a/#", false),
        ] {
            assert_eq!(matches_everything(&filter.parse().unwrap()), expected, "{filter}");
        }
    }
}
