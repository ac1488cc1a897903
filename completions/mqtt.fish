# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_mqtt_global_optspecs
    string join \n h/help V/version
end

function __fish_mqtt_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_mqtt_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_mqtt_using_subcommand
    set -l cmd (__fish_mqtt_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c mqtt -n "__fish_mqtt_needs_command" -s h -l help -d 'Print help'
complete -c mqtt -n "__fish_mqtt_needs_command" -s V -l version -d 'Print version'
complete -c mqtt -n "__fish_mqtt_needs_command" -f -a "pub" -d 'Publish messages to a topic'
complete -c mqtt -n "__fish_mqtt_needs_command" -f -a "publish" -d 'Publish messages to a topic'
complete -c mqtt -n "__fish_mqtt_needs_command" -f -a "sub" -d 'Subscribe to topics and print what is published to them'
complete -c mqtt -n "__fish_mqtt_needs_command" -f -a "subscribe" -d 'Subscribe to topics and print what is published to them'
complete -c mqtt -n "__fish_mqtt_needs_command" -f -a "rr" -d 'Publish a request and print the reply'
complete -c mqtt -n "__fish_mqtt_needs_command" -f -a "request" -d 'Publish a request and print the reply'
complete -c mqtt -n "__fish_mqtt_needs_command" -f -a "clear-retained" -d 'Remove the retained messages of the topics that match, and print what was removed'
complete -c mqtt -n "__fish_mqtt_needs_command" -f -a "config" -d 'Show the settings of the connection, and where they come from'
complete -c mqtt -n "__fish_mqtt_needs_command" -f -a "completions" -d 'Print the completions of a shell'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s t -l topic -d 'Publish to this topic; can be repeated: each message goes to each topic' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s m -l message -d 'Send this text; can be repeated: each is a message' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s f -l file -d 'Send this file as one message, `-` for standard input; can be repeated' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s q -l qos -d 'Deliver with this QoS: 0, 1 or 2 [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l delimiter -d 'End each message of --stdin-line with this text [default: \\n]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l topic-from -d 'Begin each line of --stdin-line with its topic and this text' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l repeat -d 'Send each message so many times [default: 1]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l interval -d 'Wait at least this long between one message and the next; its topics go together [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l rate -d 'Send at most so many messages a second, fractions allowed [default: no limit]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l content-type -d 'Say what the payload is, such as text/plain (MQTT 5)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l expiry -d 'Let the broker drop the message when it is this old (MQTT 5) [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l correlation -d 'Say what ties an answer to this message: text, `hex:…`, `base64:…` or `@FILE` (MQTT 5)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l user-property -d 'Add a user property; can be repeated (MQTT 5)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l response-topic -d 'Say where an answer is expected (MQTT 5)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l topic-alias -d 'Shorten repeated topics by this alias, or by as many as the broker takes: `auto` (MQTT 5) [default: none]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s L -l url -d 'Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s h -l host -d 'Connect to this host; help is --help [env: MQTT_HOST] [default: localhost]' -r -f -a "(__fish_print_hostnames)"
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s p -l port -d 'Connect to this port [env: MQTT_PORT] [default: 1883, with TLS 8883, WebSocket 80, both 443]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s V -l protocol -d 'Speak this version of MQTT: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]' -r -f -a "auto\t''
5\t''
3.1.1\t''
3.1\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s i -l id -d 'Use this client id [default: mqtt- and 16 random hex digits]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s u -l username -d 'Authenticate as this user [env: MQTT_USERNAME]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l unix -d 'Connect to this Unix socket' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s A -l bind -d 'Connect from this local address, or from that of this name' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l proxy -d 'Connect through a proxy: socks5://, socks5h:// or http://[USER:PASSWORD@]HOST[:PORT]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l ws-path -d 'Ask for the WebSocket at this path [default: /mqtt]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l ws-header -d 'Send this HTTP header with the WebSocket request; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l ca -d 'Trust the authorities in this PEM file instead of the system\'s; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l capath -d 'Trust the authorities in the PEM files of this directory instead of the system\'s; turns TLS on' -r -f -a "(__fish_complete_directories)"
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l crl -d 'Refuse certificates that the revocation lists in this PEM file name' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l pin -d 'Expect this public key besides, or one of several: sha256//BASE64[;sha256//...]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l cert -d 'Show the broker the certificate in this PEM file; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l key -d 'Take the certificate\'s key from this PEM file; turns TLS on [default: the file of --cert]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l key-password-file -d 'Read the password of an encrypted key from this file, `-` for standard input; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l tls-server-name -d 'Expect a certificate for this name [default: the host]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l tls-alpn -d 'Offer this application protocol, best first; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l tls-version -d 'Speak this version of TLS only [default: 1.3, or 1.2 where the broker knows no better]' -r -f -a "1.2\t'TLS 1.2'
1.3\t'TLS 1.3'"
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l tls-keylog -d 'Add the secrets of the connection to this file, with which captured packets can be decrypted' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l profile -d 'Use this profile of the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file\'s]' -r -f -a "(mqtt completions --profiles 2>/dev/null)"
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l config -d 'Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s o -l options -d 'Read flags from this file, one and its value a line, as if they were typed first' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s I -l id-prefix -d 'Use a client id of this prefix and 16 random hex digits' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s x -l session-expiry -d 'Let the session live this long after the connection: a duration or `never` (MQTT 5) [default: never with -c]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s k -l keepalive -d 'Ping the broker after this many seconds of silence, 0 for never [default: 60]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l password-file -d 'Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l password-command -d 'Take what this command prints as the password' -r -f -a "(__fish_complete_command)"
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s P -l password -d 'Give the password where other users of this machine can read it' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l connect-timeout -d 'Give up when the broker has not accepted the connection by then [default: 10s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l ack-timeout -d 'Give a connection up on which the broker acknowledges nothing for this long while it should [default: 30s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s W -l timeout -d 'End the run after this time, with status 27 if it is not done [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l reconnect -d 'Which connections to try again [default: lost]' -r -f -a "lost\t'A connection that stood and was lost'
always\t'The first connection too'
never\t'None: any loss ends the run'"
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l reconnect-timeout -d 'Stop trying to reconnect when the broker was out of reach for this long [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s M -l max-inflight -d 'Have at most this many QoS 1 and 2 messages in flight [default: what the broker allows, 20 before MQTT 5]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l receive-maximum -d 'Let the broker have at most this many QoS 1 and 2 messages in flight to us (MQTT 5) [default: 65535]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l maximum-packet-size -d 'Let the broker send no packet of more bytes than this (MQTT 5) [default: 268435460]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l topic-alias-maximum -d 'Let the broker shorten topics by up to this many aliases, for 16 MiB of topics (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s D -l property -d 'Set an MQTT 5 property of the packet CMD: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l will-topic -d 'Let the broker publish to this topic if the connection ends without DISCONNECT' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l will-payload -d 'The will\'s payload [default: empty]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l will-qos -d 'The will\'s QoS [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l will-delay -d 'Let the broker wait this long before it publishes the will (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l events -d 'Write what happens to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s s -l stdin-file -d 'Send all of standard input as one message'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s l -l stdin-line -d 'Send each line of standard input as a message'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s n -l null-message -d 'Send an empty message'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l json -d 'Send each line of standard input, a JSON record as `mqtt sub --json` prints it'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s r -l retain -d 'Let the broker keep the message for later subscribers'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s 0 -l null -d 'End each message of --stdin-line with a NUL byte'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l hex -d 'Decode payloads from hexadecimal; white space does not count'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l base64 -d 'Decode payloads from base64; white space does not count'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l skip-invalid -d 'Leave out records that cannot be understood, and end with status 2 after the others'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l progress -d 'Show a progress bar on stderr [default: on a terminal, after a second]'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l no-progress -d 'Show no progress bar'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l payload-utf8 -d 'Declare the payload to be UTF-8 text (MQTT 5)'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l ws -d 'Speak MQTT over WebSocket'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l tls -d 'Encrypt the connection, as mqtts:// and wss:// do'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l insecure -d 'Accept any certificate, so that anybody can pretend to be the broker (but for --pin)'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l require-tls -d 'Refuse to connect to another machine without TLS'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l no-config -d 'Read no configuration file'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s c -l no-clean-start -d 'Resume the session of this client id, and let the broker keep it (needs --id)'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l ask-password -d 'Ask for the password on the terminal'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l will-retain -d 'Let the broker retain the will'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s d -l debug -d 'Show every packet on stderr, without secrets and payloads'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l quiet -d 'Say nothing but errors'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l help -d 'Show this help'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s t -l topic -d 'Publish to this topic; can be repeated: each message goes to each topic' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s m -l message -d 'Send this text; can be repeated: each is a message' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s f -l file -d 'Send this file as one message, `-` for standard input; can be repeated' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s q -l qos -d 'Deliver with this QoS: 0, 1 or 2 [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l delimiter -d 'End each message of --stdin-line with this text [default: \\n]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l topic-from -d 'Begin each line of --stdin-line with its topic and this text' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l repeat -d 'Send each message so many times [default: 1]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l interval -d 'Wait at least this long between one message and the next; its topics go together [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l rate -d 'Send at most so many messages a second, fractions allowed [default: no limit]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l content-type -d 'Say what the payload is, such as text/plain (MQTT 5)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l expiry -d 'Let the broker drop the message when it is this old (MQTT 5) [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l correlation -d 'Say what ties an answer to this message: text, `hex:…`, `base64:…` or `@FILE` (MQTT 5)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l user-property -d 'Add a user property; can be repeated (MQTT 5)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l response-topic -d 'Say where an answer is expected (MQTT 5)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l topic-alias -d 'Shorten repeated topics by this alias, or by as many as the broker takes: `auto` (MQTT 5) [default: none]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s L -l url -d 'Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s h -l host -d 'Connect to this host; help is --help [env: MQTT_HOST] [default: localhost]' -r -f -a "(__fish_print_hostnames)"
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s p -l port -d 'Connect to this port [env: MQTT_PORT] [default: 1883, with TLS 8883, WebSocket 80, both 443]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s V -l protocol -d 'Speak this version of MQTT: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]' -r -f -a "auto\t''
5\t''
3.1.1\t''
3.1\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s i -l id -d 'Use this client id [default: mqtt- and 16 random hex digits]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s u -l username -d 'Authenticate as this user [env: MQTT_USERNAME]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l unix -d 'Connect to this Unix socket' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s A -l bind -d 'Connect from this local address, or from that of this name' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l proxy -d 'Connect through a proxy: socks5://, socks5h:// or http://[USER:PASSWORD@]HOST[:PORT]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l ws-path -d 'Ask for the WebSocket at this path [default: /mqtt]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l ws-header -d 'Send this HTTP header with the WebSocket request; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l ca -d 'Trust the authorities in this PEM file instead of the system\'s; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l capath -d 'Trust the authorities in the PEM files of this directory instead of the system\'s; turns TLS on' -r -f -a "(__fish_complete_directories)"
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l crl -d 'Refuse certificates that the revocation lists in this PEM file name' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l pin -d 'Expect this public key besides, or one of several: sha256//BASE64[;sha256//...]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l cert -d 'Show the broker the certificate in this PEM file; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l key -d 'Take the certificate\'s key from this PEM file; turns TLS on [default: the file of --cert]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l key-password-file -d 'Read the password of an encrypted key from this file, `-` for standard input; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l tls-server-name -d 'Expect a certificate for this name [default: the host]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l tls-alpn -d 'Offer this application protocol, best first; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l tls-version -d 'Speak this version of TLS only [default: 1.3, or 1.2 where the broker knows no better]' -r -f -a "1.2\t'TLS 1.2'
1.3\t'TLS 1.3'"
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l tls-keylog -d 'Add the secrets of the connection to this file, with which captured packets can be decrypted' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l profile -d 'Use this profile of the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file\'s]' -r -f -a "(mqtt completions --profiles 2>/dev/null)"
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l config -d 'Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s o -l options -d 'Read flags from this file, one and its value a line, as if they were typed first' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s I -l id-prefix -d 'Use a client id of this prefix and 16 random hex digits' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s x -l session-expiry -d 'Let the session live this long after the connection: a duration or `never` (MQTT 5) [default: never with -c]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s k -l keepalive -d 'Ping the broker after this many seconds of silence, 0 for never [default: 60]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l password-file -d 'Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l password-command -d 'Take what this command prints as the password' -r -f -a "(__fish_complete_command)"
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s P -l password -d 'Give the password where other users of this machine can read it' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l connect-timeout -d 'Give up when the broker has not accepted the connection by then [default: 10s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l ack-timeout -d 'Give a connection up on which the broker acknowledges nothing for this long while it should [default: 30s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s W -l timeout -d 'End the run after this time, with status 27 if it is not done [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l reconnect -d 'Which connections to try again [default: lost]' -r -f -a "lost\t'A connection that stood and was lost'
always\t'The first connection too'
never\t'None: any loss ends the run'"
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l reconnect-timeout -d 'Stop trying to reconnect when the broker was out of reach for this long [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s M -l max-inflight -d 'Have at most this many QoS 1 and 2 messages in flight [default: what the broker allows, 20 before MQTT 5]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l receive-maximum -d 'Let the broker have at most this many QoS 1 and 2 messages in flight to us (MQTT 5) [default: 65535]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l maximum-packet-size -d 'Let the broker send no packet of more bytes than this (MQTT 5) [default: 268435460]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l topic-alias-maximum -d 'Let the broker shorten topics by up to this many aliases, for 16 MiB of topics (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s D -l property -d 'Set an MQTT 5 property of the packet CMD: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l will-topic -d 'Let the broker publish to this topic if the connection ends without DISCONNECT' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l will-payload -d 'The will\'s payload [default: empty]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l will-qos -d 'The will\'s QoS [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l will-delay -d 'Let the broker wait this long before it publishes the will (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l events -d 'Write what happens to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s s -l stdin-file -d 'Send all of standard input as one message'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s l -l stdin-line -d 'Send each line of standard input as a message'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s n -l null-message -d 'Send an empty message'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l json -d 'Send each line of standard input, a JSON record as `mqtt sub --json` prints it'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s r -l retain -d 'Let the broker keep the message for later subscribers'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s 0 -l null -d 'End each message of --stdin-line with a NUL byte'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l hex -d 'Decode payloads from hexadecimal; white space does not count'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l base64 -d 'Decode payloads from base64; white space does not count'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l skip-invalid -d 'Leave out records that cannot be understood, and end with status 2 after the others'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l progress -d 'Show a progress bar on stderr [default: on a terminal, after a second]'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l no-progress -d 'Show no progress bar'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l payload-utf8 -d 'Declare the payload to be UTF-8 text (MQTT 5)'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l ws -d 'Speak MQTT over WebSocket'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l tls -d 'Encrypt the connection, as mqtts:// and wss:// do'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l insecure -d 'Accept any certificate, so that anybody can pretend to be the broker (but for --pin)'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l require-tls -d 'Refuse to connect to another machine without TLS'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l no-config -d 'Read no configuration file'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s c -l no-clean-start -d 'Resume the session of this client id, and let the broker keep it (needs --id)'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l ask-password -d 'Ask for the password on the terminal'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l will-retain -d 'Let the broker retain the will'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s d -l debug -d 'Show every packet on stderr, without secrets and payloads'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l quiet -d 'Say nothing but errors'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l help -d 'Show this help'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s t -l topic -d 'Take topics that match this filter; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s q -l qos -d 'Ask for this QoS: once for all filters, or once for each in their order [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s U -l unsubscribe -d 'Unsubscribe from this filter, of which the durable session knows (needs --no-clean-start); can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l retain-handling -d 'When the broker sends stored messages (MQTT 5) [default: always]' -r -f -a "always\t'Send stored messages whenever the subscription is made'
new\t'Only if the subscription is new to the session'
never\t'Never'"
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l subscription-id -d 'Let the broker mark the messages with this number, 1 to 268435455 (MQTT 5) [default: none]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s T -l filter-out -d 'Leave out messages whose topic matches this filter; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l random-filter -d 'Print only this percentage of the messages, 0.1 to 100, chosen at random [default: 100]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s F -l format -d 'Print what this template says, in mosquitto_sub\'s language' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l color -d 'When to colour topics and properties [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Into pipes and files too'
never\t'Not at all'"
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l output -d 'Write to this file instead of standard output, `-`' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s C -l count -d 'End after this many messages [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l idle -d 'End when no message came for this long [default: 500ms with --retained-only]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s L -l url -d 'Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s h -l host -d 'Connect to this host; help is --help [env: MQTT_HOST] [default: localhost]' -r -f -a "(__fish_print_hostnames)"
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s p -l port -d 'Connect to this port [env: MQTT_PORT] [default: 1883, with TLS 8883, WebSocket 80, both 443]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s V -l protocol -d 'Speak this version of MQTT: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]' -r -f -a "auto\t''
5\t''
3.1.1\t''
3.1\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s i -l id -d 'Use this client id [default: mqtt- and 16 random hex digits]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s u -l username -d 'Authenticate as this user [env: MQTT_USERNAME]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l unix -d 'Connect to this Unix socket' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s A -l bind -d 'Connect from this local address, or from that of this name' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l proxy -d 'Connect through a proxy: socks5://, socks5h:// or http://[USER:PASSWORD@]HOST[:PORT]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l ws-path -d 'Ask for the WebSocket at this path [default: /mqtt]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l ws-header -d 'Send this HTTP header with the WebSocket request; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l ca -d 'Trust the authorities in this PEM file instead of the system\'s; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l capath -d 'Trust the authorities in the PEM files of this directory instead of the system\'s; turns TLS on' -r -f -a "(__fish_complete_directories)"
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l crl -d 'Refuse certificates that the revocation lists in this PEM file name' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l pin -d 'Expect this public key besides, or one of several: sha256//BASE64[;sha256//...]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l cert -d 'Show the broker the certificate in this PEM file; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l key -d 'Take the certificate\'s key from this PEM file; turns TLS on [default: the file of --cert]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l key-password-file -d 'Read the password of an encrypted key from this file, `-` for standard input; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l tls-server-name -d 'Expect a certificate for this name [default: the host]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l tls-alpn -d 'Offer this application protocol, best first; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l tls-version -d 'Speak this version of TLS only [default: 1.3, or 1.2 where the broker knows no better]' -r -f -a "1.2\t'TLS 1.2'
1.3\t'TLS 1.3'"
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l tls-keylog -d 'Add the secrets of the connection to this file, with which captured packets can be decrypted' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l profile -d 'Use this profile of the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file\'s]' -r -f -a "(mqtt completions --profiles 2>/dev/null)"
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l config -d 'Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s o -l options -d 'Read flags from this file, one and its value a line, as if they were typed first' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s I -l id-prefix -d 'Use a client id of this prefix and 16 random hex digits' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s x -l session-expiry -d 'Let the session live this long after the connection: a duration or `never` (MQTT 5) [default: never with -c]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s k -l keepalive -d 'Ping the broker after this many seconds of silence, 0 for never [default: 60]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l password-file -d 'Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l password-command -d 'Take what this command prints as the password' -r -f -a "(__fish_complete_command)"
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s P -l password -d 'Give the password where other users of this machine can read it' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l connect-timeout -d 'Give up when the broker has not accepted the connection by then [default: 10s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l ack-timeout -d 'Give a connection up on which the broker acknowledges nothing for this long while it should [default: 30s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s W -l timeout -d 'End the run after this time, with status 27 if it is not done [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l reconnect -d 'Which connections to try again [default: lost]' -r -f -a "lost\t'A connection that stood and was lost'
always\t'The first connection too'
never\t'None: any loss ends the run'"
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l reconnect-timeout -d 'Stop trying to reconnect when the broker was out of reach for this long [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s M -l max-inflight -d 'Have at most this many QoS 1 and 2 messages in flight [default: what the broker allows, 20 before MQTT 5]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l receive-maximum -d 'Let the broker have at most this many QoS 1 and 2 messages in flight to us (MQTT 5) [default: 65535]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l maximum-packet-size -d 'Let the broker send no packet of more bytes than this (MQTT 5) [default: 268435460]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l topic-alias-maximum -d 'Let the broker shorten topics by up to this many aliases, for 16 MiB of topics (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s D -l property -d 'Set an MQTT 5 property of the packet CMD: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l will-topic -d 'Let the broker publish to this topic if the connection ends without DISCONNECT' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l will-payload -d 'The will\'s payload [default: empty]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l will-qos -d 'The will\'s QoS [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l will-delay -d 'Let the broker wait this long before it publishes the will (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l events -d 'Write what happens to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l no-local -d 'Leave out what this client publishes itself (MQTT 5)'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l retain-as-published -d 'Keep the retain flag as the publisher set it (MQTT 5)'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s R -l no-retained -d 'Leave out retained messages'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l retained-only -d 'Print the retained messages the broker has stored, and end'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l remove-retained -d 'Remove each retained message that was printed from the broker'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s v -l verbose -d 'Print the topic and a space before the payload'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l json -d 'Print each message as one line of JSON'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l parse-json -d 'Put payloads that are JSON into --json as they are, as `payload_json`'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l pretty -d 'Indent JSON: --json, or %j and %J of --format'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l hex -d 'Print payloads in hexadecimal'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l base64 -d 'Print payloads in base64'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s N -l no-newline -d 'Print nothing after a message'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s 0 -l null -d 'Print a NUL byte after each message instead of a newline'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l raw -d 'Print exact bytes even to a terminal, where control characters act'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l append -d 'Add to the file of --output instead of replacing it'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s E -l exit-after-subscribe -d 'End as soon as the broker has acknowledged the subscription'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l ws -d 'Speak MQTT over WebSocket'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l tls -d 'Encrypt the connection, as mqtts:// and wss:// do'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l insecure -d 'Accept any certificate, so that anybody can pretend to be the broker (but for --pin)'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l require-tls -d 'Refuse to connect to another machine without TLS'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l no-config -d 'Read no configuration file'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s c -l no-clean-start -d 'Resume the session of this client id, and let the broker keep it (needs --id)'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l ask-password -d 'Ask for the password on the terminal'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l will-retain -d 'Let the broker retain the will'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s d -l debug -d 'Show every packet on stderr, without secrets and payloads'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l quiet -d 'Say nothing but errors'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l help -d 'Show this help'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s t -l topic -d 'Take topics that match this filter; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s q -l qos -d 'Ask for this QoS: once for all filters, or once for each in their order [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s U -l unsubscribe -d 'Unsubscribe from this filter, of which the durable session knows (needs --no-clean-start); can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l retain-handling -d 'When the broker sends stored messages (MQTT 5) [default: always]' -r -f -a "always\t'Send stored messages whenever the subscription is made'
new\t'Only if the subscription is new to the session'
never\t'Never'"
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l subscription-id -d 'Let the broker mark the messages with this number, 1 to 268435455 (MQTT 5) [default: none]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s T -l filter-out -d 'Leave out messages whose topic matches this filter; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l random-filter -d 'Print only this percentage of the messages, 0.1 to 100, chosen at random [default: 100]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s F -l format -d 'Print what this template says, in mosquitto_sub\'s language' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l color -d 'When to colour topics and properties [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Into pipes and files too'
never\t'Not at all'"
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l output -d 'Write to this file instead of standard output, `-`' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s C -l count -d 'End after this many messages [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l idle -d 'End when no message came for this long [default: 500ms with --retained-only]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s L -l url -d 'Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s h -l host -d 'Connect to this host; help is --help [env: MQTT_HOST] [default: localhost]' -r -f -a "(__fish_print_hostnames)"
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s p -l port -d 'Connect to this port [env: MQTT_PORT] [default: 1883, with TLS 8883, WebSocket 80, both 443]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s V -l protocol -d 'Speak this version of MQTT: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]' -r -f -a "auto\t''
5\t''
3.1.1\t''
3.1\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s i -l id -d 'Use this client id [default: mqtt- and 16 random hex digits]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s u -l username -d 'Authenticate as this user [env: MQTT_USERNAME]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l unix -d 'Connect to this Unix socket' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s A -l bind -d 'Connect from this local address, or from that of this name' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l proxy -d 'Connect through a proxy: socks5://, socks5h:// or http://[USER:PASSWORD@]HOST[:PORT]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l ws-path -d 'Ask for the WebSocket at this path [default: /mqtt]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l ws-header -d 'Send this HTTP header with the WebSocket request; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l ca -d 'Trust the authorities in this PEM file instead of the system\'s; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l capath -d 'Trust the authorities in the PEM files of this directory instead of the system\'s; turns TLS on' -r -f -a "(__fish_complete_directories)"
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l crl -d 'Refuse certificates that the revocation lists in this PEM file name' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l pin -d 'Expect this public key besides, or one of several: sha256//BASE64[;sha256//...]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l cert -d 'Show the broker the certificate in this PEM file; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l key -d 'Take the certificate\'s key from this PEM file; turns TLS on [default: the file of --cert]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l key-password-file -d 'Read the password of an encrypted key from this file, `-` for standard input; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l tls-server-name -d 'Expect a certificate for this name [default: the host]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l tls-alpn -d 'Offer this application protocol, best first; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l tls-version -d 'Speak this version of TLS only [default: 1.3, or 1.2 where the broker knows no better]' -r -f -a "1.2\t'TLS 1.2'
1.3\t'TLS 1.3'"
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l tls-keylog -d 'Add the secrets of the connection to this file, with which captured packets can be decrypted' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l profile -d 'Use this profile of the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file\'s]' -r -f -a "(mqtt completions --profiles 2>/dev/null)"
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l config -d 'Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s o -l options -d 'Read flags from this file, one and its value a line, as if they were typed first' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s I -l id-prefix -d 'Use a client id of this prefix and 16 random hex digits' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s x -l session-expiry -d 'Let the session live this long after the connection: a duration or `never` (MQTT 5) [default: never with -c]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s k -l keepalive -d 'Ping the broker after this many seconds of silence, 0 for never [default: 60]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l password-file -d 'Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l password-command -d 'Take what this command prints as the password' -r -f -a "(__fish_complete_command)"
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s P -l password -d 'Give the password where other users of this machine can read it' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l connect-timeout -d 'Give up when the broker has not accepted the connection by then [default: 10s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l ack-timeout -d 'Give a connection up on which the broker acknowledges nothing for this long while it should [default: 30s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s W -l timeout -d 'End the run after this time, with status 27 if it is not done [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l reconnect -d 'Which connections to try again [default: lost]' -r -f -a "lost\t'A connection that stood and was lost'
always\t'The first connection too'
never\t'None: any loss ends the run'"
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l reconnect-timeout -d 'Stop trying to reconnect when the broker was out of reach for this long [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s M -l max-inflight -d 'Have at most this many QoS 1 and 2 messages in flight [default: what the broker allows, 20 before MQTT 5]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l receive-maximum -d 'Let the broker have at most this many QoS 1 and 2 messages in flight to us (MQTT 5) [default: 65535]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l maximum-packet-size -d 'Let the broker send no packet of more bytes than this (MQTT 5) [default: 268435460]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l topic-alias-maximum -d 'Let the broker shorten topics by up to this many aliases, for 16 MiB of topics (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s D -l property -d 'Set an MQTT 5 property of the packet CMD: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l will-topic -d 'Let the broker publish to this topic if the connection ends without DISCONNECT' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l will-payload -d 'The will\'s payload [default: empty]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l will-qos -d 'The will\'s QoS [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l will-delay -d 'Let the broker wait this long before it publishes the will (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l events -d 'Write what happens to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l no-local -d 'Leave out what this client publishes itself (MQTT 5)'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l retain-as-published -d 'Keep the retain flag as the publisher set it (MQTT 5)'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s R -l no-retained -d 'Leave out retained messages'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l retained-only -d 'Print the retained messages the broker has stored, and end'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l remove-retained -d 'Remove each retained message that was printed from the broker'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s v -l verbose -d 'Print the topic and a space before the payload'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l json -d 'Print each message as one line of JSON'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l parse-json -d 'Put payloads that are JSON into --json as they are, as `payload_json`'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l pretty -d 'Indent JSON: --json, or %j and %J of --format'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l hex -d 'Print payloads in hexadecimal'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l base64 -d 'Print payloads in base64'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s N -l no-newline -d 'Print nothing after a message'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s 0 -l null -d 'Print a NUL byte after each message instead of a newline'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l raw -d 'Print exact bytes even to a terminal, where control characters act'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l append -d 'Add to the file of --output instead of replacing it'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s E -l exit-after-subscribe -d 'End as soon as the broker has acknowledged the subscription'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l ws -d 'Speak MQTT over WebSocket'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l tls -d 'Encrypt the connection, as mqtts:// and wss:// do'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l insecure -d 'Accept any certificate, so that anybody can pretend to be the broker (but for --pin)'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l require-tls -d 'Refuse to connect to another machine without TLS'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l no-config -d 'Read no configuration file'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s c -l no-clean-start -d 'Resume the session of this client id, and let the broker keep it (needs --id)'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l ask-password -d 'Ask for the password on the terminal'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l will-retain -d 'Let the broker retain the will'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s d -l debug -d 'Show every packet on stderr, without secrets and payloads'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l quiet -d 'Say nothing but errors'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l help -d 'Show this help'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s t -l topic -d 'Publish the request to this topic' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s m -l message -d 'Send this text' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s f -l file -d 'Send this file, `-` for standard input' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s q -l qos -d 'Send the request, and ask for replies, with this QoS: 0, 1 or 2 [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l content-type -d 'Say what the payload is, such as text/plain (MQTT 5)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l expiry -d 'Let the broker drop the message when it is this old (MQTT 5) [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l correlation -d 'Say what ties an answer to this message: text, `hex:…`, `base64:…` or `@FILE` (MQTT 5)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l user-property -d 'Add a user property; can be repeated (MQTT 5)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s e -l response-topic -d 'Expect the reply on this topic: needed before MQTT 5' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l match -d 'Which messages there are replies [default: auto]' -r -f -a "auto\t'Those with our correlation data, and with --response-topic those without any'
correlation\t'Those with our correlation data'
any\t'All but retained ones'"
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l replies -d 'Wait for this many replies, 0 for all until --timeout or --idle [default: 1]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l idle -d 'End when no reply came for this long [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s F -l format -d 'Print what this template says, in mosquitto_sub\'s language' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l color -d 'When to colour topics and properties [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Into pipes and files too'
never\t'Not at all'"
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l output -d 'Write to this file instead of standard output, `-`' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s L -l url -d 'Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s h -l host -d 'Connect to this host; help is --help [env: MQTT_HOST] [default: localhost]' -r -f -a "(__fish_print_hostnames)"
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s p -l port -d 'Connect to this port [env: MQTT_PORT] [default: 1883, with TLS 8883, WebSocket 80, both 443]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s V -l protocol -d 'Speak this version of MQTT: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]' -r -f -a "auto\t''
5\t''
3.1.1\t''
3.1\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s i -l id -d 'Use this client id [default: mqtt- and 16 random hex digits]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s u -l username -d 'Authenticate as this user [env: MQTT_USERNAME]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l unix -d 'Connect to this Unix socket' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s A -l bind -d 'Connect from this local address, or from that of this name' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l proxy -d 'Connect through a proxy: socks5://, socks5h:// or http://[USER:PASSWORD@]HOST[:PORT]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l ws-path -d 'Ask for the WebSocket at this path [default: /mqtt]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l ws-header -d 'Send this HTTP header with the WebSocket request; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l ca -d 'Trust the authorities in this PEM file instead of the system\'s; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l capath -d 'Trust the authorities in the PEM files of this directory instead of the system\'s; turns TLS on' -r -f -a "(__fish_complete_directories)"
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l crl -d 'Refuse certificates that the revocation lists in this PEM file name' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l pin -d 'Expect this public key besides, or one of several: sha256//BASE64[;sha256//...]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l cert -d 'Show the broker the certificate in this PEM file; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l key -d 'Take the certificate\'s key from this PEM file; turns TLS on [default: the file of --cert]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l key-password-file -d 'Read the password of an encrypted key from this file, `-` for standard input; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l tls-server-name -d 'Expect a certificate for this name [default: the host]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l tls-alpn -d 'Offer this application protocol, best first; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l tls-version -d 'Speak this version of TLS only [default: 1.3, or 1.2 where the broker knows no better]' -r -f -a "1.2\t'TLS 1.2'
1.3\t'TLS 1.3'"
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l tls-keylog -d 'Add the secrets of the connection to this file, with which captured packets can be decrypted' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l profile -d 'Use this profile of the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file\'s]' -r -f -a "(mqtt completions --profiles 2>/dev/null)"
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l config -d 'Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s o -l options -d 'Read flags from this file, one and its value a line, as if they were typed first' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s I -l id-prefix -d 'Use a client id of this prefix and 16 random hex digits' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s x -l session-expiry -d 'Let the session live this long after the connection: a duration or `never` (MQTT 5) [default: never with -c]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s k -l keepalive -d 'Ping the broker after this many seconds of silence, 0 for never [default: 60]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l password-file -d 'Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l password-command -d 'Take what this command prints as the password' -r -f -a "(__fish_complete_command)"
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s P -l password -d 'Give the password where other users of this machine can read it' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l connect-timeout -d 'Give up when the broker has not accepted the connection by then [default: 10s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l ack-timeout -d 'Give a connection up on which the broker acknowledges nothing for this long while it should [default: 30s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l reconnect -d 'Which connections to try again [default: lost]' -r -f -a "lost\t'A connection that stood and was lost'
always\t'The first connection too'
never\t'None: any loss ends the run'"
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l reconnect-timeout -d 'Stop trying to reconnect when the broker was out of reach for this long [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s M -l max-inflight -d 'Have at most this many QoS 1 and 2 messages in flight [default: what the broker allows, 20 before MQTT 5]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l receive-maximum -d 'Let the broker have at most this many QoS 1 and 2 messages in flight to us (MQTT 5) [default: 65535]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l maximum-packet-size -d 'Let the broker send no packet of more bytes than this (MQTT 5) [default: 268435460]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l topic-alias-maximum -d 'Let the broker shorten topics by up to this many aliases, for 16 MiB of topics (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s D -l property -d 'Set an MQTT 5 property of the packet CMD: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l will-topic -d 'Let the broker publish to this topic if the connection ends without DISCONNECT' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l will-payload -d 'The will\'s payload [default: empty]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l will-qos -d 'The will\'s QoS [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l will-delay -d 'Let the broker wait this long before it publishes the will (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l events -d 'Write what happens to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s W -l timeout -d 'End the run after this time, with status 27 if too few replies came [default: 30s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s s -l stdin-file -d 'Send all of standard input'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s n -l null-message -d 'Send an empty request'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l payload-hex -d 'Decode the payload from hexadecimal; white space does not count'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l payload-base64 -d 'Decode the payload from base64; white space does not count'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l payload-utf8 -d 'Declare the payload to be UTF-8 text (MQTT 5)'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l latency -d 'Say on stderr how long each reply took'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s v -l verbose -d 'Print the topic and a space before the payload'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l json -d 'Print each message as one line of JSON'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l parse-json -d 'Put payloads that are JSON into --json as they are, as `payload_json`'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l pretty -d 'Indent JSON: --json, or %j and %J of --format'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l hex -d 'Print payloads in hexadecimal'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l base64 -d 'Print payloads in base64'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s N -l no-newline -d 'Print nothing after a message'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s 0 -l null -d 'Print a NUL byte after each message instead of a newline'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l raw -d 'Print exact bytes even to a terminal, where control characters act'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l append -d 'Add to the file of --output instead of replacing it'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l ws -d 'Speak MQTT over WebSocket'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l tls -d 'Encrypt the connection, as mqtts:// and wss:// do'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l insecure -d 'Accept any certificate, so that anybody can pretend to be the broker (but for --pin)'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l require-tls -d 'Refuse to connect to another machine without TLS'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l no-config -d 'Read no configuration file'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s c -l no-clean-start -d 'Resume the session of this client id, and let the broker keep it (needs --id)'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l ask-password -d 'Ask for the password on the terminal'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l will-retain -d 'Let the broker retain the will'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s d -l debug -d 'Show every packet on stderr, without secrets and payloads'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l quiet -d 'Say nothing but errors'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l help -d 'Show this help'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s t -l topic -d 'Publish the request to this topic' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s m -l message -d 'Send this text' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s f -l file -d 'Send this file, `-` for standard input' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s q -l qos -d 'Send the request, and ask for replies, with this QoS: 0, 1 or 2 [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l content-type -d 'Say what the payload is, such as text/plain (MQTT 5)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l expiry -d 'Let the broker drop the message when it is this old (MQTT 5) [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l correlation -d 'Say what ties an answer to this message: text, `hex:…`, `base64:…` or `@FILE` (MQTT 5)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l user-property -d 'Add a user property; can be repeated (MQTT 5)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s e -l response-topic -d 'Expect the reply on this topic: needed before MQTT 5' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l match -d 'Which messages there are replies [default: auto]' -r -f -a "auto\t'Those with our correlation data, and with --response-topic those without any'
correlation\t'Those with our correlation data'
any\t'All but retained ones'"
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l replies -d 'Wait for this many replies, 0 for all until --timeout or --idle [default: 1]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l idle -d 'End when no reply came for this long [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s F -l format -d 'Print what this template says, in mosquitto_sub\'s language' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l color -d 'When to colour topics and properties [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Into pipes and files too'
never\t'Not at all'"
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l output -d 'Write to this file instead of standard output, `-`' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s L -l url -d 'Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s h -l host -d 'Connect to this host; help is --help [env: MQTT_HOST] [default: localhost]' -r -f -a "(__fish_print_hostnames)"
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s p -l port -d 'Connect to this port [env: MQTT_PORT] [default: 1883, with TLS 8883, WebSocket 80, both 443]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s V -l protocol -d 'Speak this version of MQTT: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]' -r -f -a "auto\t''
5\t''
3.1.1\t''
3.1\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s i -l id -d 'Use this client id [default: mqtt- and 16 random hex digits]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s u -l username -d 'Authenticate as this user [env: MQTT_USERNAME]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l unix -d 'Connect to this Unix socket' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s A -l bind -d 'Connect from this local address, or from that of this name' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l proxy -d 'Connect through a proxy: socks5://, socks5h:// or http://[USER:PASSWORD@]HOST[:PORT]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l ws-path -d 'Ask for the WebSocket at this path [default: /mqtt]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l ws-header -d 'Send this HTTP header with the WebSocket request; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l ca -d 'Trust the authorities in this PEM file instead of the system\'s; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l capath -d 'Trust the authorities in the PEM files of this directory instead of the system\'s; turns TLS on' -r -f -a "(__fish_complete_directories)"
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l crl -d 'Refuse certificates that the revocation lists in this PEM file name' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l pin -d 'Expect this public key besides, or one of several: sha256//BASE64[;sha256//...]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l cert -d 'Show the broker the certificate in this PEM file; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l key -d 'Take the certificate\'s key from this PEM file; turns TLS on [default: the file of --cert]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l key-password-file -d 'Read the password of an encrypted key from this file, `-` for standard input; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l tls-server-name -d 'Expect a certificate for this name [default: the host]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l tls-alpn -d 'Offer this application protocol, best first; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l tls-version -d 'Speak this version of TLS only [default: 1.3, or 1.2 where the broker knows no better]' -r -f -a "1.2\t'TLS 1.2'
1.3\t'TLS 1.3'"
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l tls-keylog -d 'Add the secrets of the connection to this file, with which captured packets can be decrypted' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l profile -d 'Use this profile of the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file\'s]' -r -f -a "(mqtt completions --profiles 2>/dev/null)"
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l config -d 'Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s o -l options -d 'Read flags from this file, one and its value a line, as if they were typed first' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s I -l id-prefix -d 'Use a client id of this prefix and 16 random hex digits' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s x -l session-expiry -d 'Let the session live this long after the connection: a duration or `never` (MQTT 5) [default: never with -c]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s k -l keepalive -d 'Ping the broker after this many seconds of silence, 0 for never [default: 60]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l password-file -d 'Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l password-command -d 'Take what this command prints as the password' -r -f -a "(__fish_complete_command)"
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s P -l password -d 'Give the password where other users of this machine can read it' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l connect-timeout -d 'Give up when the broker has not accepted the connection by then [default: 10s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l ack-timeout -d 'Give a connection up on which the broker acknowledges nothing for this long while it should [default: 30s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l reconnect -d 'Which connections to try again [default: lost]' -r -f -a "lost\t'A connection that stood and was lost'
always\t'The first connection too'
never\t'None: any loss ends the run'"
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l reconnect-timeout -d 'Stop trying to reconnect when the broker was out of reach for this long [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s M -l max-inflight -d 'Have at most this many QoS 1 and 2 messages in flight [default: what the broker allows, 20 before MQTT 5]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l receive-maximum -d 'Let the broker have at most this many QoS 1 and 2 messages in flight to us (MQTT 5) [default: 65535]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l maximum-packet-size -d 'Let the broker send no packet of more bytes than this (MQTT 5) [default: 268435460]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l topic-alias-maximum -d 'Let the broker shorten topics by up to this many aliases, for 16 MiB of topics (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s D -l property -d 'Set an MQTT 5 property of the packet CMD: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l will-topic -d 'Let the broker publish to this topic if the connection ends without DISCONNECT' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l will-payload -d 'The will\'s payload [default: empty]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l will-qos -d 'The will\'s QoS [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l will-delay -d 'Let the broker wait this long before it publishes the will (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l events -d 'Write what happens to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s W -l timeout -d 'End the run after this time, with status 27 if too few replies came [default: 30s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s s -l stdin-file -d 'Send all of standard input'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s n -l null-message -d 'Send an empty request'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l payload-hex -d 'Decode the payload from hexadecimal; white space does not count'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l payload-base64 -d 'Decode the payload from base64; white space does not count'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l payload-utf8 -d 'Declare the payload to be UTF-8 text (MQTT 5)'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l latency -d 'Say on stderr how long each reply took'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s v -l verbose -d 'Print the topic and a space before the payload'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l json -d 'Print each message as one line of JSON'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l parse-json -d 'Put payloads that are JSON into --json as they are, as `payload_json`'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l pretty -d 'Indent JSON: --json, or %j and %J of --format'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l hex -d 'Print payloads in hexadecimal'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l base64 -d 'Print payloads in base64'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s N -l no-newline -d 'Print nothing after a message'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s 0 -l null -d 'Print a NUL byte after each message instead of a newline'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l raw -d 'Print exact bytes even to a terminal, where control characters act'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l append -d 'Add to the file of --output instead of replacing it'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l ws -d 'Speak MQTT over WebSocket'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l tls -d 'Encrypt the connection, as mqtts:// and wss:// do'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l insecure -d 'Accept any certificate, so that anybody can pretend to be the broker (but for --pin)'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l require-tls -d 'Refuse to connect to another machine without TLS'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l no-config -d 'Read no configuration file'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s c -l no-clean-start -d 'Resume the session of this client id, and let the broker keep it (needs --id)'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l ask-password -d 'Ask for the password on the terminal'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l will-retain -d 'Let the broker retain the will'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s d -l debug -d 'Show every packet on stderr, without secrets and payloads'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l quiet -d 'Say nothing but errors'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l help -d 'Show this help'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s t -l topic -d 'Take topics that match this filter; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s T -l filter-out -d 'Leave topics alone that match this filter; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l idle -d 'End when no retained message came for this long [default: 500ms]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s L -l url -d 'Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s h -l host -d 'Connect to this host; help is --help [env: MQTT_HOST] [default: localhost]' -r -f -a "(__fish_print_hostnames)"
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s p -l port -d 'Connect to this port [env: MQTT_PORT] [default: 1883, with TLS 8883, WebSocket 80, both 443]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s V -l protocol -d 'Speak this version of MQTT: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]' -r -f -a "auto\t''
5\t''
3.1.1\t''
3.1\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s i -l id -d 'Use this client id [default: mqtt- and 16 random hex digits]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s u -l username -d 'Authenticate as this user [env: MQTT_USERNAME]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l unix -d 'Connect to this Unix socket' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s A -l bind -d 'Connect from this local address, or from that of this name' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l proxy -d 'Connect through a proxy: socks5://, socks5h:// or http://[USER:PASSWORD@]HOST[:PORT]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l ws-path -d 'Ask for the WebSocket at this path [default: /mqtt]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l ws-header -d 'Send this HTTP header with the WebSocket request; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l ca -d 'Trust the authorities in this PEM file instead of the system\'s; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l capath -d 'Trust the authorities in the PEM files of this directory instead of the system\'s; turns TLS on' -r -f -a "(__fish_complete_directories)"
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l crl -d 'Refuse certificates that the revocation lists in this PEM file name' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l pin -d 'Expect this public key besides, or one of several: sha256//BASE64[;sha256//...]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l cert -d 'Show the broker the certificate in this PEM file; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l key -d 'Take the certificate\'s key from this PEM file; turns TLS on [default: the file of --cert]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l key-password-file -d 'Read the password of an encrypted key from this file, `-` for standard input; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l tls-server-name -d 'Expect a certificate for this name [default: the host]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l tls-alpn -d 'Offer this application protocol, best first; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l tls-version -d 'Speak this version of TLS only [default: 1.3, or 1.2 where the broker knows no better]' -r -f -a "1.2\t'TLS 1.2'
1.3\t'TLS 1.3'"
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l tls-keylog -d 'Add the secrets of the connection to this file, with which captured packets can be decrypted' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l profile -d 'Use this profile of the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file\'s]' -r -f -a "(mqtt completions --profiles 2>/dev/null)"
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l config -d 'Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s o -l options -d 'Read flags from this file, one and its value a line, as if they were typed first' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s I -l id-prefix -d 'Use a client id of this prefix and 16 random hex digits' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s x -l session-expiry -d 'Let the session live this long after the connection: a duration or `never` (MQTT 5) [default: never with -c]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s k -l keepalive -d 'Ping the broker after this many seconds of silence, 0 for never [default: 60]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l password-file -d 'Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l password-command -d 'Take what this command prints as the password' -r -f -a "(__fish_complete_command)"
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s P -l password -d 'Give the password where other users of this machine can read it' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l connect-timeout -d 'Give up when the broker has not accepted the connection by then [default: 10s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l ack-timeout -d 'Give a connection up on which the broker acknowledges nothing for this long while it should [default: 30s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s W -l timeout -d 'End the run after this time, with status 27 if it is not done [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l reconnect -d 'Which connections to try again [default: lost]' -r -f -a "lost\t'A connection that stood and was lost'
always\t'The first connection too'
never\t'None: any loss ends the run'"
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l reconnect-timeout -d 'Stop trying to reconnect when the broker was out of reach for this long [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s M -l max-inflight -d 'Have at most this many QoS 1 and 2 messages in flight [default: what the broker allows, 20 before MQTT 5]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l receive-maximum -d 'Let the broker have at most this many QoS 1 and 2 messages in flight to us (MQTT 5) [default: 65535]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l maximum-packet-size -d 'Let the broker send no packet of more bytes than this (MQTT 5) [default: 268435460]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l topic-alias-maximum -d 'Let the broker shorten topics by up to this many aliases, for 16 MiB of topics (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s D -l property -d 'Set an MQTT 5 property of the packet CMD: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l will-topic -d 'Let the broker publish to this topic if the connection ends without DISCONNECT' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l will-payload -d 'The will\'s payload [default: empty]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l will-qos -d 'The will\'s QoS [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l will-delay -d 'Let the broker wait this long before it publishes the will (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l events -d 'Write what happens to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l dry-run -d 'Remove nothing, only print what would be removed'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l yes -d 'Remove everything without asking, where a filter matches all topics'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l json -d 'Print each message as one line of JSON, which `mqtt pub --json` puts back'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l progress -d 'Show a progress bar on stderr [default: on a terminal, after a second, if the output goes elsewhere]'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l no-progress -d 'Show no progress bar'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l ws -d 'Speak MQTT over WebSocket'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l tls -d 'Encrypt the connection, as mqtts:// and wss:// do'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l insecure -d 'Accept any certificate, so that anybody can pretend to be the broker (but for --pin)'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l require-tls -d 'Refuse to connect to another machine without TLS'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l no-config -d 'Read no configuration file'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s c -l no-clean-start -d 'Resume the session of this client id, and let the broker keep it (needs --id)'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l ask-password -d 'Ask for the password on the terminal'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l will-retain -d 'Let the broker retain the will'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s d -l debug -d 'Show every packet on stderr, without secrets and payloads'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l quiet -d 'Say nothing but errors'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l help -d 'Show this help'
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s L -l url -d 'Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s h -l host -d 'Connect to this host; help is --help [env: MQTT_HOST] [default: localhost]' -r -f -a "(__fish_print_hostnames)"
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s p -l port -d 'Connect to this port [env: MQTT_PORT] [default: 1883, with TLS 8883, WebSocket 80, both 443]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s V -l protocol -d 'Speak this version of MQTT: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]' -r -f -a "auto\t''
5\t''
3.1.1\t''
3.1\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s i -l id -d 'Use this client id [default: mqtt- and 16 random hex digits]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s u -l username -d 'Authenticate as this user [env: MQTT_USERNAME]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l unix -d 'Connect to this Unix socket' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s A -l bind -d 'Connect from this local address, or from that of this name' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l proxy -d 'Connect through a proxy: socks5://, socks5h:// or http://[USER:PASSWORD@]HOST[:PORT]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l ws-path -d 'Ask for the WebSocket at this path [default: /mqtt]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l ws-header -d 'Send this HTTP header with the WebSocket request; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l ca -d 'Trust the authorities in this PEM file instead of the system\'s; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l capath -d 'Trust the authorities in the PEM files of this directory instead of the system\'s; turns TLS on' -r -f -a "(__fish_complete_directories)"
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l crl -d 'Refuse certificates that the revocation lists in this PEM file name' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l pin -d 'Expect this public key besides, or one of several: sha256//BASE64[;sha256//...]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l cert -d 'Show the broker the certificate in this PEM file; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l key -d 'Take the certificate\'s key from this PEM file; turns TLS on [default: the file of --cert]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l key-password-file -d 'Read the password of an encrypted key from this file, `-` for standard input; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l tls-server-name -d 'Expect a certificate for this name [default: the host]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l tls-alpn -d 'Offer this application protocol, best first; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l tls-version -d 'Speak this version of TLS only [default: 1.3, or 1.2 where the broker knows no better]' -r -f -a "1.2\t'TLS 1.2'
1.3\t'TLS 1.3'"
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l tls-keylog -d 'Add the secrets of the connection to this file, with which captured packets can be decrypted' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l profile -d 'Use this profile of the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file\'s]' -r -f -a "(mqtt completions --profiles 2>/dev/null)"
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l config -d 'Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s o -l options -d 'Read flags from this file, one and its value a line, as if they were typed first' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s I -l id-prefix -d 'Use a client id of this prefix and 16 random hex digits' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s x -l session-expiry -d 'Let the session live this long after the connection: a duration or `never` (MQTT 5) [default: never with -c]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s k -l keepalive -d 'Ping the broker after this many seconds of silence, 0 for never [default: 60]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l password-file -d 'Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l password-command -d 'Take what this command prints as the password' -r -f -a "(__fish_complete_command)"
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s P -l password -d 'Give the password where other users of this machine can read it' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l connect-timeout -d 'Give up when the broker has not accepted the connection by then [default: 10s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l ack-timeout -d 'Give a connection up on which the broker acknowledges nothing for this long while it should [default: 30s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s W -l timeout -d 'End the run after this time, with status 27 if it is not done [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l reconnect -d 'Which connections to try again [default: lost]' -r -f -a "lost\t'A connection that stood and was lost'
always\t'The first connection too'
never\t'None: any loss ends the run'"
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l reconnect-timeout -d 'Stop trying to reconnect when the broker was out of reach for this long [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s M -l max-inflight -d 'Have at most this many QoS 1 and 2 messages in flight [default: what the broker allows, 20 before MQTT 5]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l receive-maximum -d 'Let the broker have at most this many QoS 1 and 2 messages in flight to us (MQTT 5) [default: 65535]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l maximum-packet-size -d 'Let the broker send no packet of more bytes than this (MQTT 5) [default: 268435460]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l topic-alias-maximum -d 'Let the broker shorten topics by up to this many aliases, for 16 MiB of topics (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s D -l property -d 'Set an MQTT 5 property of the packet CMD: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l will-topic -d 'Let the broker publish to this topic if the connection ends without DISCONNECT' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l will-payload -d 'The will\'s payload [default: empty]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l will-qos -d 'The will\'s QoS [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l will-delay -d 'Let the broker wait this long before it publishes the will (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l events -d 'Write what happens to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l ws -d 'Speak MQTT over WebSocket'
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l tls -d 'Encrypt the connection, as mqtts:// and wss:// do'
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l insecure -d 'Accept any certificate, so that anybody can pretend to be the broker (but for --pin)'
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l require-tls -d 'Refuse to connect to another machine without TLS'
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l no-config -d 'Read no configuration file'
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s c -l no-clean-start -d 'Resume the session of this client id, and let the broker keep it (needs --id)'
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l ask-password -d 'Ask for the password on the terminal'
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l will-retain -d 'Let the broker retain the will'
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s d -l debug -d 'Show every packet on stderr, without secrets and payloads'
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l quiet -d 'Say nothing but errors'
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l help -d 'Show this help'
complete -c mqtt -n "__fish_mqtt_using_subcommand completions" -l profiles -d 'Print the names of the profiles instead, one a line: the scripts ask for them'
complete -c mqtt -n "__fish_mqtt_using_subcommand completions" -l help -d 'Show this help'
