//! What each format prints.

use super::*;

const F32: &[u8] = &1.5f32.to_ne_bytes();
const F64: &[u8] = &(-2.0f64 / 3.0).to_ne_bytes();
const NAN: &[u8] = &f32::from_bits(0x7fc0_0000).to_ne_bytes();
const MINUS_NAN: &[u8] = &f32::from_bits(0xffc0_0000).to_ne_bytes();
const MINUS_INF: &[u8] = &f64::NEG_INFINITY.to_ne_bytes();
const HALVES: &[u8] = &2.5f64.to_ne_bytes();
const MINUS_ZERO: &[u8] = &(-0.0f64).to_ne_bytes();
const HUGE: &[u8] = &1e22f64.to_ne_bytes();

type Row = (Sample, &'static str, &'static [u8]);

fn rows() -> Vec<Row> {
    [literals(), texts(), numbers(), payloads(), floats(), times(), json()].concat()
}

fn literals() -> Vec<Row> {
    vec![
        (PLAIN, "", b""),
        (PLAIN, "just text, gr\u{fc}n", "just text, gr\u{fc}n".as_bytes()),
        (PLAIN, "%%", b"%"),
        (PLAIN, "%%%%t", b"%%t"),
        (PLAIN, "@@", b"@"),
        (PLAIN, "@%", b"%"),
        (PLAIN, "a@@b%%c", b"a@b%c"),
        (PLAIN, r"\\", b"\\"),
        (PLAIN, r"\0", b"\0"),
        (PLAIN, r"\a", b"\x07"),
        (PLAIN, r"\e", b"\x1b"),
        (PLAIN, r"\n", b"\n"),
        (PLAIN, r"\r", b"\r"),
        (PLAIN, r"\t", b"\t"),
        (PLAIN, r"\v", b"\x0b"),
        (PLAIN, r"\e[92m%t \e[96m%p\e[0m", b"\x1b[92ma/b \x1b[96mhello\x1b[0m"),
        (PLAIN, r"%t\0%p\0", b"a/b\0hello\0"),
        (PLAIN, r"\\n", b"\\n"),
        (PLAIN, "\n\t", b"\n\t"),
        (PLAIN, "%5%", b"    %"),
        (PLAIN, "%-5%|", b"%    |"),
        (PLAIN, "%-%|", b"%|"),
    ]
}

fn texts() -> Vec<Row> {
    vec![
        (PLAIN, "%t", b"a/b"),
        (PLAIN, "%5t|", b"  a/b|"),
        (PLAIN, "%-5t|", b"a/b  |"),
        (PLAIN, "%-t|", b"a/b|"),
        (PLAIN, "%2t|", b"a/b|"),
        (PLAIN, "%.2t|", b"a/|"),
        (PLAIN, "%-.2t|", b"a/|"),
        (PLAIN, "%4.2t|", b"  a/|"),
        (PLAIN, "%-4.2t|", b"a/  |"),
        (PLAIN, "%.t|", b"|"),
        (PLAIN, "%.0t|", b"|"),
        (PLAIN, "%.9t|", b"a/b|"),
        (FULL, "%t", "gr\u{fc}n/1".as_bytes()),
        (FULL, "%.4t|", "gr\u{fc}|".as_bytes()),
        (FULL, "%.3t|", b"gr|"),
        (FULL, "%9t|", "  gr\u{fc}n/1|".as_bytes()),
        (FULL, "%C", b"text/plain"),
        (FULL, "%12.4C|", b"        text|"),
        (FULL, "%-12C|", b"text/plain  |"),
        (PLAIN, "<%C>", b"<>"),
        (PLAIN, "<%4C>", b"<    >"),
        (PLAIN, "<%-4C>", b"<    >"),
        (FULL, "%R", b"re/t"),
        (FULL, "%6R|", b"  re/t|"),
        (FULL, "%-6.2R|", b"re    |"),
        (PLAIN, "<%R>", b"<>"),
        (PLAIN, "<%6R>", b"<>"),
        (FULL, "%D", "c\u{e9}".as_bytes()),
        (FULL, "%5D|", "  c\u{e9}|".as_bytes()),
        (FULL, "%.1D|", b"c|"),
        (PLAIN, "<%D>", b"<>"),
        (PLAIN, "<%5D>", b"<>"),
        (FULL, "%P", b"k:v1 k:v2"),
        (FULL, "%11P|", b"  k:v1 k:v2|"),
        (FULL, "%-11.4P|", b"k:v1       |"),
        (PLAIN, "<%P>", b"<>"),
        (PLAIN, "<%5P>", b"<>"),
    ]
}

fn numbers() -> Vec<Row> {
    vec![
        (FULL, "%A", b"9"),
        (FULL, "%3A|", b"  9|"),
        (FULL, "%03A|", b"009|"),
        (FULL, "%-3A|", b"9  |"),
        (FULL, "%.3A|", b"009|"),
        (FULL, "%5.3A|", b"  009|"),
        (PLAIN, "<%A>", b"<>"),
        (PLAIN, "<%3A>", b"<   >"),
        (PLAIN, "<%03A>", b"<000>"),
        (PLAIN, "<%-3A>", b"<   >"),
        (PLAIN, "<%-03A>", b"<   >"),
        (FULL, "%E", b"4294967295"),
        (FULL, "%012E", b"004294967295"),
        (PLAIN, "<%2E>", b"<  >"),
        (FULL, "%F", b"1"),
        (FULL, "%02F", b"01"),
        (PLAIN, "<%02F>", b"<00>"),
        (FULL, "%S", b"7"),
        (FULL, "%-2S|", b"7 |"),
        (PLAIN, "<%S>", b"<>"),
        (PLAIN, "%l", b"5"),
        (PLAIN, "%4l", b"   5"),
        (PLAIN, "%04l", b"0005"),
        (PLAIN, "%-4l|", b"5   |"),
        (PLAIN, "%-04l|", b"5   |"),
        (PLAIN, "%00l", b"5"),
        (PLAIN, "%0l", b"5"),
        (sample(b""), "%l", b"0"),
        (FULL, "%m", b"700"),
        (FULL, "%6m", b"   700"),
        (FULL, "%2m", b"700"),
        (PLAIN, "%m", b"0"),
        (PLAIN, "%q%r", b"00"),
        (FULL, "%q%r", b"11"),
        (Sample { qos: QoS::ExactlyOnce, ..PLAIN }, "%q", b"2"),
        (PLAIN, "%5q|", b"    0|"),
        (FULL, "%-3r|", b"1  |"),
        (FULL, "%03q", b"001"),
    ]
}

fn payloads() -> Vec<Row> {
    vec![
        (PLAIN, "%p", b"hello"),
        (sample(b"\xff\0\x1b"), "%p", b"\xff\0\x1b"),
        (sample(b""), "<%p>", b"<>"),
        (PLAIN, "%8p|", b"   hello|"),
        (PLAIN, "%-8p|", b"hello   |"),
        (PLAIN, "%08p|", b"000hello|"),
        (PLAIN, "%010p|", b"00000hello|"),
        (PLAIN, "%3p|", b"hel|"),
        (PLAIN, "%-3p|", b"hel|"),
        (PLAIN, "%-p|", b"hello|"),
        (PLAIN, "%.2p|", b"he|"),
        (PLAIN, "%4.2p|", b"  he|"),
        (PLAIN, "%2.4p|", b"he|"),
        (sample(b""), "%3p|", b"   |"),
        (sample(b""), "%03p|", b"000|"),
        (sample(b""), "%-3p|", b"   |"),
        (PLAIN, "%x", b"68656c6c6f"),
        (sample(b"\xab\xCD\x0f"), "%x %X", b"abcd0f ABCD0F"),
        (sample(b""), "<%x>", b"<>"),
        (PLAIN, "%-x|", b"68656c6c6f|"),
        (PLAIN, "%14x|", b"    68656c6c6f|"),
        (PLAIN, "%014x|", b"000068656c6c6f|"),
        (PLAIN, "%-14x|", b"68656c6c6f    |"),
        (PLAIN, "%4x|", b"68656c6c|"),
        (PLAIN, "%-4x|", b"68656c6c|"),
        (PLAIN, "%-6x|", b"68656c6c6f|"),
        (PLAIN, "%.2x", b"68 65 6c 6c 6f"),
        (PLAIN, "%.1x", b"6 8 6 5 6 c 6 c 6 f"),
        (PLAIN, "%.3x", b"686 56c 6c6 f"),
        (PLAIN, "%.4X", b"6865 6C6C 6F"),
        (PLAIN, "%.0x", b"68656c6c6f"),
        (PLAIN, "%.x", b"68656c6c6f"),
        (PLAIN, "%.99x", b"68656c6c6f"),
        (PLAIN, "%.2:x", b"68:65:6c:6c:6f"),
        (PLAIN, "%.2 x", b"68 65 6c 6c 6f"),
        (PLAIN, "%.2-X", b"68-65-6C-6C-6F"),
        (PLAIN, "%.2.x", b"68.65.6c.6c.6f"),
        (PLAIN, r"%.4\x", br"6865\6c6c\6f"),
        (PLAIN, "%.4@x", b"6865@6c6c@6f"),
        (PLAIN, "%14.2:x|", b"  :  :68:65:6c:6c:6f|"),
        (PLAIN, "%014.2:x|", b"00:00:68:65:6c:6c:6f|"),
        (PLAIN, "%-14.2:x|", b"68:65:6c:6c:6f    |"),
        (PLAIN, "%-.2:x|", b"68:65:6c:6c:6f|"),
        (PLAIN, "%2.2:x|", b"68:65|"),
        (sample(b""), "%.2:x|", b"|"),
        (sample(b""), "%04x|", b"0000|"),
        (sample(b""), "%4x|", b"    |"),
        (sample(b""), "%04.2:x|", b"00:00|"),
        (sample(b"\x01"), "%-4.2:x|", b"01  |"),
    ]
}

fn floats() -> Vec<Row> {
    vec![
        (sample(F32), "%f", b"1.500000"),
        (sample(F32), "%.2f", b"1.50"),
        (sample(F32), "%.0f", b"2"),
        (sample(F32), "%8.2f|", b"    1.50|"),
        (sample(F32), "%-8.2f|", b"1.50    |"),
        (sample(F32), "%08.2f|", b"00001.50|"),
        (sample(F32), "%010f", b"001.500000"),
        (sample(F32), "%5f", b"1.500000"),
        (sample(F64), "%d", b"-0.666667"),
        (sample(F64), "%.20d", b"-0.66666666666666662966"),
        (sample(F64), "%010.3d", b"-00000.667"),
        (sample(F64), "%10.3d", b"    -0.667"),
        (sample(F64), "%-10.3d|", b"-0.667    |"),
        (sample(HALVES), "%.0d", b"2"),
        (sample(HALVES), "%.d", b"2"),
        (sample(MINUS_ZERO), "%.1d", b"-0.0"),
        (sample(HUGE), "%.1d", b"10000000000000000000000.0"),
        (sample(NAN), "%f|%6f|%06f|%-6f|", b"nan|   nan|   nan|nan   |"),
        (sample(MINUS_NAN), "%f", b"-nan"),
        (sample(MINUS_INF), "%d|%8d|%08d", b"-inf|    -inf|    -inf"),
        (PLAIN, "<%f>", b"<>"),
        (PLAIN, "<%6f>", b"<      >"),
        (sample(F32), "<%06.1d>", b"<      >"),
        (sample(b""), "<%-2d>", b"<  >"),
    ]
}

fn times() -> Vec<Row> {
    vec![
        (PLAIN, "%I", b"2026-11-20T17:09:05+0100"),
        (PLAIN, "%26I|", b"  2026-11-20T17:09:05+0100|"),
        (PLAIN, "%-26I|", b"2026-11-20T17:09:05+0100  |"),
        (PLAIN, "%.10I", b"2026-11-20"),
        (PLAIN, "%12.4I|", b"        2026|"),
        (PLAIN, "%U", b"1795190945.012345678"),
        (PLAIN, "%.3U", b"1795190945.012"),
        (PLAIN, "%.0U", b"1795190945"),
        (PLAIN, "%.12U", b"1795190945.012345678"),
        (PLAIN, "%22U|", b"  1795190945.012345678|"),
        (PLAIN, "%022U|", b"001795190945.012345678|"),
        (PLAIN, "@N", b"012345678"),
        (PLAIN, "@s.@N", b"1795190945.012345678"),
        (PLAIN, "@Y-@m-@dT@H:@M:@S@z : %t", b"2026-11-20T17:09:05+0100 : a/b"),
        (PLAIN, "@a|@A|@b|@h|@B", b"Fri|Friday|Nov|Nov|November"),
        (PLAIN, "@c", b"Fri Nov 20 17:09:05 2026"),
        (PLAIN, "@C|@D|@x|@e|@F", b"20|11/20/26|11/20/26|20|2026-11-20"),
        (PLAIN, "@g|@G|@V|@u|@w", b"26|2026|47|5|5"),
        (PLAIN, "@I|@j|@k|@l|@p|@P", b"05|324|17| 5|PM|pm"),
        (PLAIN, "@n@t", b"\n\t"),
        (PLAIN, "@r|@R|@T|@X", b"05:09:05 PM|17:09|17:09:05|17:09:05"),
        (PLAIN, "@U|@W|@y|@Z", b"46|46|26|+01"),
    ]
}

fn json() -> Vec<Row> {
    vec![
        (PLAIN, "%j", br#"{"tst":"2026-11-20T17:09:05.012345+0100","topic":"a/b","qos":0,"retain":false,"payloadlen":5,"payload":"hello"}"#),
        (sample(b""), "%j|%J", br#"{"tst":"2026-11-20T17:09:05.012345+0100","topic":"a/b","qos":0,"retain":false,"payloadlen":0,"payload":null}|{"tst":"2026-11-20T17:09:05.012345+0100","topic":"a/b","qos":0,"retain":false,"payloadlen":0,"payload":null}"#),
        (Sample { qos: QoS::AtLeastOnce, packet_id: 9, retain: true, ..sample(b"\"\\/\x08\x0c\n\r\t\x01") }, "%j", br#"{"tst":"2026-11-20T17:09:05.012345+0100","topic":"a/b","qos":1,"retain":true,"payloadlen":9,"mid":9,"payload":"\"\\/\b\f\n\r\t\u0001"}"#),
        (FULL, "%j", r#"{"tst":"2026-11-20T17:09:05.012345+0100","topic":"grün/1","qos":1,"retain":true,"payloadlen":10,"mid":700,"properties":{"topic-alias":9,"content-type":"text/plain","response-topic":"re/t","correlation-data":"cé","message-expiry-interval":4294967295,"payload-format-indicator":1,"subscription-identifier":7,"user-properties":[{"k":"v1"},{"k":"v2"}]},"payload":"{\"t\": 1.0}"}"#.as_bytes()),
        (sample(b" [1, 2]\n"), "%J", br#"{"tst":"2026-11-20T17:09:05.012345+0100","topic":"a/b","qos":0,"retain":false,"payloadlen":8,"payload":[1,2]}"#),
        (FULL, "%J", r#"{"tst":"2026-11-20T17:09:05.012345+0100","topic":"grün/1","qos":1,"retain":true,"payloadlen":10,"mid":700,"properties":{"topic-alias":9,"content-type":"text/plain","response-topic":"re/t","correlation-data":"cé","message-expiry-interval":4294967295,"payload-format-indicator":1,"subscription-identifier":7,"user-properties":[{"k":"v1"},{"k":"v2"}]},"payload":{"t":1.0}}"#.as_bytes()),
        (PLAIN, "%J", br#"{"tst":"2026-11-20T17:09:05.012345+0100","topic":"a/b","qos":0,"retain":false,"payloadlen":5,"payload":"hello"}"#),
        (sample(b"ab\0cd"), "%j", br#"{"tst":"2026-11-20T17:09:05.012345+0100","topic":"a/b","qos":0,"retain":false,"payloadlen":5,"payload":"ab\u0000cd"}"#),
        (sample(b"\xff\0"), "%j", br#"{"tst":"2026-11-20T17:09:05.012345+0100","topic":"a/b","qos":0,"retain":false,"payloadlen":2,"payload_base64":"/wA="}"#),
        (sample(b"\xff\0"), "%J", br#"{"tst":"2026-11-20T17:09:05.012345+0100","topic":"a/b","qos":0,"retain":false,"payloadlen":2,"payload_base64":"/wA="}"#),
        (sample(b"[12345678901234567890, 1.0,1e400]"), "%J", br#"{"tst":"2026-11-20T17:09:05.012345+0100","topic":"a/b","qos":0,"retain":false,"payloadlen":33,"payload":[12345678901234567890,1.0,1e400]}"#),
        (sample("\u{7f}\u{9b}\u{202e}".as_bytes()), "%j", br#"{"tst":"2026-11-20T17:09:05.012345+0100","topic":"a/b","qos":0,"retain":false,"payloadlen":6,"payload":"\u007f\u009b\u202e"}"#),
        (Sample { properties: b"\x09\x09\0\x01\xff\x0b\x01\x0b\x80\x01", ..sample(b"1") }, "%J", br#"{"tst":"2026-11-20T17:09:05.012345+0100","topic":"a/b","qos":0,"retain":false,"payloadlen":1,"properties":{"correlation-data_base64":"/w==","subscription-identifier":[1,128]},"payload":1}"#),
        (sample(b"1"), "%107J|%-107J|", br#"  {"tst":"2026-11-20T17:09:05.012345+0100","topic":"a/b","qos":0,"retain":false,"payloadlen":1,"payload":1}|{"tst":"2026-11-20T17:09:05.012345+0100","topic":"a/b","qos":0,"retain":false,"payloadlen":1,"payload":1}  |"#),
    ]
}

#[test]
fn every_row_prints_what_it_says() {
    let rows = rows();
    assert!(rows.len() >= 110, "{} rows", rows.len());
    let wrong: Vec<String> = rows
        .into_iter()
        .filter_map(|(sample, text, expected)| {
            let found = printed(text, sample);
            let shown = |bytes: &[u8]| bytes.escape_ascii().to_string();
            (found != expected)
                .then(|| format!("{text:?}: {}\n wanted {}", shown(&found), shown(expected)))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
