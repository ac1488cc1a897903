//! Enhanced authentication ([MQTT 5, 4.12]): before CONNACK, and again when the broker asks for it.
//!
//! Only clients begin an authentication ([MQTT 5, 4.12.1]). A broker that wants one on a running connection can only
//! send the AUTH with which a client would begin, 0x19: that is answered with ours.

#![deny(clippy::indexing_slicing)]

use super::Session;
use super::link::{Renewal, Up};
use crate::mqtt::fault::Fault;
use crate::mqtt::packet::{Violation, encode};
use crate::mqtt::reason::Reason;
use crate::mqtt::scram::{Mechanism, Scram, ScramError};
use crate::property::{Id, Properties};
use crate::secret::Secret;
use data_encoding::BASE64;

/// Iterations of the key derivation at a time: well under a millisecond on most machines.
const SLICE: u32 = 256;

impl Session {
    /// A new authentication, if one was asked for. `random` makes a nonce of 24 bytes.
    pub(super) fn scram(&self, mut random: impl FnMut() -> u64) -> Option<Scram> {
        let mechanism = self.options.auth?;
        let nonce = [random(), random(), random()].map(u64::to_be_bytes).concat();
        let user = self.options.username.as_deref().unwrap_or_default();
        Some(Scram::begin(mechanism, user, &BASE64.encode(&nonce)))
    }

    /// Whether a key is being derived from the password.
    pub fn is_deriving(&self) -> bool {
        self.link.scram().is_some_and(Scram::is_deriving)
    }

    /// Continues the authentication, and returns whether there is more to do at once. To be called in every turn, as
    /// deriving the key takes many. `random` makes a nonce.
    ///
    /// # Errors
    /// When the broker accepts no packet as large as the answer.
    pub fn authenticate(&mut self, random: impl FnMut() -> u64) -> Result<bool, Fault> {
        let is_due = |up: &Up| matches!(up.renewal, Some(Renewal::Due));
        if self.link.up().is_some_and(is_due)
            && let Some(scram) = self.scram(random)
        {
            self.reply(Reason::RE_AUTHENTICATE, Some(&scram.first()))?;
            if let Some(up) = self.link.up_mut() {
                up.renewal = Some(Renewal::Begun(Box::new(scram)));
            }
        }
        if let Some(answer) = self.link.scram_mut().and_then(|scram| scram.derive(SLICE)) {
            self.reply(Reason::CONTINUE_AUTHENTICATION, Some(&answer))?;
        }
        Ok(self.is_deriving())
    }

    /// Takes an AUTH.
    pub(super) fn auth(
        &mut self,
        reason: Reason,
        properties: &Properties<'_>,
    ) -> Result<(), Fault> {
        let again = self.is_up();
        let Some(mechanism) = self.options.auth else {
            return Err(match again {
                true => Violation::protocol("AUTH without enhanced authentication").into(),
                false => Fault::Authentication,
            });
        };
        if properties.text(Id::AuthenticationMethod).is_none() {
            return Err(Violation::protocol("AUTH without an authentication method").into());
        }
        check_method("AUTH", mechanism, properties)?;
        if let Some(up) = self.link.up_mut()
            && up.renewal.is_none()
            && reason == Reason::RE_AUTHENTICATE
        {
            up.renewal = Some(Renewal::Due);
            return Ok(());
        }
        let data = properties.binary(Id::AuthenticationData);
        let failed = |problem| Fault::Scram { problem, again };
        match (reason, self.link.scram_mut()) {
            (Reason::SUCCESS, Some(scram)) => {
                scram.conclude(data).map_err(failed)?;
                if let Some(up) = self.link.up_mut() {
                    up.renewal = None;
                }
            }
            (Reason::CONTINUE_AUTHENTICATION, Some(scram)) if scram.awaits_challenge() => {
                let password = self.password.as_ref().or(self.options.password.as_ref());
                let password = password.map(Secret::expose).unwrap_or_default();
                scram.challenge(data.unwrap_or_default(), password).map_err(failed)?;
            }
            (Reason::CONTINUE_AUTHENTICATION, Some(scram)) if scram.awaits_proof() => {
                scram.conclude(data).map_err(failed)?;
                self.reply(reason, None)?;
            }
            _ => return Err(Violation::protocol(format!("AUTH {reason} out of turn")).into()),
        }
        Ok(())
    }

    /// Checks that a broker that accepts the connection has proved that it knows the password, if it was to.
    pub(super) fn check_proof(&mut self, properties: &Properties<'_>) -> Result<(), Fault> {
        let Some(mechanism) = self.options.auth else {
            // [MQTT-4.12.0-6]
            return match properties.text(Id::AuthenticationMethod) {
                None => Ok(()),
                Some(_) => Err(Violation::protocol("CONNACK with an authentication method").into()),
            };
        };
        check_method("CONNACK", mechanism, properties)?;
        let data = properties.binary(Id::AuthenticationData);
        let scram = self.link.scram_mut().ok_or(ScramError::Unproven);
        scram
            .and_then(|scram| scram.conclude(data))
            .map_err(|problem| Fault::Scram { problem, again: false })
    }

    /// Writes AUTH.
    fn reply(&mut self, reason: Reason, data: Option<&str>) -> Result<(), Fault> {
        let Some(mechanism) = self.options.auth else { return Ok(()) };
        let limits = self.link.up().map(|up| up.limits);
        let fits = |size| limits.is_none_or(|limits| limits.check_size(size).is_ok());
        let data = data.map(str::as_bytes);
        let Some(out) = self.link.output_mut() else { return Ok(()) };
        match encode::auth(out, reason, mechanism.name(), data, fits) {
            true => Ok(()),
            false => Err(Fault::Scram { problem: ScramError::TooLarge, again: true }),
        }
    }
}

/// Checks that a packet with an authentication method has ours ([MQTT-4.12.0-5]).
fn check_method(
    packet: &str,
    mechanism: Mechanism,
    properties: &Properties<'_>,
) -> Result<(), Violation> {
    let own = mechanism.name();
    match properties.text(Id::AuthenticationMethod) {
        Some(other) if other != own => Err(Violation::protocol(format!(
            "{packet} with authentication method {other:?} instead of {own}"
        ))),
        _ => Ok(()),
    }
}
