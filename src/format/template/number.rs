//! Numbers: properties, lengths, times, and floating point as C's printf prints it.

use super::field::{Context, Field};
use super::padding::fill;
use super::what::Directive;
use super::write_nanoseconds;
use crate::format::clock::Moment;
use crate::outlet::Outlet;
use crate::property::Id;
use crate::record::write_number;
use std::io::Write as _;

impl Field {
    /// Appends a number, or only the padding if the property is missing.
    pub fn write_number(&self, context: &mut Context<'_>, out: &mut Outlet<'_>) {
        let message = context.message;
        let property = |id| message.properties.number(id).map(u64::from);
        let number = match self.what {
            Directive::TopicAlias => property(Id::TopicAlias),
            Directive::MessageExpiry => property(Id::MessageExpiry),
            Directive::PayloadFormat => property(Id::PayloadFormat),
            Directive::SubscriptionId => property(Id::SubscriptionId),
            Directive::Length => Some(message.payload.len() as u64),
            Directive::PacketId => Some(message.packet_id.into()),
            Directive::QoS => Some(message.qos.number().into()),
            Directive::Retain => Some(message.retain.into()),
            Directive::UnixTime => return self.write_unix_time(context.moment, out),
            _ => return self.write_float(context, out),
        };
        let start = out.mark();
        if let Some(number) = number {
            write_number(out, number);
            let digits = out.since(start);
            let missing = self.precision.unwrap_or(0).saturating_sub(digits);
            fill(out, digits, missing, b'0');
        }
        self.pad(out, start, if self.zero { b'0' } else { b' ' });
    }

    fn write_unix_time(&self, moment: Moment, out: &mut Outlet<'_>) {
        let start = out.mark();
        if moment.second < 0 {
            out.push(b'-');
        }
        write_number(out, moment.second.unsigned_abs());
        out.push(b'.');
        write_nanoseconds(out, moment.nanosecond);
        let surplus = match self.precision {
            Some(0) => 10,
            Some(decimals) => 9usize.saturating_sub(decimals),
            None => 0,
        };
        let length = out.len() - surplus;
        out.truncate(length);
        self.pad(out, start, if self.zero { b'0' } else { b' ' });
    }

    fn write_float(&self, context: &mut Context<'_>, out: &mut Outlet<'_>) {
        let payload = context.message.payload;
        let value = match self.what {
            Directive::Float => payload.try_into().ok().map(|it| f32::from_ne_bytes(it).into()),
            _ => payload.try_into().ok().map(f64::from_ne_bytes),
        };
        let start = out.mark();
        let Some(value) = value else { return self.pad(out, start, b' ') };
        write_float(out, value, self.precision.unwrap_or(6));
        if !self.zero || !value.is_finite() {
            return self.pad(out, start, b' ');
        }
        // Zeros follow the sign.
        let written = out.since(start);
        let missing = self.width.saturating_sub(written);
        fill(out, written - usize::from(value.is_sign_negative()), missing, b'0');
    }
}

/// Appends `value` with `precision` decimals, like `%.*f`.
fn write_float(out: &mut Vec<u8>, value: f64, precision: usize) {
    if value.is_finite() {
        // Writing to memory cannot fail.
        let _ = write!(out, "{value:.0$}", precision);
        return;
    }
    if value.is_sign_negative() {
        out.push(b'-');
    }
    out.extend_from_slice(if value.is_nan() { b"nan" } else { b"inf" });
}
