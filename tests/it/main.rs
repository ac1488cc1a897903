//! The whole program, tried from outside: every test runs the real binary with an empty environment, its own home,
//! a deadline and a broker on a free port of 127.0.0.1, which is either a script in this process or a real mosquitto.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test that cannot go on must stop loudly"
)]

mod address;
mod architecture;
mod authentication;
mod bed;
#[cfg(feature = "broker")]
mod broker;
#[cfg(feature = "broker")]
mod broker_hostile;
mod canary;
mod check;
#[cfg(target_os = "linux")]
mod check_faults;
#[cfg(target_os = "linux")]
mod ci;
mod clear_retained;
mod clear_retained_real;
#[cfg(target_os = "linux")]
mod commands_end;
#[cfg(target_os = "linux")]
mod commands_killed;
#[cfg(target_os = "linux")]
mod commands_run;
#[cfg(unix)]
mod completions;
mod config_show;
#[cfg(unix)]
mod cookbook;
mod decide;
mod decide_jq;
mod delivery;
mod delivery_encrypted;
mod early_pingresp;
mod events_connect;
#[cfg(target_os = "linux")]
mod events_descriptor;
mod exit_status;
mod fallback;
mod faults;
mod faults_connect;
#[cfg(target_os = "linux")]
mod faults_load;
#[cfg(target_os = "linux")]
mod faults_spinning;
mod faults_takeover;
#[cfg(target_os = "linux")]
mod floods;
mod framing;
mod fresh_password;
mod generated;
mod goodbye;
mod imports;
mod keep;
mod manual;
#[cfg(target_os = "linux")]
mod memory_bounded;
mod odd_answers;
mod options_file;
mod origins;
#[cfg(unix)]
mod outbox;
#[cfg(unix)]
mod outbox_broken;
#[cfg(target_os = "linux")]
mod outbox_crash;
mod owners;
mod profile;
mod profile_precedence;
mod profile_refused;
mod proxy;
mod proxy_encrypted;
mod proxy_real;
mod publish;
mod publish_alias;
mod publish_faults;
mod publish_input;
mod publish_json;
mod publish_pace;
mod publish_progress;
mod publish_properties;
mod publish_reconnect;
mod publish_round_trip;
mod readme;
#[cfg(unix)]
mod replay;
mod reply;
mod request;
mod request_old;
mod request_real;
mod scram;
mod secrets;
mod series_hung_up;
mod series_named;
mod series_stalled;
#[cfg(target_os = "linux")]
mod service;
mod settings;
mod settings_edges;
mod settings_forms;
mod shared_session;
#[cfg(target_os = "linux")]
mod soak;
mod srv;
mod strangers;
#[cfg(target_os = "linux")]
mod stuck_readers;
mod subscribe;
mod subscribe_durable;
mod subscribe_faults;
mod subscribe_formats;
mod subscribe_limits;
#[cfg(target_os = "linux")]
mod subscribe_output;
mod subscribe_regressions;
mod subscribe_retained;
mod subscribe_safety;
mod subscribe_select;
mod subscribe_unsubscribe;
mod support;
#[cfg(unix)]
mod surroundings;
#[cfg(target_os = "linux")]
mod suspended;
mod tls;
mod tls_chain;
mod tls_identity;
mod tls_pinned;
mod tls_refused;
mod trace;
#[cfg(target_os = "linux")]
mod trickle;
mod usage;
mod websocket;
mod websocket_end;
mod websocket_scripted;
#[cfg(not(feature = "broker"))]
mod without_broker;
