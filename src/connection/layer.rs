//! Where settings come from: the command line, over the environment, over a profile.
//!
//! Each says what it says in the same words, [`ConnectionArgs`]. Knows nothing of what follows from them.

use super::args::{BasicArgs, ConnectionArgs, MoreArgs, OffArgs, ReachArgs, TlsArgs};
use super::environment::Environment;
use super::origin::Origin;
use super::profile;
use super::url::BrokerUrl;
use super::value::parse_protocol;
use crate::exit::Failure;
use std::path::PathBuf;

/// What one source says.
pub(super) struct Layer {
    pub(super) origin: Origin,
    pub(super) args: ConnectionArgs,
    /// The URL among it.
    pub(super) url: Option<BrokerUrl>,
}

impl Layer {
    fn new(origin: Origin, args: ConnectionArgs) -> Result<Self, Failure> {
        let place = match &origin {
            Origin::CommandLine => "--url".to_owned(),
            Origin::Environment => "MQTT_URL".to_owned(),
            Origin::Profile(name, file) => format!("profile {name} of {}", file.display()),
        };
        let url = args.basic.url.as_deref().map(|text| {
            BrokerUrl::parse(text)
                .map_err(|error| Failure::usage(format!("invalid URL in {place}: {error}")))
        });
        Ok(Self { url: url.transpose()?, origin, args })
    }

    fn of_environment(environment: &Environment) -> Result<Self, Failure> {
        let text = |name| environment.get(name).map(str::to_owned);
        let mut args = ConnectionArgs::default();
        args.basic.url = text("MQTT_URL");
        args.basic.host = text("MQTT_HOST");
        args.basic.port = match environment.get("MQTT_PORT").map(|text| (text, text.parse())) {
            None => None,
            Some((_, Ok(port))) if port != 0 => Some(port),
            Some((text, _)) => {
                let message = format!("MQTT_PORT is no port from 1 to 65535: {text}");
                return Err(Failure::usage(message));
            }
        };
        args.basic.protocol =
            match environment.get("MQTT_PROTOCOL") {
                None => None,
                Some(text) => Some(parse_protocol(text).map_err(|error| {
                    Failure::usage(format!("MQTT_PROTOCOL is '{text}': {error}"))
                })?),
            };
        args.basic.username = text("MQTT_USERNAME");
        args.more.password_file = text("MQTT_PASSWORD_FILE").map(PathBuf::from);
        args.more.password = text("MQTT_PASSWORD").filter(|_| args.more.password_file.is_none());
        Self::new(Origin::Environment, args)
    }

    /// Whether it says where the broker is.
    pub(super) fn names_place(&self) -> bool {
        self.url.is_some() || self.args.basic.host.is_some() || self.args.reach.unix.is_some()
    }
}

/// All that is said.
pub(super) struct Layers {
    pub(super) typed: Layer,
    pub(super) environment: Layer,
    pub(super) profile: Option<Layer>,
}

impl Layers {
    /// Reads the environment and the configuration file.
    pub(super) fn gather(
        typed: ConnectionArgs,
        environment: &Environment,
    ) -> Result<Self, Failure> {
        let profile = profile::load(&typed.more, environment)?;
        Ok(Self {
            typed: Layer::new(Origin::CommandLine, typed)?,
            environment: Layer::of_environment(environment)?,
            profile: profile.map(|(origin, args)| Layer::new(origin, args)).transpose()?,
        })
    }

    /// The strongest first.
    pub(super) fn all(&self) -> impl Iterator<Item = &Layer> {
        [&self.typed, &self.environment].into_iter().chain(&self.profile)
    }

    /// Field by field, the strongest word about it.
    pub(super) fn merge(self) -> ConnectionArgs {
        let lowest = self.profile.map(|layer| layer.args).unwrap_or_default();
        over(self.typed.args, over(self.environment.args, lowest))
    }
}

/// What `upper` says, and what `lower` says of the rest. A list is what both say, the lower one first.
fn over(upper: ConnectionArgs, lower: ConnectionArgs) -> ConnectionArgs {
    let off = &upper.off;
    let switch = |on: bool, off: bool, below: bool| on || (below && !off);
    let (b, lb) = (upper.basic, lower.basic);
    let (m, lm) = (upper.more, lower.more);
    let (r, lr) = (upper.reach, lower.reach);
    let (t, lt) = (upper.tls, lower.tls);
    // Whoever says one of these means all that go together.
    let names_client = b.id.is_some() || m.id_prefix.is_some();
    let talks = m.debug || m.quiet;
    let trusts = t.ca.is_some() || t.capath.is_some();
    let is_somebody = t.cert.is_some() || t.key.is_some();
    ConnectionArgs {
        basic: BasicArgs {
            url: b.url.or(lb.url),
            host: b.host.or(lb.host),
            port: b.port.or(lb.port),
            protocol: b.protocol.or(lb.protocol),
            id: b.id.or(lb.id.filter(|_| !names_client)),
            username: b.username.or(lb.username),
        },
        more: MoreArgs {
            profile: m.profile.or(lm.profile),
            config: m.config.or(lm.config),
            no_config: m.no_config,
            options: m.options.or(lm.options),
            id_prefix: m.id_prefix.or(lm.id_prefix.filter(|_| !names_client)),
            no_clean_start: switch(m.no_clean_start, off.no_clean_start_off, lm.no_clean_start),
            session_expiry: m.session_expiry.or(lm.session_expiry),
            keepalive: m.keepalive.or(lm.keepalive),
            password_file: m.password_file.or(lm.password_file),
            password_command: m.password_command.or(lm.password_command),
            ask_password: switch(m.ask_password, off.ask_password_off, lm.ask_password),
            password: m.password.or(lm.password),
            connect_timeout: m.connect_timeout.or(lm.connect_timeout),
            ack_timeout: m.ack_timeout.or(lm.ack_timeout),
            timeout: m.timeout.or(lm.timeout),
            reconnect: m.reconnect.or(lm.reconnect),
            reconnect_timeout: m.reconnect_timeout.or(lm.reconnect_timeout),
            max_inflight: m.max_inflight.or(lm.max_inflight),
            receive_maximum: m.receive_maximum.or(lm.receive_maximum),
            maximum_packet_size: m.maximum_packet_size.or(lm.maximum_packet_size),
            topic_alias_maximum: m.topic_alias_maximum.or(lm.topic_alias_maximum),
            property: [lm.property, m.property].concat(),
            will_topic: m.will_topic.or(lm.will_topic),
            will_payload: m.will_payload.or(lm.will_payload),
            will_qos: m.will_qos.or(lm.will_qos),
            will_retain: switch(m.will_retain, off.will_retain_off, lm.will_retain),
            will_delay: m.will_delay.or(lm.will_delay),
            debug: switch(m.debug, off.debug_off || talks, lm.debug),
            events: m.events.or(lm.events),
            quiet: switch(m.quiet, off.quiet_off || talks, lm.quiet),
        },
        reach: ReachArgs {
            unix: r.unix.or(lr.unix),
            bind: r.bind.or(lr.bind),
            proxy: r.proxy.or(lr.proxy),
            ws: switch(r.ws, off.ws_off, lr.ws),
            ws_path: r.ws_path.or(lr.ws_path),
            ws_header: [lr.ws_header, r.ws_header].concat(),
        },
        tls: TlsArgs {
            tls: switch(t.tls, off.tls_off, lt.tls),
            ca: t.ca.or(lt.ca.filter(|_| !trusts)),
            capath: t.capath.or(lt.capath.filter(|_| !trusts)),
            cert: t.cert.or(lt.cert.filter(|_| !is_somebody)),
            key: t.key.or(lt.key.filter(|_| !is_somebody)),
            key_password_file: t
                .key_password_file
                .or(lt.key_password_file.filter(|_| !is_somebody)),
            tls_server_name: t.tls_server_name.or(lt.tls_server_name),
            tls_alpn: [lt.tls_alpn, t.tls_alpn].concat(),
            tls_version: t.tls_version.or(lt.tls_version),
            insecure: switch(t.insecure, off.insecure_off, lt.insecure),
            require_tls: switch(t.require_tls, off.require_tls_off, lt.require_tls),
            tls_keylog: t.tls_keylog.or(lt.tls_keylog),
        },
        off: OffArgs::default(),
    }
}
