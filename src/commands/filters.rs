//! A command's topic filters, given with `-t` or as arguments, in the order in which they were typed.

use crate::topic::TopicFilter;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, value_parser};

/// Topic filters.
#[derive(Debug, Default)]
pub struct Filters(pub Vec<TopicFilter>);

/// The ids of `-t` and of the arguments.
const IDS: [&str; 2] = ["topics", "filters"];

impl Args for Filters {
    fn augment_args(command: Command) -> Command {
        let [topics, filters] = IDS.map(|id| {
            Arg::new(id)
                .value_name("FILTER")
                .action(ArgAction::Append)
                .value_parser(value_parser!(TopicFilter))
        });
        command
            .arg(
                topics
                    .short('t')
                    .long("topic")
                    .allow_hyphen_values(true)
                    .help("Topic filter, with the wildcards + and #; can be repeated"),
            )
            .arg(filters.help("Topic filters, same as -t"))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Filters {
    fn from_arg_matches(found: &ArgMatches) -> Result<Self, clap::Error> {
        let mut all = Vec::new();
        for id in IDS {
            let places = found.indices_of(id).into_iter().flatten();
            all.extend(places.zip(found.get_many::<TopicFilter>(id).into_iter().flatten()));
        }
        all.sort_by_key(|(place, _)| *place);
        Ok(Self(all.into_iter().map(|(_, filter)| filter.clone()).collect()))
    }

    fn update_from_arg_matches(&mut self, found: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(found)?;
        Ok(())
    }
}
