//! `mqtt sub`: prints received messages, and acknowledges each only after it has been written.

pub(crate) mod job;
pub(crate) mod selection;

use super::acting::args::ActionArgs;
use super::acting::{Acting, Plan, Work};
use super::deciding::{self, DecideArgs};
use super::filters::Filters;
use super::output::OutputArgs;
use super::printing::Printing;
use super::properties::add_to_interest;
use super::receiving::Receiving;
use super::removal::Removal;
use crate::connection::{Connection, Needs, Settled};
use crate::exit::Failure;
use crate::message::QoS;
use crate::mqtt::subscription::{Interest, RetainHandling, Subscription};
use crate::settings::properties::{Properties, PropertyPacket};
use crate::settings::{Environment, Typed, number, parse_duration};
use crate::topic::{TopicFilter, TopicName};
use clap::{Args, ValueEnum};
use job::{Answers, Stop, StopAfter, Subscribing};
use selection::{Sample, Selection, Wanted};
use std::rc::Rc;
use std::time::Duration;

/// The default of --idle with --retained-only: after this long without a retained message, the set counts as complete.
const QUIET: Duration = Duration::from_millis(500);

/// The largest subscription identifier ([MQTT 5, 3.8.2.1.2]).
const LARGEST_ID: u64 = 268_435_455;

/// The values of `--retain-handling`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RetainHandlingArg {
    /// Whenever a subscription is made
    Always,
    /// Only if the subscription is new to the session
    New,
    /// Never
    Never,
}

impl From<RetainHandlingArg> for RetainHandling {
    fn from(arg: RetainHandlingArg) -> Self {
        match arg {
            RetainHandlingArg::Always => Self::Always,
            RetainHandlingArg::New => Self::New,
            RetainHandlingArg::Never => Self::Never,
        }
    }
}

/// Subscribe to topics and print what is published to them, or run a command for it.
///
/// A message is acknowledged only after it has been written. While the reader of the output is slow, nothing
/// is read from the broker: QoS 1 and 2 messages wait there, but the broker may drop QoS 0 messages, and no
/// client can tell.
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub struct SubscribeArgs {
    /// What to subscribe to.
    #[command(flatten, next_help_heading = "Subscription")]
    pub filters: Filters,

    /// Subscribe with this QoS: one for all filters, or one per filter in the same order [default: 0]
    #[arg(short, long, value_name = "QOS", help_heading = "Subscription")]
    pub qos: Vec<QoS>,

    /// Unsubscribe the durable session from this filter (needs --no-clean-start); can be repeated
    #[arg(
        short = 'U',
        long,
        value_name = "FILTER",
        allow_hyphen_values = true,
        help_heading = "Subscription"
    )]
    pub unsubscribe: Vec<TopicFilter>,

    /// Do not receive messages that this client publishes itself (MQTT 5)
    #[arg(long, help_heading = "Subscription")]
    pub no_local: bool,

    /// Keep the retain flag as the publisher set it (MQTT 5)
    #[arg(long, help_heading = "Subscription")]
    pub retain_as_published: bool,

    /// When the broker sends retained messages (MQTT 5) [default: always]
    #[arg(long, value_name = "WHEN", value_enum, help_heading = "Subscription")]
    pub retain_handling: Option<RetainHandlingArg>,

    /// Subscription identifier that the broker adds to messages, 1 to 268435455 (MQTT 5) [default: none]
    #[arg(long, value_name = "N", value_parser = number::<u32>(1..=LARGEST_ID), help_heading = "Subscription")]
    pub subscription_id: Option<u32>,

    /// Skip messages whose topic matches this filter; can be repeated
    #[arg(
        short = 'T',
        long,
        value_name = "FILTER",
        help_heading = "Selection",
        allow_hyphen_values = true
    )]
    pub filter_out: Vec<TopicFilter>,

    /// Skip retained messages
    #[arg(short = 'R', long, alias = "skip-retained", conflicts_with_all = ["retained_only", "retain_handling", "remove_retained"], help_heading = "Selection")]
    pub no_retained: bool,

    /// Print the retained messages that the broker has stored, and end
    ///
    /// MQTT does not mark the last retained message. The set counts as complete once the broker has answered a
    /// PINGREQ sent after the subscription and no retained message has arrived for the time of --idle.
    #[arg(long, conflicts_with_all = ["retain_handling", "retain_as_published", "unsubscribe", "exit_after_subscribe"], help_heading = "Selection")]
    pub retained_only: bool,

    /// Remove retained messages from the broker after printing them
    ///
    /// Topics below $SYS/ are left alone. With --count or --retained-only, the run ends once every removal has been
    /// acknowledged; if one is refused, the status is 5.
    #[arg(long, conflicts_with_all = ["retain_handling", "retain_as_published", "exit_after_subscribe"], help_heading = "Selection")]
    pub remove_retained: bool,

    /// Print only a random sample of the messages, as a percentage from 0.1 to 100 [default: 100]
    #[arg(long, value_name = "PERCENT", help_heading = "Selection")]
    pub random_filter: Option<Sample>,

    /// Which messages count.
    #[command(flatten)]
    pub decide: DecideArgs,

    /// How messages are printed.
    #[command(flatten)]
    pub output: OutputArgs,

    /// End after this many messages [default: no limit]
    #[arg(short = 'C', long, value_name = "N", value_parser = number::<u64>(1..=u64::MAX), help_heading = "Stopping")]
    pub count: Option<u64>,

    /// End when no message has arrived for this long [default: 500ms with --retained-only]
    ///
    /// The time keeps running while a lost connection is being restored.
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, help_heading = "Stopping")]
    pub idle: Option<Duration>,

    /// End as soon as the broker has acknowledged the subscription
    #[arg(short = 'E', long, conflicts_with_all = ["count", "idle"], help_heading = "Stopping")]
    pub exit_after_subscribe: bool,

    /// Commands to run for messages.
    #[command(flatten)]
    pub action: ActionArgs,
}

const AFTER_HELP: &str = "\
Examples:
  mqtt sub -t 'sensors/#' -v
  mqtt sub 'a/#' 'b/+' -q 1 --json | jq .payload
  mqtt sub -t door/bell -C 1 -W 1m
  mqtt sub jobs -q 1 -c -i worker-1 --jobs 4 -- ./work
  mqtt sub 'home/#' -v --on 'home/door/+' 'notify-send door'
  mqtt sub 'zigbee2mqtt/+' --where '.battery | numbers < 20' -v
  mqtt sub -t 'config/#' --retained-only -F '%t %p'

Exit status: 0 printed or done, 1 output or a command failed, 2 bad flags or no such command, 3 broker not reached, 4 connection refused, \
5 a subscription or removal refused, 6 connection lost for good, 27 timed out or --until never true, 130 or 143 \
stopped.";

/// Runs the command.
///
/// # Errors
/// Any reason for an exit status other than 0.
pub async fn run(args: SubscribeArgs, typed: Typed) -> Result<(), Failure> {
    let format = args.output.format()?;
    let decision = args.decide.decision()?;
    check_commands(&args)?;
    let needs_5 = [
        (args.no_local, "--no-local"),
        (args.retain_as_published, "--retain-as-published"),
        (args.retain_handling.is_some(), "--retain-handling"),
        (args.subscription_id.is_some(), "--subscription-id"),
    ];
    let selection = selection(&args);
    let idle = args.idle.or(args.retained_only.then_some(QUIET));
    let after = match (args.exit_after_subscribe, args.retained_only) {
        (true, _) => StopAfter::Subscribed,
        (_, true) => StopAfter::Retained,
        _ => StopAfter::Nothing,
    };
    let stop = Stop { count: args.count, after };
    let removal = args.remove_retained.then(Removal::default);
    let wishes = Wishes::new(&args);
    let plan = args.action.is_any().then(|| plan(&args)).transpose()?;
    let mut filters = args.filters.0;
    let needs = Needs { version_5: &needs_5, response_information: false, reads_stdin: false };
    let settled = Settled::new(typed, &[PropertyPacket::Subscribe, PropertyPacket::Unsubscribe])?;
    let mut connection = Connection::resolve(settled, &needs)?;
    connection.url_topics.add_to(&mut filters)?;
    let clean_start = connection.session.clean_start;
    if clean_start && !args.unsubscribe.is_empty() {
        return Err(Failure::usage(
            "--unsubscribe needs --no-clean-start: a new session has no subscriptions",
        ));
    }
    if !clean_start && args.retained_only {
        return Err(Failure::usage(
            "--retained-only would discard the messages waiting in the session: leave out --no-clean-start",
        ));
    }
    let mut interest = wishes.interest(filters, &args.qos, args.unsubscribe)?;
    if let Some(topic) = args.action.dead_letter.as_ref().filter(|_| !args.no_local) {
        let topics = interest.subscriptions.iter().map(|subscription| &subscription.filter);
        check_dead_letters(topic, topics)?;
    }
    add_properties(&mut interest, &mut connection.properties)?;
    connection.session.interest = interest;
    let mut reporter = connection.reporter;
    reporter.receives_messages();
    reporter.serves(Environment::service());
    let answers = Answers::to(&connection.session.interest);
    let paths = args.output.paths()?;
    let writer = args.output.open(paths.as_ref())?;
    let printing =
        Printing::new(format, writer).reopening(args.output.reopening()?).in_files(paths);
    let _watch = deciding::watch(connection.preparation, decision.as_ref());
    let receiving = Receiving::new(printing, idle, reporter).judging(decision);
    let removes = removal.is_some();
    let mut job = Subscribing::new(receiving, selection, stop, removal, answers);
    if let Some(plan) = plan {
        let in_flight = plan.policy.in_flight();
        let plan = Plan { outlives: !clean_start, ..plan };
        let ignores_overrun = connection.session.receive_maximum.is_none();
        connection.session.receive_maximum.get_or_insert(in_flight);
        job = job.with_commands(Acting::new(plan, removes), ignores_overrun);
    }
    let started = connection.started;
    let end = super::converse(connection.options, connection.session, started, &mut job).await?;
    job.finish(end)
}

/// Checks that flags about commands do not conflict with others.
fn check_commands(args: &SubscribeArgs) -> Result<(), Failure> {
    args.action.check()?;
    let refused = [
        (args.exit_after_subscribe, "--exit-after-subscribe"),
        (args.output.output.is_some(), "--output"),
        (args.output.files.is_some(), "--files"),
    ];
    if let Some((_, flag)) = refused.iter().find(|(given, _)| *given && args.action.is_any()) {
        return Err(Failure::usage(format!("{flag} cannot be used with a command")));
    }
    if args.remove_retained && args.action.dead_letter.is_some() {
        return Err(Failure::usage("--dead-letter cannot be used with --remove-retained"));
    }
    Ok(())
}

/// Checks that no subscription matches the topic of dead letters, which would return here.
fn check_dead_letters<'a>(
    topic: &TopicName,
    mut filters: impl Iterator<Item = &'a TopicFilter>,
) -> Result<(), Failure> {
    match filters.find(|filter| filter.matches(topic.as_str())) {
        Some(filter) => Err(Failure::usage(format!(
            "the dead-letter topic {topic} matches {filter}: each dead letter would be received again"
        ))),
        None => Ok(()),
    }
}

/// The commands to run, and for which messages.
fn plan(args: &SubscribeArgs) -> Result<Plan, Failure> {
    let work = |program| Work::Run(Rc::new(program));
    let rules = args.action.rules()?.into_iter().map(|(filter, it)| (filter, work(it)));
    Ok(Plan {
        rules: rules.collect(),
        rest: args.action.program()?.map(work),
        format: args.output.format_for_commands(args.decide.select.is_some())?,
        policy: args.action.jobs.policy()?,
        limit: args.action.job_timeout,
        aftermath: args.action.aftermath(),
        count: args.count,
        outlives: false,
    })
}

/// Adds the properties that `-D subscribe` and `-D unsubscribe` give.
fn add_properties(interest: &mut Interest, given: &mut Properties) -> Result<(), Failure> {
    add_to_interest(interest, given.of(PropertyPacket::Subscribe))?;
    add_to_interest(interest, given.of(PropertyPacket::Unsubscribe))?;
    if interest.unsubscriptions.is_empty() && !interest.unsubscribe_properties.is_empty() {
        return Err(Failure::usage("-D unsubscribe has no effect without --unsubscribe"));
    }
    Ok(())
}

fn selection(args: &SubscribeArgs) -> Selection {
    let wanted = match (args.retained_only, args.no_retained) {
        (true, _) => Wanted::Retained,
        // With --retain-as-published a live message may carry the retain flag too. Then the broker is trusted to send
        // no stored ones, as requested.
        (_, true) if !args.retain_as_published => Wanted::Fresh,
        _ => Wanted::All,
    };
    Selection { filter_out: args.filter_out.clone(), wanted, sample: args.random_filter.clone() }
}

/// The flags that apply to every subscription.
struct Wishes {
    no_local: bool,
    retain_as_published: bool,
    retain_handling: RetainHandling,
    subscription_id: Option<u32>,
    retained_only: bool,
    removes: bool,
}

impl Wishes {
    fn new(args: &SubscribeArgs) -> Self {
        let never = args.no_retained.then_some(RetainHandling::Never);
        let asked = args.retain_handling.map(RetainHandling::from);
        Self {
            no_local: args.no_local,
            retain_as_published: args.retain_as_published,
            retain_handling: asked.or(never).unwrap_or_default(),
            subscription_id: args.subscription_id,
            retained_only: args.retained_only,
            removes: args.remove_retained,
        }
    }

    fn interest(
        &self,
        filters: Vec<TopicFilter>,
        qos: &[QoS],
        unsubscriptions: Vec<TopicFilter>,
    ) -> Result<Interest, Failure> {
        if filters.is_empty() && unsubscriptions.is_empty() {
            return Err(Failure::usage("no topic filter: give at least one").hint(
                "for example: mqtt sub 'sensors/#', in quotes: shells take # for a comment",
            ));
        }
        if let Some(shared) = filters.iter().find(|filter| filter.is_shared()) {
            let flag = match self {
                // [MQTT-3.8.3-4]
                Self { no_local: true, .. } => "--no-local",
                // Stored messages are not sent for them ([MQTT 5, 4.8.2]).
                Self { retained_only: true, .. } => "--retained-only",
                Self { removes: true, .. } => "--remove-retained",
                _ => "",
            };
            if !flag.is_empty() {
                let message =
                    format!("{flag} cannot be used with the shared subscription {shared}");
                return Err(Failure::usage(message));
            }
        }
        let qos = pair(filters.len(), qos)?;
        let subscriptions = filters.into_iter().zip(qos).map(|(filter, qos)| Subscription {
            filter,
            qos,
            // The broker need not send back the removals.
            no_local: self.no_local || self.removes,
            retain_as_published: self.retain_as_published,
            retain_handling: self.retain_handling,
        });
        Ok(Interest {
            subscriptions: subscriptions.collect(),
            subscription_id: self.subscription_id,
            unsubscriptions,
            subscribe_properties: Vec::new(),
            unsubscribe_properties: Vec::new(),
            // The broker sends stored messages only for a new subscription.
            every_time: self.retained_only,
            before_publishing: false,
        })
    }
}

/// Gives every filter its QoS: one for all of them, or one each.
fn pair(filters: usize, qos: &[QoS]) -> Result<Vec<QoS>, Failure> {
    match qos {
        [] => Ok(vec![QoS::default(); filters]),
        [one] => Ok(vec![*one; filters]),
        each if each.len() == filters => Ok(each.to_vec()),
        some => {
            let given = some.len();
            Err(Failure::usage(format!(
                "--qos was given {given} times for {filters} filters: give it once, or once for each"
            )))
        }
    }
}
