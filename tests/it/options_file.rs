//! `-o FILE`: flags from a file, as mosquitto 2.1 has them.

use crate::support::{Conn, Mqtt, Peer, Properties, property};

#[test]
fn its_lines_are_as_if_typed_first_and_values_are_taken_as_they_are() {
    let peer = Peer::script(|conn: &mut Conn| {
        let connect = conn.accept();
        assert_eq!((connect.client_id.as_str(), connect.keep_alive), ("-me", 7));
        let publish = conn.take();
        assert_eq!((publish.topic.as_str(), publish.qos, publish.retain), ("a b", 1, true));
        assert_eq!(publish.text(), "-x \"quoted\" # no comment ");
        let users = Properties::new().user("k", "v w");
        assert_eq!(publish.properties.only(property::USER_PROPERTY), users);
        conn.expect_goodbye();
    });
    let options = format!(
        "# a comment\n\n-h 192.0.2.1\n--port {}\n-i -me\n-t a b\n  -m -x \"quoted\" # no comment \n\
         -q 2\n--retain\n-D publish user-property k v w\n-k 5\n",
        peer.port()
    );
    let run = Mqtt::new("pub").file("options", options);
    run.line("-h 127.0.0.1 -o options -q 1 -k 7").run();
}

#[test]
fn it_may_come_by_any_spelling_and_with_lines_that_end_in_crlf() {
    for flag in ["-o options", "-ooptions", "--options options", "--options=options", "-ro options"]
    {
        let peer = Peer::accepting();
        let run = peer.mqtt("pub").line(flag).file("options", "-t t\r\n-m x\r\n");
        run.run();
        assert_eq!(peer.finish().payloads(), ["x"]);
    }
}

#[test]
fn a_value_after_an_equals_sign_or_attached_is_the_rest_of_the_line() {
    for line in
        ["--message=hello world ", "-mhello world ", "-m hello world ", "--message hello world "]
    {
        let peer = Peer::accepting();
        peer.mqtt("pub").line("-o options").file("options", format!("-t t\n{line}\n")).run();
        assert_eq!(peer.finish().payloads(), ["hello world "], "{line}");
    }
}

/// The complaint about these lines.
#[track_caller]
fn refuses(options: &str, complaint: &str) {
    let run = Mqtt::at("pub", 1).line("-t t -m x -o options").file("options", options);
    run.status(2).stderr(format!("mqtt: {complaint}\n")).run();
}

#[test]
fn what_is_wrong_in_it_is_named_by_file_and_line() {
    refuses(
        "# one\n\n--zzz\n",
        "options:3: unexpected argument '--zzz' found\nhint: mqtt pub --help shows all flags",
    );
    refuses("-q 1\n-q 3\n", "options:2: invalid value '3' for '--qos <QOS>': a QoS is 0, 1 or 2");
    refuses("-r\nhost x\n", "options:2: a line is a flag, such as --host, and its value");
    refuses("--\n", "options:1: a line is a flag, such as --host, and its value");
    refuses("-o other\n", "options:1: an options file cannot name another");
    refuses("--options=other\n", "options:1: an options file cannot name another");
    refuses("-oother\n", "options:1: an options file cannot name another");
    refuses("-r\n-i\n-v\n", "options:2: a value is required for '--id <ID>' but none was supplied");
    refuses("-r yes\n", "options:1: this flag takes no value");
    refuses("--port\n", "options:1: a value is required for '--port <PORT>' but none was supplied");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let run = |file: &[u8]| Mqtt::at("pub", 1).line("-t t -m x").file("options", file).status(2);
    run(b"")
        .line("-o nowhere")
        .stderr("mqtt: cannot read the options file nowhere: No such file or directory\n")
        .run();
    let complaint = "mqtt: options:3: this line is not UTF-8\n";
    run(b"-q 1\n\n-h \xff\n").line("-o options").stderr(complaint).run();
}

#[test]
fn what_is_wrong_on_the_command_line_is_not_blamed_on_the_file() {
    let run = Mqtt::at("pub", 1).line("-t t -m x -q 3 -o options").file("options", "-q 1\n");
    run.status(2).stderr("mqtt: invalid value '3' for '--qos <QOS>': a QoS is 0, 1 or 2\n").run();
}
