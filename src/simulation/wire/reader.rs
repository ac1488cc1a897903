//! Reads MQTT's primitive values from the start of a packet; panics if one is invalid.

/// The rest of a packet's body.
pub struct Reader<'a> {
    /// The name of the packet, for the panic.
    what: &'static str,
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads the body of the packet with this name.
    pub fn new(what: &'static str, rest: &'a [u8]) -> Self {
        Self { what, rest }
    }

    /// Panics: the client broke this rule.
    pub fn illegal(&self, rule: &str) -> ! {
        panic!("the client sent an illegal {}: {rule} (rest of it: {:02x?})", self.what, self.rest)
    }

    /// Panics unless the client kept this rule.
    pub fn require(&self, kept: bool, rule: &str) {
        if !kept {
            self.illegal(rule);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The rest, which remains to be read.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub fn bytes(&mut self, length: usize) -> &'a [u8] {
        self.require(self.rest.len() >= length, "it ends in the middle of a field");
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    pub fn u8(&mut self) -> u8 {
        self.bytes(1)[0]
    }

    pub fn u16(&mut self) -> u16 {
        let bytes = self.bytes(2);
        u16::from_be_bytes([bytes[0], bytes[1]])
    }

    pub fn u32(&mut self) -> u32 {
        u32::from(self.u16()) << 16 | u32::from(self.u16())
    }

    /// A Variable Byte Integer (1.5.5).
    pub fn length(&mut self) -> usize {
        match length(self.rest) {
            Ok(Some((value, width))) => {
                self.bytes(width);
                value
            }
            Ok(None) => self.illegal("it ends in the middle of a length"),
            Err(rule) => self.illegal(rule),
        }
    }

    pub fn binary(&mut self) -> &'a [u8] {
        let length = usize::from(self.u16());
        self.bytes(length)
    }

    pub fn string(&mut self) -> String {
        let bytes = self.binary();
        let Ok(text) = std::str::from_utf8(bytes) else {
            self.illegal("a string is not UTF-8 [MQTT-1.5.4-1]");
        };
        self.require(!text.contains('\0'), "a string contains NUL [MQTT-1.5.4-2]");
        text.to_owned()
    }

    /// A packet identifier, which is never 0 [MQTT-2.2.1-3].
    pub fn id(&mut self) -> u16 {
        let id = self.u16();
        self.require(id != 0, "packet identifier 0 [MQTT-2.2.1-3]");
        id
    }

    /// A byte that may only be 0 or 1.
    pub fn flag(&mut self) -> bool {
        let flag = self.u8();
        self.require(flag <= 1, "a flag that is neither 0 nor 1");
        flag == 1
    }
}

/// The value and the size of the Variable Byte Integer at the start; `None` while it is incomplete.
pub fn length(bytes: &[u8]) -> Result<Option<(usize, usize)>, &'static str> {
    let mut value = 0;
    for width in 1..=4 {
        let Some(&byte) = bytes.get(width - 1) else { return Ok(None) };
        value |= usize::from(byte & 0x7f) << (7 * (width - 1));
        if byte < 0x80 {
            let shortest = width == 1 || byte != 0;
            return if shortest {
                Ok(Some((value, width)))
            } else {
                Err("a length that is not in its shortest form [MQTT-1.5.5-1]")
            };
        }
    }
    Err("a length of more than four bytes")
}
