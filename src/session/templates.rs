//! PUBLISH templates in use: messages often share a few envelopes, which take turns.
//!
//! Knows nothing of sessions.

use super::wire::Version;
use super::wire::encode::{Form, Template};
use crate::message::Envelope;
use std::rc::Rc;

/// How many are kept.
const KEPT: usize = 8;

/// See the module.
#[derive(Default)]
pub struct Templates {
    kept: Vec<(Rc<Envelope>, Form, Template)>,
    /// Which one goes next.
    oldest: usize,
}

impl Templates {
    /// The template for `envelope` in `form`. All of one set are of one `version`.
    pub fn get(&mut self, version: Version, envelope: &Rc<Envelope>, form: Form) -> &Template {
        let is_it = |(kept, in_form, _): &(Rc<Envelope>, Form, Template)| {
            Rc::ptr_eq(kept, envelope) && *in_form == form
        };
        let at = self.kept.iter().position(is_it).unwrap_or_else(|| {
            let made = (Rc::clone(envelope), form, Template::new(version, envelope, form));
            if self.kept.len() < KEPT {
                self.kept.push(made);
                return self.kept.len() - 1;
            }
            let at = self.oldest;
            self.kept[at] = made;
            self.oldest = (at + 1) % KEPT;
            at
        });
        &self.kept[at].2
    }
}
