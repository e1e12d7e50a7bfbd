//! Cutting a byte stream into server-sent events.
//!
//! `eventsource-stream` would do this too. It is not used: its last release is of February 2022, and it swallows the
//! comments by which a silent server shows that it is alive, so that whoever looks out for silence would have to stand
//! below it; what would be left of this file then is less than what it costs to build.

/// An event of a stream, as its fields say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Event {
    pub(crate) id: Option<String>,
    pub(crate) name: String,
    pub(crate) data: String,
}

/// Cuts a byte stream into events.
#[derive(Debug, Default)]
pub(super) struct Parser {
    buffer: Vec<u8>,
    event: Event,
}

impl Parser {
    /// The events that are complete with these bytes.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<Event> {
        self.buffer.extend_from_slice(bytes);
        let mut events = Vec::new();
        while let Some(end) = self.buffer.iter().position(|it| *it == b'\n') {
            let line: Vec<u8> = self.buffer.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            events.extend(self.line(line.trim_end_matches(['\n', '\r'])));
        }
        events
    }

    fn line(&mut self, line: &str) -> Option<Event> {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "" if line.is_empty() => {
                let event = std::mem::take(&mut self.event);
                return (!event.data.is_empty() || !event.name.is_empty()).then_some(event);
            }
            "id" => self.event.id = Some(value.to_owned()),
            "event" => value.clone_into(&mut self.event.name),
            "data" => {
                if !self.event.data.is_empty() {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_may_come_in_pieces() {
        let mut parser = Parser::default();
        assert_eq!(parser.feed(b": keep-alive\n\nid: 7\nevent: st"), []);
        let event = Event {
            id: Some("7".into()),
            name: "state".into(),
            data: "{}".into(),
        };
        assert_eq!(parser.feed(b"ate\ndata: {}\n\n"), [event]);
    }
}
