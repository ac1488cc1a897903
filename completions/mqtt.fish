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
complete -c mqtt -n "__fish_mqtt_needs_command" -f -a "sub" -d 'Subscribe to topics and print what is published to them, or run a command for it'
complete -c mqtt -n "__fish_mqtt_needs_command" -f -a "subscribe" -d 'Subscribe to topics and print what is published to them, or run a command for it'
complete -c mqtt -n "__fish_mqtt_needs_command" -f -a "rr" -d 'Publish a request and print the reply'
complete -c mqtt -n "__fish_mqtt_needs_command" -f -a "request" -d 'Publish a request and print the reply'
complete -c mqtt -n "__fish_mqtt_needs_command" -f -a "reply" -d 'Answer requests on topics with the output of a command'
complete -c mqtt -n "__fish_mqtt_needs_command" -f -a "clear-retained" -d 'Remove the retained messages of matching topics, and print what was removed'
complete -c mqtt -n "__fish_mqtt_needs_command" -f -a "check" -d 'Check a broker step by step'
complete -c mqtt -n "__fish_mqtt_needs_command" -f -a "config" -d 'Show the connection settings and where each comes from'
complete -c mqtt -n "__fish_mqtt_needs_command" -f -a "completions" -d 'Print a shell completion script'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s t -l topic -d 'Publish to this topic; can be repeated to send each message to each topic' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s m -l message -d 'Send this text as one message; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s f -l file -d 'Send this file as one message, `-` for standard input; can be repeated' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s q -l qos -d 'Publish with this QoS: 0, 1 or 2 [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l outbox -d 'Store every message in this directory before sending it; without a message, send what is stored there' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l delimiter -d 'Split the input of --stdin-line at this text [default: \\n]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l topic-from -d 'Read the topic from the start of each line of --stdin-line, up to this text' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l repeat -d 'Send each message N times [default: 1]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l interval -d 'Wait at least this long between messages; one message goes to all its topics at once [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l replay -d 'Send records with the timing they were received with, or SPEED times as fast (needs --json) [default: 1]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l max-gap -d 'Wait at most this long between two records of --replay [default: as recorded]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l topic-prefix -d 'Prepend this to every topic, such as test/' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l rate -d 'Send at most N messages per second; can be a fraction [default: no limit]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l outbox-limit -d 'Limit the size of the outbox, in bytes or with K, M or G [default: 1G]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l outbox-sync -d 'When to sync messages to disk: always, to survive a power failure, or never [default: always]' -r -f -a "always\t'Before a message is sent'
never\t'Whenever the system does it by itself'"
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l content-type -d 'Content type of the payload, such as text/plain (MQTT 5)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l expiry -d 'Message expiry: have the broker drop the message after this time (MQTT 5) [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l correlation -d 'Correlation data that ties a reply to this message: text, `hex:...`, `base64:...` or `@FILE` (MQTT 5)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l user-property -d 'Add a user property; can be repeated (MQTT 5)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l response-topic -d 'Topic for replies to the message (MQTT 5)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l topic-alias -d 'Use this topic alias for repeated topics, or with `auto` as many as the broker allows (MQTT 5) [default: none]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s L -l url -d 'Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s h -l host -d 'Connect to this host; for help, use --help [env: MQTT_HOST] [default: localhost]' -r -f -a "(__fish_print_hostnames)"
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s p -l port -d 'Connect to this port [env: MQTT_PORT] [default: 1883; 8883 with TLS, 80 with WebSocket, 443 with both]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s V -l protocol -d 'Use this MQTT version: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]' -r -f -a "auto\t''
5\t''
3.1.1\t''
3.1\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s i -l id -d 'Use this client id [default: mqtt- and 16 random hex digits]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s u -l username -d 'Log in with this username [env: MQTT_USERNAME]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l unix -d 'Connect to this Unix socket' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l name-server -d 'Ask this name server instead of the system\'s: ADDRESS[:PORT]; can be repeated [default port: 53]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s A -l bind -d 'Connect from this local address or host name' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l proxy -d 'Connect through a proxy: socks5://, socks5h://, http:// or https://[USER:PASSWORD@]HOST[:PORT]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l proxy-ca -d 'Trusted CA certificates (PEM) for an https:// proxy, instead of the system\'s' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l ws-path -d 'Request this WebSocket path [default: /mqtt]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l ws-header -d 'Add this HTTP header to the WebSocket request; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l ca -d 'Trusted CA certificates (PEM), instead of the system\'s; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l capath -d 'Directory of trusted CA certificates (PEM), instead of the system\'s; turns TLS on' -r -f -a "(__fish_complete_directories)"
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l crl -d 'Refuse certificates revoked by the revocation lists (CRLs) in this PEM file' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l pin -d 'Also require this public key, or one of several: sha256//BASE64[;sha256//...]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l cert -d 'Client certificate (PEM); turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l key -d 'Private key of the client certificate (PEM); turns TLS on [default: the file of --cert]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l key-password-file -d 'Read the password of an encrypted private key from this file, `-` for standard input; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l tls-server-name -d 'Expect this name in the broker\'s certificate [default: the host]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l tls-alpn -d 'Offer this ALPN protocol, preferred ones first; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l tls-version -d 'Use only this TLS version [default: 1.3, or 1.2 if the broker does not support it]' -r -f -a "1.2\t'TLS 1.2'
1.3\t'TLS 1.3'"
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l tls-ciphers -d 'Offer only these cipher suites, best first, separated by colons' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l tls-keylog -d 'Append the TLS secrets to this file, for decrypting captured packets' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l profile -d 'Use this profile from the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file\'s]' -r -f -a "(mqtt completions --profiles 2>/dev/null)"
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l config -d 'Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s o -l options -d 'Read flags from this file, one per line, as if they came first on the command line' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s I -l id-prefix -d 'Use a client id made of this prefix and 16 random hex digits' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s x -l session-expiry -d 'Expire the session this long after the connection ends: a duration or `never` (MQTT 5) [default: never with -c]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s k -l keepalive -d 'Ping the broker after this many idle seconds, 0 (never) to 65535; the broker may override it [default: 60]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l password-file -d 'Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l password-command -d 'Run this command and use its output as the password' -r -f -a "(__fish_complete_command)"
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s P -l password -d 'Password (visible to other users; prefer --password-file)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l auth -d 'Prove the password with SCRAM instead of sending it, and have the broker prove that it knows it (MQTT 5)' -r -f -a "scram-sha-1\t'SCRAM with SHA-1, which only old brokers need'
scram-sha-256\t'SCRAM with SHA-256'
scram-sha-512\t'SCRAM with SHA-512'"
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l connect-timeout -d 'Give up if the broker has not accepted the connection within this time [default: 10s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l ack-timeout -d 'Drop the connection if acknowledgements are due and none arrives for this long [default: 30s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s W -l timeout -d 'End after this time, with status 27 if the work is not done [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l reconnect -d 'When to retry a connection [default: lost]' -r -f -a "lost\t'After an established connection was lost'
always\t'Also if the first connection fails'
never\t'Never: a lost connection ends the run'"
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l reconnect-timeout -d 'Stop reconnecting after the broker has been unreachable for this long [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s M -l max-inflight -d 'Limit QoS 1 and 2 messages in flight to the broker, 1 to 65535 [default: the broker\'s limit, 20 before MQTT 5]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l receive-maximum -d 'Limit QoS 1 and 2 messages in flight from the broker, 1 to 65535 (MQTT 5) [default: 65535]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l maximum-packet-size -d 'Largest packet that the broker may send, in bytes, at least 1 (MQTT 5) [default: 268435460]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l topic-alias-maximum -d 'Let the broker use up to N topic aliases, 0 to 65535, for at most 16 MiB of topics (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s D -l property -d 'Set an MQTT 5 property: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l will-topic -d 'Last will: topic that the broker publishes to unless the client ends the connection with a normal DISCONNECT' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l will-payload -d 'Payload of the will [default: empty]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l will-qos -d 'QoS of the will [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l will-delay -d 'Have the broker delay the will by this long (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l events -d 'Write events to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s s -l stdin-file -d 'Send all of standard input as one message'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s l -l stdin-line -d 'Send each line of standard input as one message'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s n -l null-message -d 'Send an empty message'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l json -d 'Send each line of standard input, a JSON record as printed by `mqtt sub --json`'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s r -l retain -d 'Retain the message: the broker keeps it for later subscribers'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s 0 -l null -d 'Split the input of --stdin-line at NUL bytes'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l hex -d 'Decode payloads from hexadecimal; whitespace is ignored'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l base64 -d 'Decode payloads from base64; whitespace is ignored'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l skip-invalid -d 'Skip invalid records, and end with status 2 after sending the others'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l progress -d 'Show a progress bar on stderr [default: on a terminal, after a second]'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l no-progress -d 'Do not show a progress bar'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l later -d 'Store the messages in the outbox and end without connecting'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l payload-utf8 -d 'Mark the payload as UTF-8 text (MQTT 5)'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s S -l srv -d 'Find the broker by SRV records of the host: _mqtt._tcp.HOST, or with TLS _secure-mqtt._tcp.HOST'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l ws -d 'Use MQTT over WebSocket'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l tls -d 'Use TLS, as mqtts:// and wss:// do'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l insecure -d 'Accept any certificate, so that anyone can impersonate the broker (unless --pin is given)'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l require-tls -d 'Refuse to connect to another machine without TLS'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l no-config -d 'Do not read any configuration file'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s c -l no-clean-start -d 'Resume the session of this client id, and keep it afterwards (needs --id)'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l ask-password -d 'Prompt for the password on the terminal'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l will-retain -d 'Retain the will'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -s d -l debug -d 'Print every packet to stderr, without secrets or payloads'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l quiet -d 'Print only errors'
complete -c mqtt -n "__fish_mqtt_using_subcommand pub" -l help -d 'Show this help'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s t -l topic -d 'Publish to this topic; can be repeated to send each message to each topic' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s m -l message -d 'Send this text as one message; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s f -l file -d 'Send this file as one message, `-` for standard input; can be repeated' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s q -l qos -d 'Publish with this QoS: 0, 1 or 2 [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l outbox -d 'Store every message in this directory before sending it; without a message, send what is stored there' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l delimiter -d 'Split the input of --stdin-line at this text [default: \\n]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l topic-from -d 'Read the topic from the start of each line of --stdin-line, up to this text' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l repeat -d 'Send each message N times [default: 1]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l interval -d 'Wait at least this long between messages; one message goes to all its topics at once [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l replay -d 'Send records with the timing they were received with, or SPEED times as fast (needs --json) [default: 1]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l max-gap -d 'Wait at most this long between two records of --replay [default: as recorded]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l topic-prefix -d 'Prepend this to every topic, such as test/' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l rate -d 'Send at most N messages per second; can be a fraction [default: no limit]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l outbox-limit -d 'Limit the size of the outbox, in bytes or with K, M or G [default: 1G]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l outbox-sync -d 'When to sync messages to disk: always, to survive a power failure, or never [default: always]' -r -f -a "always\t'Before a message is sent'
never\t'Whenever the system does it by itself'"
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l content-type -d 'Content type of the payload, such as text/plain (MQTT 5)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l expiry -d 'Message expiry: have the broker drop the message after this time (MQTT 5) [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l correlation -d 'Correlation data that ties a reply to this message: text, `hex:...`, `base64:...` or `@FILE` (MQTT 5)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l user-property -d 'Add a user property; can be repeated (MQTT 5)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l response-topic -d 'Topic for replies to the message (MQTT 5)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l topic-alias -d 'Use this topic alias for repeated topics, or with `auto` as many as the broker allows (MQTT 5) [default: none]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s L -l url -d 'Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s h -l host -d 'Connect to this host; for help, use --help [env: MQTT_HOST] [default: localhost]' -r -f -a "(__fish_print_hostnames)"
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s p -l port -d 'Connect to this port [env: MQTT_PORT] [default: 1883; 8883 with TLS, 80 with WebSocket, 443 with both]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s V -l protocol -d 'Use this MQTT version: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]' -r -f -a "auto\t''
5\t''
3.1.1\t''
3.1\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s i -l id -d 'Use this client id [default: mqtt- and 16 random hex digits]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s u -l username -d 'Log in with this username [env: MQTT_USERNAME]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l unix -d 'Connect to this Unix socket' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l name-server -d 'Ask this name server instead of the system\'s: ADDRESS[:PORT]; can be repeated [default port: 53]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s A -l bind -d 'Connect from this local address or host name' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l proxy -d 'Connect through a proxy: socks5://, socks5h://, http:// or https://[USER:PASSWORD@]HOST[:PORT]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l proxy-ca -d 'Trusted CA certificates (PEM) for an https:// proxy, instead of the system\'s' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l ws-path -d 'Request this WebSocket path [default: /mqtt]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l ws-header -d 'Add this HTTP header to the WebSocket request; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l ca -d 'Trusted CA certificates (PEM), instead of the system\'s; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l capath -d 'Directory of trusted CA certificates (PEM), instead of the system\'s; turns TLS on' -r -f -a "(__fish_complete_directories)"
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l crl -d 'Refuse certificates revoked by the revocation lists (CRLs) in this PEM file' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l pin -d 'Also require this public key, or one of several: sha256//BASE64[;sha256//...]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l cert -d 'Client certificate (PEM); turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l key -d 'Private key of the client certificate (PEM); turns TLS on [default: the file of --cert]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l key-password-file -d 'Read the password of an encrypted private key from this file, `-` for standard input; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l tls-server-name -d 'Expect this name in the broker\'s certificate [default: the host]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l tls-alpn -d 'Offer this ALPN protocol, preferred ones first; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l tls-version -d 'Use only this TLS version [default: 1.3, or 1.2 if the broker does not support it]' -r -f -a "1.2\t'TLS 1.2'
1.3\t'TLS 1.3'"
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l tls-ciphers -d 'Offer only these cipher suites, best first, separated by colons' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l tls-keylog -d 'Append the TLS secrets to this file, for decrypting captured packets' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l profile -d 'Use this profile from the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file\'s]' -r -f -a "(mqtt completions --profiles 2>/dev/null)"
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l config -d 'Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s o -l options -d 'Read flags from this file, one per line, as if they came first on the command line' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s I -l id-prefix -d 'Use a client id made of this prefix and 16 random hex digits' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s x -l session-expiry -d 'Expire the session this long after the connection ends: a duration or `never` (MQTT 5) [default: never with -c]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s k -l keepalive -d 'Ping the broker after this many idle seconds, 0 (never) to 65535; the broker may override it [default: 60]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l password-file -d 'Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l password-command -d 'Run this command and use its output as the password' -r -f -a "(__fish_complete_command)"
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s P -l password -d 'Password (visible to other users; prefer --password-file)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l auth -d 'Prove the password with SCRAM instead of sending it, and have the broker prove that it knows it (MQTT 5)' -r -f -a "scram-sha-1\t'SCRAM with SHA-1, which only old brokers need'
scram-sha-256\t'SCRAM with SHA-256'
scram-sha-512\t'SCRAM with SHA-512'"
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l connect-timeout -d 'Give up if the broker has not accepted the connection within this time [default: 10s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l ack-timeout -d 'Drop the connection if acknowledgements are due and none arrives for this long [default: 30s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s W -l timeout -d 'End after this time, with status 27 if the work is not done [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l reconnect -d 'When to retry a connection [default: lost]' -r -f -a "lost\t'After an established connection was lost'
always\t'Also if the first connection fails'
never\t'Never: a lost connection ends the run'"
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l reconnect-timeout -d 'Stop reconnecting after the broker has been unreachable for this long [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s M -l max-inflight -d 'Limit QoS 1 and 2 messages in flight to the broker, 1 to 65535 [default: the broker\'s limit, 20 before MQTT 5]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l receive-maximum -d 'Limit QoS 1 and 2 messages in flight from the broker, 1 to 65535 (MQTT 5) [default: 65535]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l maximum-packet-size -d 'Largest packet that the broker may send, in bytes, at least 1 (MQTT 5) [default: 268435460]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l topic-alias-maximum -d 'Let the broker use up to N topic aliases, 0 to 65535, for at most 16 MiB of topics (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s D -l property -d 'Set an MQTT 5 property: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l will-topic -d 'Last will: topic that the broker publishes to unless the client ends the connection with a normal DISCONNECT' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l will-payload -d 'Payload of the will [default: empty]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l will-qos -d 'QoS of the will [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l will-delay -d 'Have the broker delay the will by this long (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l events -d 'Write events to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s s -l stdin-file -d 'Send all of standard input as one message'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s l -l stdin-line -d 'Send each line of standard input as one message'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s n -l null-message -d 'Send an empty message'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l json -d 'Send each line of standard input, a JSON record as printed by `mqtt sub --json`'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s r -l retain -d 'Retain the message: the broker keeps it for later subscribers'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s 0 -l null -d 'Split the input of --stdin-line at NUL bytes'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l hex -d 'Decode payloads from hexadecimal; whitespace is ignored'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l base64 -d 'Decode payloads from base64; whitespace is ignored'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l skip-invalid -d 'Skip invalid records, and end with status 2 after sending the others'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l progress -d 'Show a progress bar on stderr [default: on a terminal, after a second]'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l no-progress -d 'Do not show a progress bar'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l later -d 'Store the messages in the outbox and end without connecting'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l payload-utf8 -d 'Mark the payload as UTF-8 text (MQTT 5)'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s S -l srv -d 'Find the broker by SRV records of the host: _mqtt._tcp.HOST, or with TLS _secure-mqtt._tcp.HOST'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l ws -d 'Use MQTT over WebSocket'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l tls -d 'Use TLS, as mqtts:// and wss:// do'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l insecure -d 'Accept any certificate, so that anyone can impersonate the broker (unless --pin is given)'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l require-tls -d 'Refuse to connect to another machine without TLS'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l no-config -d 'Do not read any configuration file'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s c -l no-clean-start -d 'Resume the session of this client id, and keep it afterwards (needs --id)'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l ask-password -d 'Prompt for the password on the terminal'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l will-retain -d 'Retain the will'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -s d -l debug -d 'Print every packet to stderr, without secrets or payloads'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l quiet -d 'Print only errors'
complete -c mqtt -n "__fish_mqtt_using_subcommand publish" -l help -d 'Show this help'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s t -l topic -d 'Topic filter, with the wildcards + and #; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s q -l qos -d 'Subscribe with this QoS: one for all filters, or one per filter in the same order [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s U -l unsubscribe -d 'Unsubscribe the durable session from this filter (needs --no-clean-start); can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l retain-handling -d 'When the broker sends retained messages (MQTT 5) [default: always]' -r -f -a "always\t'Whenever a subscription is made'
new\t'Only if the subscription is new to the session'
never\t'Never'"
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l subscription-id -d 'Subscription identifier that the broker adds to messages, 1 to 268435455 (MQTT 5) [default: none]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s T -l filter-out -d 'Skip messages whose topic matches this filter; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l random-filter -d 'Print only a random sample of the messages, as a percentage from 0.1 to 100 [default: 100]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l where -d 'Only take messages for which this jq filter is true; can be repeated, then all must be true' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l until -d 'End after the first message for which this jq filter is true' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l select -d 'Print the outputs of this jq filter as payloads: strings as text, everything else as JSON' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s F -l format -d 'Print messages with this template, in mosquitto_sub\'s format language' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l color -d 'When to colour topics and properties [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Also in pipes and files'
never\t'Never'"
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l output -d 'Write to this file instead of standard output (`-`)' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l files -d 'Append each message to the file that this template names, such as \'log/%t/@Y-@m-@d.ndjson\'' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l rotate -d 'Start a new file, NAME-0001, NAME-0002 and so on, when one would exceed this size [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s C -l count -d 'End after this many messages [default: no limit]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l idle -d 'End when no message has arrived for this long [default: 500ms with --retained-only]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l on -d 'Run this shell command for messages whose topic matches FILTER; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l jobs -d 'Run up to N commands at once [default: 1]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l retry -d 'Retry a failed command up to N times [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l retry-delay -d 'Wait this long before the first retry, then twice as long each time, up to 1m [default: 1s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l job-timeout -d 'Limit how long a command may run; then SIGTERM, and SIGKILL 5 seconds later [default: no limit]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l on-failure -d 'What to do when a command fails [default: stop]' -r -f -a "stop\t'Leave the message with the broker, let running commands finish, and end with status 1'
skip\t'Acknowledge the message, continue, and end with status 1 at the end'"
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l dead-letter -d 'Publish messages whose command failed to this topic, acknowledge them, and continue' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s L -l url -d 'Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s h -l host -d 'Connect to this host; for help, use --help [env: MQTT_HOST] [default: localhost]' -r -f -a "(__fish_print_hostnames)"
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s p -l port -d 'Connect to this port [env: MQTT_PORT] [default: 1883; 8883 with TLS, 80 with WebSocket, 443 with both]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s V -l protocol -d 'Use this MQTT version: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]' -r -f -a "auto\t''
5\t''
3.1.1\t''
3.1\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s i -l id -d 'Use this client id [default: mqtt- and 16 random hex digits]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s u -l username -d 'Log in with this username [env: MQTT_USERNAME]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l unix -d 'Connect to this Unix socket' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l name-server -d 'Ask this name server instead of the system\'s: ADDRESS[:PORT]; can be repeated [default port: 53]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s A -l bind -d 'Connect from this local address or host name' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l proxy -d 'Connect through a proxy: socks5://, socks5h://, http:// or https://[USER:PASSWORD@]HOST[:PORT]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l proxy-ca -d 'Trusted CA certificates (PEM) for an https:// proxy, instead of the system\'s' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l ws-path -d 'Request this WebSocket path [default: /mqtt]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l ws-header -d 'Add this HTTP header to the WebSocket request; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l ca -d 'Trusted CA certificates (PEM), instead of the system\'s; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l capath -d 'Directory of trusted CA certificates (PEM), instead of the system\'s; turns TLS on' -r -f -a "(__fish_complete_directories)"
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l crl -d 'Refuse certificates revoked by the revocation lists (CRLs) in this PEM file' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l pin -d 'Also require this public key, or one of several: sha256//BASE64[;sha256//...]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l cert -d 'Client certificate (PEM); turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l key -d 'Private key of the client certificate (PEM); turns TLS on [default: the file of --cert]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l key-password-file -d 'Read the password of an encrypted private key from this file, `-` for standard input; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l tls-server-name -d 'Expect this name in the broker\'s certificate [default: the host]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l tls-alpn -d 'Offer this ALPN protocol, preferred ones first; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l tls-version -d 'Use only this TLS version [default: 1.3, or 1.2 if the broker does not support it]' -r -f -a "1.2\t'TLS 1.2'
1.3\t'TLS 1.3'"
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l tls-ciphers -d 'Offer only these cipher suites, best first, separated by colons' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l tls-keylog -d 'Append the TLS secrets to this file, for decrypting captured packets' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l profile -d 'Use this profile from the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file\'s]' -r -f -a "(mqtt completions --profiles 2>/dev/null)"
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l config -d 'Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s o -l options -d 'Read flags from this file, one per line, as if they came first on the command line' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s I -l id-prefix -d 'Use a client id made of this prefix and 16 random hex digits' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s x -l session-expiry -d 'Expire the session this long after the connection ends: a duration or `never` (MQTT 5) [default: never with -c]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s k -l keepalive -d 'Ping the broker after this many idle seconds, 0 (never) to 65535; the broker may override it [default: 60]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l password-file -d 'Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l password-command -d 'Run this command and use its output as the password' -r -f -a "(__fish_complete_command)"
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s P -l password -d 'Password (visible to other users; prefer --password-file)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l auth -d 'Prove the password with SCRAM instead of sending it, and have the broker prove that it knows it (MQTT 5)' -r -f -a "scram-sha-1\t'SCRAM with SHA-1, which only old brokers need'
scram-sha-256\t'SCRAM with SHA-256'
scram-sha-512\t'SCRAM with SHA-512'"
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l connect-timeout -d 'Give up if the broker has not accepted the connection within this time [default: 10s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l ack-timeout -d 'Drop the connection if acknowledgements are due and none arrives for this long [default: 30s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s W -l timeout -d 'End after this time, with status 27 if the work is not done [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l reconnect -d 'When to retry a connection [default: lost]' -r -f -a "lost\t'After an established connection was lost'
always\t'Also if the first connection fails'
never\t'Never: a lost connection ends the run'"
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l reconnect-timeout -d 'Stop reconnecting after the broker has been unreachable for this long [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s M -l max-inflight -d 'Limit QoS 1 and 2 messages in flight to the broker, 1 to 65535 [default: the broker\'s limit, 20 before MQTT 5]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l receive-maximum -d 'Limit QoS 1 and 2 messages in flight from the broker, 1 to 65535 (MQTT 5) [default: 65535]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l maximum-packet-size -d 'Largest packet that the broker may send, in bytes, at least 1 (MQTT 5) [default: 268435460]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l topic-alias-maximum -d 'Let the broker use up to N topic aliases, 0 to 65535, for at most 16 MiB of topics (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s D -l property -d 'Set an MQTT 5 property: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l will-topic -d 'Last will: topic that the broker publishes to unless the client ends the connection with a normal DISCONNECT' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l will-payload -d 'Payload of the will [default: empty]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l will-qos -d 'QoS of the will [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l will-delay -d 'Have the broker delay the will by this long (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l events -d 'Write events to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l no-local -d 'Do not receive messages that this client publishes itself (MQTT 5)'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l retain-as-published -d 'Keep the retain flag as the publisher set it (MQTT 5)'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s R -l no-retained -d 'Skip retained messages'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l retained-only -d 'Print the retained messages that the broker has stored, and end'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l remove-retained -d 'Remove retained messages from the broker after printing them'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l changed -d 'Skip messages that would print the same payload as the last one of their topic'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s v -l verbose -d 'Print the topic and a space before the payload'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l json -d 'Print each message as one line of JSON'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l parse-json -d 'With --json, print payloads that are JSON unchanged, as `payload_json`'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l pretty -d 'Indent the JSON of --json, or of %j and %J in --format'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l hex -d 'Print payloads in hexadecimal'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l base64 -d 'Print payloads in base64'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s N -l no-newline -d 'Do not print a newline after each message'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s 0 -l null -d 'Print a NUL byte after each message instead of a newline'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l raw -d 'Print raw bytes even to a terminal, where control characters take effect'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l append -d 'Append to the --output file instead of replacing it'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l sync -d 'Sync files to disk before messages are acknowledged'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s E -l exit-after-subscribe -d 'End as soon as the broker has acknowledged the subscription'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s S -l srv -d 'Find the broker by SRV records of the host: _mqtt._tcp.HOST, or with TLS _secure-mqtt._tcp.HOST'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l ws -d 'Use MQTT over WebSocket'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l tls -d 'Use TLS, as mqtts:// and wss:// do'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l insecure -d 'Accept any certificate, so that anyone can impersonate the broker (unless --pin is given)'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l require-tls -d 'Refuse to connect to another machine without TLS'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l no-config -d 'Do not read any configuration file'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s c -l no-clean-start -d 'Resume the session of this client id, and keep it afterwards (needs --id)'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l ask-password -d 'Prompt for the password on the terminal'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l will-retain -d 'Retain the will'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -s d -l debug -d 'Print every packet to stderr, without secrets or payloads'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l quiet -d 'Print only errors'
complete -c mqtt -n "__fish_mqtt_using_subcommand sub" -l help -d 'Show this help'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s t -l topic -d 'Topic filter, with the wildcards + and #; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s q -l qos -d 'Subscribe with this QoS: one for all filters, or one per filter in the same order [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s U -l unsubscribe -d 'Unsubscribe the durable session from this filter (needs --no-clean-start); can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l retain-handling -d 'When the broker sends retained messages (MQTT 5) [default: always]' -r -f -a "always\t'Whenever a subscription is made'
new\t'Only if the subscription is new to the session'
never\t'Never'"
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l subscription-id -d 'Subscription identifier that the broker adds to messages, 1 to 268435455 (MQTT 5) [default: none]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s T -l filter-out -d 'Skip messages whose topic matches this filter; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l random-filter -d 'Print only a random sample of the messages, as a percentage from 0.1 to 100 [default: 100]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l where -d 'Only take messages for which this jq filter is true; can be repeated, then all must be true' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l until -d 'End after the first message for which this jq filter is true' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l select -d 'Print the outputs of this jq filter as payloads: strings as text, everything else as JSON' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s F -l format -d 'Print messages with this template, in mosquitto_sub\'s format language' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l color -d 'When to colour topics and properties [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Also in pipes and files'
never\t'Never'"
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l output -d 'Write to this file instead of standard output (`-`)' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l files -d 'Append each message to the file that this template names, such as \'log/%t/@Y-@m-@d.ndjson\'' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l rotate -d 'Start a new file, NAME-0001, NAME-0002 and so on, when one would exceed this size [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s C -l count -d 'End after this many messages [default: no limit]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l idle -d 'End when no message has arrived for this long [default: 500ms with --retained-only]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l on -d 'Run this shell command for messages whose topic matches FILTER; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l jobs -d 'Run up to N commands at once [default: 1]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l retry -d 'Retry a failed command up to N times [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l retry-delay -d 'Wait this long before the first retry, then twice as long each time, up to 1m [default: 1s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l job-timeout -d 'Limit how long a command may run; then SIGTERM, and SIGKILL 5 seconds later [default: no limit]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l on-failure -d 'What to do when a command fails [default: stop]' -r -f -a "stop\t'Leave the message with the broker, let running commands finish, and end with status 1'
skip\t'Acknowledge the message, continue, and end with status 1 at the end'"
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l dead-letter -d 'Publish messages whose command failed to this topic, acknowledge them, and continue' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s L -l url -d 'Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s h -l host -d 'Connect to this host; for help, use --help [env: MQTT_HOST] [default: localhost]' -r -f -a "(__fish_print_hostnames)"
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s p -l port -d 'Connect to this port [env: MQTT_PORT] [default: 1883; 8883 with TLS, 80 with WebSocket, 443 with both]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s V -l protocol -d 'Use this MQTT version: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]' -r -f -a "auto\t''
5\t''
3.1.1\t''
3.1\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s i -l id -d 'Use this client id [default: mqtt- and 16 random hex digits]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s u -l username -d 'Log in with this username [env: MQTT_USERNAME]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l unix -d 'Connect to this Unix socket' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l name-server -d 'Ask this name server instead of the system\'s: ADDRESS[:PORT]; can be repeated [default port: 53]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s A -l bind -d 'Connect from this local address or host name' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l proxy -d 'Connect through a proxy: socks5://, socks5h://, http:// or https://[USER:PASSWORD@]HOST[:PORT]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l proxy-ca -d 'Trusted CA certificates (PEM) for an https:// proxy, instead of the system\'s' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l ws-path -d 'Request this WebSocket path [default: /mqtt]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l ws-header -d 'Add this HTTP header to the WebSocket request; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l ca -d 'Trusted CA certificates (PEM), instead of the system\'s; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l capath -d 'Directory of trusted CA certificates (PEM), instead of the system\'s; turns TLS on' -r -f -a "(__fish_complete_directories)"
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l crl -d 'Refuse certificates revoked by the revocation lists (CRLs) in this PEM file' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l pin -d 'Also require this public key, or one of several: sha256//BASE64[;sha256//...]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l cert -d 'Client certificate (PEM); turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l key -d 'Private key of the client certificate (PEM); turns TLS on [default: the file of --cert]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l key-password-file -d 'Read the password of an encrypted private key from this file, `-` for standard input; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l tls-server-name -d 'Expect this name in the broker\'s certificate [default: the host]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l tls-alpn -d 'Offer this ALPN protocol, preferred ones first; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l tls-version -d 'Use only this TLS version [default: 1.3, or 1.2 if the broker does not support it]' -r -f -a "1.2\t'TLS 1.2'
1.3\t'TLS 1.3'"
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l tls-ciphers -d 'Offer only these cipher suites, best first, separated by colons' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l tls-keylog -d 'Append the TLS secrets to this file, for decrypting captured packets' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l profile -d 'Use this profile from the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file\'s]' -r -f -a "(mqtt completions --profiles 2>/dev/null)"
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l config -d 'Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s o -l options -d 'Read flags from this file, one per line, as if they came first on the command line' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s I -l id-prefix -d 'Use a client id made of this prefix and 16 random hex digits' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s x -l session-expiry -d 'Expire the session this long after the connection ends: a duration or `never` (MQTT 5) [default: never with -c]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s k -l keepalive -d 'Ping the broker after this many idle seconds, 0 (never) to 65535; the broker may override it [default: 60]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l password-file -d 'Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l password-command -d 'Run this command and use its output as the password' -r -f -a "(__fish_complete_command)"
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s P -l password -d 'Password (visible to other users; prefer --password-file)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l auth -d 'Prove the password with SCRAM instead of sending it, and have the broker prove that it knows it (MQTT 5)' -r -f -a "scram-sha-1\t'SCRAM with SHA-1, which only old brokers need'
scram-sha-256\t'SCRAM with SHA-256'
scram-sha-512\t'SCRAM with SHA-512'"
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l connect-timeout -d 'Give up if the broker has not accepted the connection within this time [default: 10s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l ack-timeout -d 'Drop the connection if acknowledgements are due and none arrives for this long [default: 30s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s W -l timeout -d 'End after this time, with status 27 if the work is not done [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l reconnect -d 'When to retry a connection [default: lost]' -r -f -a "lost\t'After an established connection was lost'
always\t'Also if the first connection fails'
never\t'Never: a lost connection ends the run'"
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l reconnect-timeout -d 'Stop reconnecting after the broker has been unreachable for this long [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s M -l max-inflight -d 'Limit QoS 1 and 2 messages in flight to the broker, 1 to 65535 [default: the broker\'s limit, 20 before MQTT 5]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l receive-maximum -d 'Limit QoS 1 and 2 messages in flight from the broker, 1 to 65535 (MQTT 5) [default: 65535]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l maximum-packet-size -d 'Largest packet that the broker may send, in bytes, at least 1 (MQTT 5) [default: 268435460]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l topic-alias-maximum -d 'Let the broker use up to N topic aliases, 0 to 65535, for at most 16 MiB of topics (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s D -l property -d 'Set an MQTT 5 property: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l will-topic -d 'Last will: topic that the broker publishes to unless the client ends the connection with a normal DISCONNECT' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l will-payload -d 'Payload of the will [default: empty]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l will-qos -d 'QoS of the will [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l will-delay -d 'Have the broker delay the will by this long (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l events -d 'Write events to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l no-local -d 'Do not receive messages that this client publishes itself (MQTT 5)'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l retain-as-published -d 'Keep the retain flag as the publisher set it (MQTT 5)'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s R -l no-retained -d 'Skip retained messages'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l retained-only -d 'Print the retained messages that the broker has stored, and end'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l remove-retained -d 'Remove retained messages from the broker after printing them'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l changed -d 'Skip messages that would print the same payload as the last one of their topic'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s v -l verbose -d 'Print the topic and a space before the payload'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l json -d 'Print each message as one line of JSON'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l parse-json -d 'With --json, print payloads that are JSON unchanged, as `payload_json`'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l pretty -d 'Indent the JSON of --json, or of %j and %J in --format'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l hex -d 'Print payloads in hexadecimal'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l base64 -d 'Print payloads in base64'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s N -l no-newline -d 'Do not print a newline after each message'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s 0 -l null -d 'Print a NUL byte after each message instead of a newline'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l raw -d 'Print raw bytes even to a terminal, where control characters take effect'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l append -d 'Append to the --output file instead of replacing it'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l sync -d 'Sync files to disk before messages are acknowledged'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s E -l exit-after-subscribe -d 'End as soon as the broker has acknowledged the subscription'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s S -l srv -d 'Find the broker by SRV records of the host: _mqtt._tcp.HOST, or with TLS _secure-mqtt._tcp.HOST'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l ws -d 'Use MQTT over WebSocket'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l tls -d 'Use TLS, as mqtts:// and wss:// do'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l insecure -d 'Accept any certificate, so that anyone can impersonate the broker (unless --pin is given)'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l require-tls -d 'Refuse to connect to another machine without TLS'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l no-config -d 'Do not read any configuration file'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s c -l no-clean-start -d 'Resume the session of this client id, and keep it afterwards (needs --id)'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l ask-password -d 'Prompt for the password on the terminal'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l will-retain -d 'Retain the will'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -s d -l debug -d 'Print every packet to stderr, without secrets or payloads'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l quiet -d 'Print only errors'
complete -c mqtt -n "__fish_mqtt_using_subcommand subscribe" -l help -d 'Show this help'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s t -l topic -d 'Publish the request to this topic' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s m -l message -d 'Send this text' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s f -l file -d 'Send this file, `-` for standard input' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s q -l qos -d 'QoS of the request and of the subscription to replies: 0, 1 or 2 [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l content-type -d 'Content type of the payload, such as text/plain (MQTT 5)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l expiry -d 'Message expiry: have the broker drop the message after this time (MQTT 5) [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l correlation -d 'Correlation data that ties a reply to this message: text, `hex:...`, `base64:...` or `@FILE` (MQTT 5)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l user-property -d 'Add a user property; can be repeated (MQTT 5)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s e -l response-topic -d 'Expect the reply on this topic; required before MQTT 5' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l match -d 'Which messages on the response topic count as replies [default: auto]' -r -f -a "auto\t'Those with the request\'s correlation data; with --response-topic, also those without any'
correlation\t'Those with the request\'s correlation data'
any\t'All except retained messages'"
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l replies -d 'Wait for N replies; 0 accepts all until --timeout or --idle [default: 1; with --until 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l idle -d 'End when no reply has arrived for this long [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l where -d 'Only take messages for which this jq filter is true; can be repeated, then all must be true' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l until -d 'End after the first message for which this jq filter is true' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l select -d 'Print the outputs of this jq filter as payloads: strings as text, everything else as JSON' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s F -l format -d 'Print messages with this template, in mosquitto_sub\'s format language' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l color -d 'When to colour topics and properties [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Also in pipes and files'
never\t'Never'"
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l output -d 'Write to this file instead of standard output (`-`)' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l files -d 'Append each message to the file that this template names, such as \'log/%t/@Y-@m-@d.ndjson\'' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l rotate -d 'Start a new file, NAME-0001, NAME-0002 and so on, when one would exceed this size [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s L -l url -d 'Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s h -l host -d 'Connect to this host; for help, use --help [env: MQTT_HOST] [default: localhost]' -r -f -a "(__fish_print_hostnames)"
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s p -l port -d 'Connect to this port [env: MQTT_PORT] [default: 1883; 8883 with TLS, 80 with WebSocket, 443 with both]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s V -l protocol -d 'Use this MQTT version: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]' -r -f -a "auto\t''
5\t''
3.1.1\t''
3.1\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s i -l id -d 'Use this client id [default: mqtt- and 16 random hex digits]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s u -l username -d 'Log in with this username [env: MQTT_USERNAME]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l unix -d 'Connect to this Unix socket' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l name-server -d 'Ask this name server instead of the system\'s: ADDRESS[:PORT]; can be repeated [default port: 53]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s A -l bind -d 'Connect from this local address or host name' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l proxy -d 'Connect through a proxy: socks5://, socks5h://, http:// or https://[USER:PASSWORD@]HOST[:PORT]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l proxy-ca -d 'Trusted CA certificates (PEM) for an https:// proxy, instead of the system\'s' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l ws-path -d 'Request this WebSocket path [default: /mqtt]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l ws-header -d 'Add this HTTP header to the WebSocket request; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l ca -d 'Trusted CA certificates (PEM), instead of the system\'s; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l capath -d 'Directory of trusted CA certificates (PEM), instead of the system\'s; turns TLS on' -r -f -a "(__fish_complete_directories)"
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l crl -d 'Refuse certificates revoked by the revocation lists (CRLs) in this PEM file' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l pin -d 'Also require this public key, or one of several: sha256//BASE64[;sha256//...]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l cert -d 'Client certificate (PEM); turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l key -d 'Private key of the client certificate (PEM); turns TLS on [default: the file of --cert]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l key-password-file -d 'Read the password of an encrypted private key from this file, `-` for standard input; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l tls-server-name -d 'Expect this name in the broker\'s certificate [default: the host]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l tls-alpn -d 'Offer this ALPN protocol, preferred ones first; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l tls-version -d 'Use only this TLS version [default: 1.3, or 1.2 if the broker does not support it]' -r -f -a "1.2\t'TLS 1.2'
1.3\t'TLS 1.3'"
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l tls-ciphers -d 'Offer only these cipher suites, best first, separated by colons' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l tls-keylog -d 'Append the TLS secrets to this file, for decrypting captured packets' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l profile -d 'Use this profile from the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file\'s]' -r -f -a "(mqtt completions --profiles 2>/dev/null)"
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l config -d 'Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s o -l options -d 'Read flags from this file, one per line, as if they came first on the command line' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s I -l id-prefix -d 'Use a client id made of this prefix and 16 random hex digits' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s x -l session-expiry -d 'Expire the session this long after the connection ends: a duration or `never` (MQTT 5) [default: never with -c]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s k -l keepalive -d 'Ping the broker after this many idle seconds, 0 (never) to 65535; the broker may override it [default: 60]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l password-file -d 'Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l password-command -d 'Run this command and use its output as the password' -r -f -a "(__fish_complete_command)"
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s P -l password -d 'Password (visible to other users; prefer --password-file)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l auth -d 'Prove the password with SCRAM instead of sending it, and have the broker prove that it knows it (MQTT 5)' -r -f -a "scram-sha-1\t'SCRAM with SHA-1, which only old brokers need'
scram-sha-256\t'SCRAM with SHA-256'
scram-sha-512\t'SCRAM with SHA-512'"
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l connect-timeout -d 'Give up if the broker has not accepted the connection within this time [default: 10s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l ack-timeout -d 'Drop the connection if acknowledgements are due and none arrives for this long [default: 30s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l reconnect -d 'When to retry a connection [default: lost]' -r -f -a "lost\t'After an established connection was lost'
always\t'Also if the first connection fails'
never\t'Never: a lost connection ends the run'"
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l reconnect-timeout -d 'Stop reconnecting after the broker has been unreachable for this long [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s M -l max-inflight -d 'Limit QoS 1 and 2 messages in flight to the broker, 1 to 65535 [default: the broker\'s limit, 20 before MQTT 5]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l receive-maximum -d 'Limit QoS 1 and 2 messages in flight from the broker, 1 to 65535 (MQTT 5) [default: 65535]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l maximum-packet-size -d 'Largest packet that the broker may send, in bytes, at least 1 (MQTT 5) [default: 268435460]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l topic-alias-maximum -d 'Let the broker use up to N topic aliases, 0 to 65535, for at most 16 MiB of topics (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s D -l property -d 'Set an MQTT 5 property: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l will-topic -d 'Last will: topic that the broker publishes to unless the client ends the connection with a normal DISCONNECT' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l will-payload -d 'Payload of the will [default: empty]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l will-qos -d 'QoS of the will [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l will-delay -d 'Have the broker delay the will by this long (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l events -d 'Write events to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s W -l timeout -d 'End after this time, with status 27 if too few replies arrived [default: 30s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s s -l stdin-file -d 'Send all of standard input'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s n -l null-message -d 'Send an empty request'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l payload-hex -d 'Decode the payload from hexadecimal; whitespace is ignored'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l payload-base64 -d 'Decode the payload from base64; whitespace is ignored'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l payload-utf8 -d 'Mark the payload as UTF-8 text (MQTT 5)'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l fail -d 'End with status 5 if a reply says that its command failed'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l latency -d 'Print to stderr how long each reply took'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l changed -d 'Skip messages that would print the same payload as the last one of their topic'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s v -l verbose -d 'Print the topic and a space before the payload'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l json -d 'Print each message as one line of JSON'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l parse-json -d 'With --json, print payloads that are JSON unchanged, as `payload_json`'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l pretty -d 'Indent the JSON of --json, or of %j and %J in --format'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l hex -d 'Print payloads in hexadecimal'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l base64 -d 'Print payloads in base64'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s N -l no-newline -d 'Do not print a newline after each message'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s 0 -l null -d 'Print a NUL byte after each message instead of a newline'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l raw -d 'Print raw bytes even to a terminal, where control characters take effect'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l append -d 'Append to the --output file instead of replacing it'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l sync -d 'Sync files to disk before messages are acknowledged'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s S -l srv -d 'Find the broker by SRV records of the host: _mqtt._tcp.HOST, or with TLS _secure-mqtt._tcp.HOST'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l ws -d 'Use MQTT over WebSocket'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l tls -d 'Use TLS, as mqtts:// and wss:// do'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l insecure -d 'Accept any certificate, so that anyone can impersonate the broker (unless --pin is given)'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l require-tls -d 'Refuse to connect to another machine without TLS'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l no-config -d 'Do not read any configuration file'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s c -l no-clean-start -d 'Resume the session of this client id, and keep it afterwards (needs --id)'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l ask-password -d 'Prompt for the password on the terminal'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l will-retain -d 'Retain the will'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -s d -l debug -d 'Print every packet to stderr, without secrets or payloads'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l quiet -d 'Print only errors'
complete -c mqtt -n "__fish_mqtt_using_subcommand rr" -l help -d 'Show this help'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s t -l topic -d 'Publish the request to this topic' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s m -l message -d 'Send this text' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s f -l file -d 'Send this file, `-` for standard input' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s q -l qos -d 'QoS of the request and of the subscription to replies: 0, 1 or 2 [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l content-type -d 'Content type of the payload, such as text/plain (MQTT 5)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l expiry -d 'Message expiry: have the broker drop the message after this time (MQTT 5) [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l correlation -d 'Correlation data that ties a reply to this message: text, `hex:...`, `base64:...` or `@FILE` (MQTT 5)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l user-property -d 'Add a user property; can be repeated (MQTT 5)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s e -l response-topic -d 'Expect the reply on this topic; required before MQTT 5' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l match -d 'Which messages on the response topic count as replies [default: auto]' -r -f -a "auto\t'Those with the request\'s correlation data; with --response-topic, also those without any'
correlation\t'Those with the request\'s correlation data'
any\t'All except retained messages'"
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l replies -d 'Wait for N replies; 0 accepts all until --timeout or --idle [default: 1; with --until 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l idle -d 'End when no reply has arrived for this long [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l where -d 'Only take messages for which this jq filter is true; can be repeated, then all must be true' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l until -d 'End after the first message for which this jq filter is true' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l select -d 'Print the outputs of this jq filter as payloads: strings as text, everything else as JSON' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s F -l format -d 'Print messages with this template, in mosquitto_sub\'s format language' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l color -d 'When to colour topics and properties [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Also in pipes and files'
never\t'Never'"
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l output -d 'Write to this file instead of standard output (`-`)' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l files -d 'Append each message to the file that this template names, such as \'log/%t/@Y-@m-@d.ndjson\'' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l rotate -d 'Start a new file, NAME-0001, NAME-0002 and so on, when one would exceed this size [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s L -l url -d 'Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s h -l host -d 'Connect to this host; for help, use --help [env: MQTT_HOST] [default: localhost]' -r -f -a "(__fish_print_hostnames)"
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s p -l port -d 'Connect to this port [env: MQTT_PORT] [default: 1883; 8883 with TLS, 80 with WebSocket, 443 with both]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s V -l protocol -d 'Use this MQTT version: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]' -r -f -a "auto\t''
5\t''
3.1.1\t''
3.1\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s i -l id -d 'Use this client id [default: mqtt- and 16 random hex digits]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s u -l username -d 'Log in with this username [env: MQTT_USERNAME]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l unix -d 'Connect to this Unix socket' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l name-server -d 'Ask this name server instead of the system\'s: ADDRESS[:PORT]; can be repeated [default port: 53]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s A -l bind -d 'Connect from this local address or host name' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l proxy -d 'Connect through a proxy: socks5://, socks5h://, http:// or https://[USER:PASSWORD@]HOST[:PORT]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l proxy-ca -d 'Trusted CA certificates (PEM) for an https:// proxy, instead of the system\'s' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l ws-path -d 'Request this WebSocket path [default: /mqtt]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l ws-header -d 'Add this HTTP header to the WebSocket request; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l ca -d 'Trusted CA certificates (PEM), instead of the system\'s; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l capath -d 'Directory of trusted CA certificates (PEM), instead of the system\'s; turns TLS on' -r -f -a "(__fish_complete_directories)"
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l crl -d 'Refuse certificates revoked by the revocation lists (CRLs) in this PEM file' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l pin -d 'Also require this public key, or one of several: sha256//BASE64[;sha256//...]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l cert -d 'Client certificate (PEM); turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l key -d 'Private key of the client certificate (PEM); turns TLS on [default: the file of --cert]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l key-password-file -d 'Read the password of an encrypted private key from this file, `-` for standard input; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l tls-server-name -d 'Expect this name in the broker\'s certificate [default: the host]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l tls-alpn -d 'Offer this ALPN protocol, preferred ones first; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l tls-version -d 'Use only this TLS version [default: 1.3, or 1.2 if the broker does not support it]' -r -f -a "1.2\t'TLS 1.2'
1.3\t'TLS 1.3'"
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l tls-ciphers -d 'Offer only these cipher suites, best first, separated by colons' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l tls-keylog -d 'Append the TLS secrets to this file, for decrypting captured packets' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l profile -d 'Use this profile from the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file\'s]' -r -f -a "(mqtt completions --profiles 2>/dev/null)"
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l config -d 'Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s o -l options -d 'Read flags from this file, one per line, as if they came first on the command line' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s I -l id-prefix -d 'Use a client id made of this prefix and 16 random hex digits' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s x -l session-expiry -d 'Expire the session this long after the connection ends: a duration or `never` (MQTT 5) [default: never with -c]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s k -l keepalive -d 'Ping the broker after this many idle seconds, 0 (never) to 65535; the broker may override it [default: 60]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l password-file -d 'Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l password-command -d 'Run this command and use its output as the password' -r -f -a "(__fish_complete_command)"
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s P -l password -d 'Password (visible to other users; prefer --password-file)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l auth -d 'Prove the password with SCRAM instead of sending it, and have the broker prove that it knows it (MQTT 5)' -r -f -a "scram-sha-1\t'SCRAM with SHA-1, which only old brokers need'
scram-sha-256\t'SCRAM with SHA-256'
scram-sha-512\t'SCRAM with SHA-512'"
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l connect-timeout -d 'Give up if the broker has not accepted the connection within this time [default: 10s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l ack-timeout -d 'Drop the connection if acknowledgements are due and none arrives for this long [default: 30s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l reconnect -d 'When to retry a connection [default: lost]' -r -f -a "lost\t'After an established connection was lost'
always\t'Also if the first connection fails'
never\t'Never: a lost connection ends the run'"
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l reconnect-timeout -d 'Stop reconnecting after the broker has been unreachable for this long [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s M -l max-inflight -d 'Limit QoS 1 and 2 messages in flight to the broker, 1 to 65535 [default: the broker\'s limit, 20 before MQTT 5]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l receive-maximum -d 'Limit QoS 1 and 2 messages in flight from the broker, 1 to 65535 (MQTT 5) [default: 65535]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l maximum-packet-size -d 'Largest packet that the broker may send, in bytes, at least 1 (MQTT 5) [default: 268435460]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l topic-alias-maximum -d 'Let the broker use up to N topic aliases, 0 to 65535, for at most 16 MiB of topics (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s D -l property -d 'Set an MQTT 5 property: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l will-topic -d 'Last will: topic that the broker publishes to unless the client ends the connection with a normal DISCONNECT' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l will-payload -d 'Payload of the will [default: empty]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l will-qos -d 'QoS of the will [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l will-delay -d 'Have the broker delay the will by this long (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l events -d 'Write events to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s W -l timeout -d 'End after this time, with status 27 if too few replies arrived [default: 30s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s s -l stdin-file -d 'Send all of standard input'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s n -l null-message -d 'Send an empty request'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l payload-hex -d 'Decode the payload from hexadecimal; whitespace is ignored'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l payload-base64 -d 'Decode the payload from base64; whitespace is ignored'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l payload-utf8 -d 'Mark the payload as UTF-8 text (MQTT 5)'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l fail -d 'End with status 5 if a reply says that its command failed'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l latency -d 'Print to stderr how long each reply took'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l changed -d 'Skip messages that would print the same payload as the last one of their topic'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s v -l verbose -d 'Print the topic and a space before the payload'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l json -d 'Print each message as one line of JSON'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l parse-json -d 'With --json, print payloads that are JSON unchanged, as `payload_json`'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l pretty -d 'Indent the JSON of --json, or of %j and %J in --format'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l hex -d 'Print payloads in hexadecimal'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l base64 -d 'Print payloads in base64'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s N -l no-newline -d 'Do not print a newline after each message'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s 0 -l null -d 'Print a NUL byte after each message instead of a newline'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l raw -d 'Print raw bytes even to a terminal, where control characters take effect'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l append -d 'Append to the --output file instead of replacing it'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l sync -d 'Sync files to disk before messages are acknowledged'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s S -l srv -d 'Find the broker by SRV records of the host: _mqtt._tcp.HOST, or with TLS _secure-mqtt._tcp.HOST'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l ws -d 'Use MQTT over WebSocket'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l tls -d 'Use TLS, as mqtts:// and wss:// do'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l insecure -d 'Accept any certificate, so that anyone can impersonate the broker (unless --pin is given)'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l require-tls -d 'Refuse to connect to another machine without TLS'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l no-config -d 'Do not read any configuration file'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s c -l no-clean-start -d 'Resume the session of this client id, and keep it afterwards (needs --id)'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l ask-password -d 'Prompt for the password on the terminal'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l will-retain -d 'Retain the will'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -s d -l debug -d 'Print every packet to stderr, without secrets or payloads'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l quiet -d 'Print only errors'
complete -c mqtt -n "__fish_mqtt_using_subcommand request" -l help -d 'Show this help'
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -s t -l topic -d 'Topic filter, with the wildcards + and #; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -s q -l qos -d 'QoS of the subscription and of the replies [default: 2, and for each reply the QoS of its request]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -s e -l response-topic -d 'Publish replies here if the request names no response topic; required before MQTT 5' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l reply-prefix -d 'Reply only to response topics that begin with this' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -s m -l message -d 'Reply with this text' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -s f -l file -d 'Reply with the contents of this file, read once at the start' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l jobs -d 'Run up to N commands at once [default: 1]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l retry -d 'Retry a failed command up to N times [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l retry-delay -d 'Wait this long before the first retry, then twice as long each time, up to 1m [default: 1s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l job-timeout -d 'Limit how long a command may run; then SIGTERM, and SIGKILL 5 seconds later [default: 30s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -s C -l count -d 'End after this many replies [default: no limit]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l idle -d 'End when no request has arrived for this long [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -s L -l url -d 'Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -s h -l host -d 'Connect to this host; for help, use --help [env: MQTT_HOST] [default: localhost]' -r -f -a "(__fish_print_hostnames)"
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -s p -l port -d 'Connect to this port [env: MQTT_PORT] [default: 1883; 8883 with TLS, 80 with WebSocket, 443 with both]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -s V -l protocol -d 'Use this MQTT version: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]' -r -f -a "auto\t''
5\t''
3.1.1\t''
3.1\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -s i -l id -d 'Use this client id [default: mqtt- and 16 random hex digits]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -s u -l username -d 'Log in with this username [env: MQTT_USERNAME]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l unix -d 'Connect to this Unix socket' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l name-server -d 'Ask this name server instead of the system\'s: ADDRESS[:PORT]; can be repeated [default port: 53]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -s A -l bind -d 'Connect from this local address or host name' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l proxy -d 'Connect through a proxy: socks5://, socks5h://, http:// or https://[USER:PASSWORD@]HOST[:PORT]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l proxy-ca -d 'Trusted CA certificates (PEM) for an https:// proxy, instead of the system\'s' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l ws-path -d 'Request this WebSocket path [default: /mqtt]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l ws-header -d 'Add this HTTP header to the WebSocket request; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l ca -d 'Trusted CA certificates (PEM), instead of the system\'s; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l capath -d 'Directory of trusted CA certificates (PEM), instead of the system\'s; turns TLS on' -r -f -a "(__fish_complete_directories)"
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l crl -d 'Refuse certificates revoked by the revocation lists (CRLs) in this PEM file' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l pin -d 'Also require this public key, or one of several: sha256//BASE64[;sha256//...]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l cert -d 'Client certificate (PEM); turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l key -d 'Private key of the client certificate (PEM); turns TLS on [default: the file of --cert]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l key-password-file -d 'Read the password of an encrypted private key from this file, `-` for standard input; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l tls-server-name -d 'Expect this name in the broker\'s certificate [default: the host]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l tls-alpn -d 'Offer this ALPN protocol, preferred ones first; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l tls-version -d 'Use only this TLS version [default: 1.3, or 1.2 if the broker does not support it]' -r -f -a "1.2\t'TLS 1.2'
1.3\t'TLS 1.3'"
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l tls-ciphers -d 'Offer only these cipher suites, best first, separated by colons' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l tls-keylog -d 'Append the TLS secrets to this file, for decrypting captured packets' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l profile -d 'Use this profile from the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file\'s]' -r -f -a "(mqtt completions --profiles 2>/dev/null)"
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l config -d 'Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -s o -l options -d 'Read flags from this file, one per line, as if they came first on the command line' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -s I -l id-prefix -d 'Use a client id made of this prefix and 16 random hex digits' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -s x -l session-expiry -d 'Expire the session this long after the connection ends: a duration or `never` (MQTT 5) [default: never with -c]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -s k -l keepalive -d 'Ping the broker after this many idle seconds, 0 (never) to 65535; the broker may override it [default: 60]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l password-file -d 'Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l password-command -d 'Run this command and use its output as the password' -r -f -a "(__fish_complete_command)"
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -s P -l password -d 'Password (visible to other users; prefer --password-file)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l auth -d 'Prove the password with SCRAM instead of sending it, and have the broker prove that it knows it (MQTT 5)' -r -f -a "scram-sha-1\t'SCRAM with SHA-1, which only old brokers need'
scram-sha-256\t'SCRAM with SHA-256'
scram-sha-512\t'SCRAM with SHA-512'"
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l connect-timeout -d 'Give up if the broker has not accepted the connection within this time [default: 10s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l ack-timeout -d 'Drop the connection if acknowledgements are due and none arrives for this long [default: 30s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -s W -l timeout -d 'End after this time, with status 27 if the work is not done [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l reconnect -d 'When to retry a connection [default: lost]' -r -f -a "lost\t'After an established connection was lost'
always\t'Also if the first connection fails'
never\t'Never: a lost connection ends the run'"
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l reconnect-timeout -d 'Stop reconnecting after the broker has been unreachable for this long [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -s M -l max-inflight -d 'Limit QoS 1 and 2 messages in flight to the broker, 1 to 65535 [default: the broker\'s limit, 20 before MQTT 5]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l receive-maximum -d 'Limit QoS 1 and 2 messages in flight from the broker, 1 to 65535 (MQTT 5) [default: 65535]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l maximum-packet-size -d 'Largest packet that the broker may send, in bytes, at least 1 (MQTT 5) [default: 268435460]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l topic-alias-maximum -d 'Let the broker use up to N topic aliases, 0 to 65535, for at most 16 MiB of topics (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -s D -l property -d 'Set an MQTT 5 property: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l will-topic -d 'Last will: topic that the broker publishes to unless the client ends the connection with a normal DISCONNECT' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l will-payload -d 'Payload of the will [default: empty]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l will-qos -d 'QoS of the will [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l will-delay -d 'Have the broker delay the will by this long (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l events -d 'Write events to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l echo -d 'Reply with the payload of the request'
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -s S -l srv -d 'Find the broker by SRV records of the host: _mqtt._tcp.HOST, or with TLS _secure-mqtt._tcp.HOST'
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l ws -d 'Use MQTT over WebSocket'
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l tls -d 'Use TLS, as mqtts:// and wss:// do'
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l insecure -d 'Accept any certificate, so that anyone can impersonate the broker (unless --pin is given)'
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l require-tls -d 'Refuse to connect to another machine without TLS'
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l no-config -d 'Do not read any configuration file'
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -s c -l no-clean-start -d 'Resume the session of this client id, and keep it afterwards (needs --id)'
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l ask-password -d 'Prompt for the password on the terminal'
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l will-retain -d 'Retain the will'
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -s d -l debug -d 'Print every packet to stderr, without secrets or payloads'
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l quiet -d 'Print only errors'
complete -c mqtt -n "__fish_mqtt_using_subcommand reply" -l help -d 'Show this help'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s t -l topic -d 'Topic filter, with the wildcards + and #; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s T -l filter-out -d 'Skip topics that match this filter; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l idle -d 'End when no retained message has arrived for this long [default: 500ms]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s L -l url -d 'Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s h -l host -d 'Connect to this host; for help, use --help [env: MQTT_HOST] [default: localhost]' -r -f -a "(__fish_print_hostnames)"
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s p -l port -d 'Connect to this port [env: MQTT_PORT] [default: 1883; 8883 with TLS, 80 with WebSocket, 443 with both]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s V -l protocol -d 'Use this MQTT version: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]' -r -f -a "auto\t''
5\t''
3.1.1\t''
3.1\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s i -l id -d 'Use this client id [default: mqtt- and 16 random hex digits]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s u -l username -d 'Log in with this username [env: MQTT_USERNAME]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l unix -d 'Connect to this Unix socket' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l name-server -d 'Ask this name server instead of the system\'s: ADDRESS[:PORT]; can be repeated [default port: 53]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s A -l bind -d 'Connect from this local address or host name' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l proxy -d 'Connect through a proxy: socks5://, socks5h://, http:// or https://[USER:PASSWORD@]HOST[:PORT]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l proxy-ca -d 'Trusted CA certificates (PEM) for an https:// proxy, instead of the system\'s' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l ws-path -d 'Request this WebSocket path [default: /mqtt]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l ws-header -d 'Add this HTTP header to the WebSocket request; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l ca -d 'Trusted CA certificates (PEM), instead of the system\'s; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l capath -d 'Directory of trusted CA certificates (PEM), instead of the system\'s; turns TLS on' -r -f -a "(__fish_complete_directories)"
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l crl -d 'Refuse certificates revoked by the revocation lists (CRLs) in this PEM file' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l pin -d 'Also require this public key, or one of several: sha256//BASE64[;sha256//...]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l cert -d 'Client certificate (PEM); turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l key -d 'Private key of the client certificate (PEM); turns TLS on [default: the file of --cert]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l key-password-file -d 'Read the password of an encrypted private key from this file, `-` for standard input; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l tls-server-name -d 'Expect this name in the broker\'s certificate [default: the host]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l tls-alpn -d 'Offer this ALPN protocol, preferred ones first; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l tls-version -d 'Use only this TLS version [default: 1.3, or 1.2 if the broker does not support it]' -r -f -a "1.2\t'TLS 1.2'
1.3\t'TLS 1.3'"
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l tls-ciphers -d 'Offer only these cipher suites, best first, separated by colons' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l tls-keylog -d 'Append the TLS secrets to this file, for decrypting captured packets' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l profile -d 'Use this profile from the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file\'s]' -r -f -a "(mqtt completions --profiles 2>/dev/null)"
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l config -d 'Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s o -l options -d 'Read flags from this file, one per line, as if they came first on the command line' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s I -l id-prefix -d 'Use a client id made of this prefix and 16 random hex digits' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s x -l session-expiry -d 'Expire the session this long after the connection ends: a duration or `never` (MQTT 5) [default: never with -c]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s k -l keepalive -d 'Ping the broker after this many idle seconds, 0 (never) to 65535; the broker may override it [default: 60]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l password-file -d 'Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l password-command -d 'Run this command and use its output as the password' -r -f -a "(__fish_complete_command)"
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s P -l password -d 'Password (visible to other users; prefer --password-file)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l auth -d 'Prove the password with SCRAM instead of sending it, and have the broker prove that it knows it (MQTT 5)' -r -f -a "scram-sha-1\t'SCRAM with SHA-1, which only old brokers need'
scram-sha-256\t'SCRAM with SHA-256'
scram-sha-512\t'SCRAM with SHA-512'"
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l connect-timeout -d 'Give up if the broker has not accepted the connection within this time [default: 10s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l ack-timeout -d 'Drop the connection if acknowledgements are due and none arrives for this long [default: 30s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s W -l timeout -d 'End after this time, with status 27 if the work is not done [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l reconnect -d 'When to retry a connection [default: lost]' -r -f -a "lost\t'After an established connection was lost'
always\t'Also if the first connection fails'
never\t'Never: a lost connection ends the run'"
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l reconnect-timeout -d 'Stop reconnecting after the broker has been unreachable for this long [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s M -l max-inflight -d 'Limit QoS 1 and 2 messages in flight to the broker, 1 to 65535 [default: the broker\'s limit, 20 before MQTT 5]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l receive-maximum -d 'Limit QoS 1 and 2 messages in flight from the broker, 1 to 65535 (MQTT 5) [default: 65535]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l maximum-packet-size -d 'Largest packet that the broker may send, in bytes, at least 1 (MQTT 5) [default: 268435460]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l topic-alias-maximum -d 'Let the broker use up to N topic aliases, 0 to 65535, for at most 16 MiB of topics (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s D -l property -d 'Set an MQTT 5 property: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l will-topic -d 'Last will: topic that the broker publishes to unless the client ends the connection with a normal DISCONNECT' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l will-payload -d 'Payload of the will [default: empty]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l will-qos -d 'QoS of the will [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l will-delay -d 'Have the broker delay the will by this long (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l events -d 'Write events to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l dry-run -d 'Only print what would be removed'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l yes -d 'Skip the confirmation when a filter matches all topics'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l json -d 'Print each message as one line of JSON, which `mqtt pub --json` can restore'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l progress -d 'Show a progress bar on stderr [default: on a terminal, after a second, if the output goes elsewhere]'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l no-progress -d 'Do not show a progress bar'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s S -l srv -d 'Find the broker by SRV records of the host: _mqtt._tcp.HOST, or with TLS _secure-mqtt._tcp.HOST'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l ws -d 'Use MQTT over WebSocket'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l tls -d 'Use TLS, as mqtts:// and wss:// do'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l insecure -d 'Accept any certificate, so that anyone can impersonate the broker (unless --pin is given)'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l require-tls -d 'Refuse to connect to another machine without TLS'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l no-config -d 'Do not read any configuration file'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s c -l no-clean-start -d 'Resume the session of this client id, and keep it afterwards (needs --id)'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l ask-password -d 'Prompt for the password on the terminal'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l will-retain -d 'Retain the will'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -s d -l debug -d 'Print every packet to stderr, without secrets or payloads'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l quiet -d 'Print only errors'
complete -c mqtt -n "__fish_mqtt_using_subcommand clear-retained" -l help -d 'Show this help'
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -s t -l topic -d 'Also subscribe to this topic, publish 16 random bytes, and wait for exactly these' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -s q -l qos -d 'QoS of that message and of the subscription: 0, 1 or 2 [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l warn -d 'Warn if a step takes longer, or the certificate ends sooner, as in connect=300ms,cert=14d' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l critical -d 'Fail if a step takes longer (status 27), or the certificate ends sooner (status 3)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -s L -l url -d 'Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -s h -l host -d 'Connect to this host; for help, use --help [env: MQTT_HOST] [default: localhost]' -r -f -a "(__fish_print_hostnames)"
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -s p -l port -d 'Connect to this port [env: MQTT_PORT] [default: 1883; 8883 with TLS, 80 with WebSocket, 443 with both]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -s V -l protocol -d 'Use this MQTT version: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]' -r -f -a "auto\t''
5\t''
3.1.1\t''
3.1\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -s i -l id -d 'Use this client id [default: mqtt- and 16 random hex digits]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -s u -l username -d 'Log in with this username [env: MQTT_USERNAME]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l unix -d 'Connect to this Unix socket' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l name-server -d 'Ask this name server instead of the system\'s: ADDRESS[:PORT]; can be repeated [default port: 53]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -s A -l bind -d 'Connect from this local address or host name' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l proxy -d 'Connect through a proxy: socks5://, socks5h://, http:// or https://[USER:PASSWORD@]HOST[:PORT]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l proxy-ca -d 'Trusted CA certificates (PEM) for an https:// proxy, instead of the system\'s' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l ws-path -d 'Request this WebSocket path [default: /mqtt]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l ws-header -d 'Add this HTTP header to the WebSocket request; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l ca -d 'Trusted CA certificates (PEM), instead of the system\'s; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l capath -d 'Directory of trusted CA certificates (PEM), instead of the system\'s; turns TLS on' -r -f -a "(__fish_complete_directories)"
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l crl -d 'Refuse certificates revoked by the revocation lists (CRLs) in this PEM file' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l pin -d 'Also require this public key, or one of several: sha256//BASE64[;sha256//...]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l cert -d 'Client certificate (PEM); turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l key -d 'Private key of the client certificate (PEM); turns TLS on [default: the file of --cert]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l key-password-file -d 'Read the password of an encrypted private key from this file, `-` for standard input; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l tls-server-name -d 'Expect this name in the broker\'s certificate [default: the host]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l tls-alpn -d 'Offer this ALPN protocol, preferred ones first; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l tls-version -d 'Use only this TLS version [default: 1.3, or 1.2 if the broker does not support it]' -r -f -a "1.2\t'TLS 1.2'
1.3\t'TLS 1.3'"
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l tls-ciphers -d 'Offer only these cipher suites, best first, separated by colons' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l tls-keylog -d 'Append the TLS secrets to this file, for decrypting captured packets' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l profile -d 'Use this profile from the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file\'s]' -r -f -a "(mqtt completions --profiles 2>/dev/null)"
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l config -d 'Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -s o -l options -d 'Read flags from this file, one per line, as if they came first on the command line' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -s I -l id-prefix -d 'Use a client id made of this prefix and 16 random hex digits' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -s x -l session-expiry -d 'Expire the session this long after the connection ends: a duration or `never` (MQTT 5) [default: never with -c]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -s k -l keepalive -d 'Ping the broker after this many idle seconds, 0 (never) to 65535; the broker may override it [default: 60]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l password-file -d 'Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l password-command -d 'Run this command and use its output as the password' -r -f -a "(__fish_complete_command)"
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -s P -l password -d 'Password (visible to other users; prefer --password-file)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l auth -d 'Prove the password with SCRAM instead of sending it, and have the broker prove that it knows it (MQTT 5)' -r -f -a "scram-sha-1\t'SCRAM with SHA-1, which only old brokers need'
scram-sha-256\t'SCRAM with SHA-256'
scram-sha-512\t'SCRAM with SHA-512'"
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l connect-timeout -d 'Give up if the broker has not accepted the connection within this time [default: 10s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l ack-timeout -d 'Drop the connection if acknowledgements are due and none arrives for this long [default: 30s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l reconnect -d 'When to retry a connection [default: lost]' -r -f -a "lost\t'After an established connection was lost'
always\t'Also if the first connection fails'
never\t'Never: a lost connection ends the run'"
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l reconnect-timeout -d 'Stop reconnecting after the broker has been unreachable for this long [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -s M -l max-inflight -d 'Limit QoS 1 and 2 messages in flight to the broker, 1 to 65535 [default: the broker\'s limit, 20 before MQTT 5]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l receive-maximum -d 'Limit QoS 1 and 2 messages in flight from the broker, 1 to 65535 (MQTT 5) [default: 65535]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l maximum-packet-size -d 'Largest packet that the broker may send, in bytes, at least 1 (MQTT 5) [default: 268435460]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l topic-alias-maximum -d 'Let the broker use up to N topic aliases, 0 to 65535, for at most 16 MiB of topics (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -s D -l property -d 'Set an MQTT 5 property: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l will-topic -d 'Last will: topic that the broker publishes to unless the client ends the connection with a normal DISCONNECT' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l will-payload -d 'Payload of the will [default: empty]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l will-qos -d 'QoS of the will [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l will-delay -d 'Have the broker delay the will by this long (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l events -d 'Write events to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -s W -l timeout -d 'Fail with status 27 if the check takes longer than this [default: 10s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l versions -d 'Also try whether the broker accepts MQTT 5, 3.1.1 and 3.1'
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l json -d 'Print one line of JSON, with times in seconds'
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l prometheus -d 'Print metrics for the textfile collector of Prometheus\' node exporter'
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l nagios -d 'Print one line with performance data, and end with a status of Nagios: 0, 1, 2 or 3'
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -s S -l srv -d 'Find the broker by SRV records of the host: _mqtt._tcp.HOST, or with TLS _secure-mqtt._tcp.HOST'
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l ws -d 'Use MQTT over WebSocket'
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l tls -d 'Use TLS, as mqtts:// and wss:// do'
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l insecure -d 'Accept any certificate, so that anyone can impersonate the broker (unless --pin is given)'
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l require-tls -d 'Refuse to connect to another machine without TLS'
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l no-config -d 'Do not read any configuration file'
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -s c -l no-clean-start -d 'Resume the session of this client id, and keep it afterwards (needs --id)'
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l ask-password -d 'Prompt for the password on the terminal'
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l will-retain -d 'Retain the will'
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -s d -l debug -d 'Print every packet to stderr, without secrets or payloads'
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l quiet -d 'Print only errors'
complete -c mqtt -n "__fish_mqtt_using_subcommand check" -l help -d 'Show this help'
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s L -l url -d 'Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s h -l host -d 'Connect to this host; for help, use --help [env: MQTT_HOST] [default: localhost]' -r -f -a "(__fish_print_hostnames)"
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s p -l port -d 'Connect to this port [env: MQTT_PORT] [default: 1883; 8883 with TLS, 80 with WebSocket, 443 with both]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s V -l protocol -d 'Use this MQTT version: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]' -r -f -a "auto\t''
5\t''
3.1.1\t''
3.1\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s i -l id -d 'Use this client id [default: mqtt- and 16 random hex digits]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s u -l username -d 'Log in with this username [env: MQTT_USERNAME]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l unix -d 'Connect to this Unix socket' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l name-server -d 'Ask this name server instead of the system\'s: ADDRESS[:PORT]; can be repeated [default port: 53]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s A -l bind -d 'Connect from this local address or host name' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l proxy -d 'Connect through a proxy: socks5://, socks5h://, http:// or https://[USER:PASSWORD@]HOST[:PORT]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l proxy-ca -d 'Trusted CA certificates (PEM) for an https:// proxy, instead of the system\'s' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l ws-path -d 'Request this WebSocket path [default: /mqtt]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l ws-header -d 'Add this HTTP header to the WebSocket request; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l ca -d 'Trusted CA certificates (PEM), instead of the system\'s; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l capath -d 'Directory of trusted CA certificates (PEM), instead of the system\'s; turns TLS on' -r -f -a "(__fish_complete_directories)"
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l crl -d 'Refuse certificates revoked by the revocation lists (CRLs) in this PEM file' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l pin -d 'Also require this public key, or one of several: sha256//BASE64[;sha256//...]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l cert -d 'Client certificate (PEM); turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l key -d 'Private key of the client certificate (PEM); turns TLS on [default: the file of --cert]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l key-password-file -d 'Read the password of an encrypted private key from this file, `-` for standard input; turns TLS on' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l tls-server-name -d 'Expect this name in the broker\'s certificate [default: the host]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l tls-alpn -d 'Offer this ALPN protocol, preferred ones first; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l tls-version -d 'Use only this TLS version [default: 1.3, or 1.2 if the broker does not support it]' -r -f -a "1.2\t'TLS 1.2'
1.3\t'TLS 1.3'"
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l tls-ciphers -d 'Offer only these cipher suites, best first, separated by colons' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l tls-keylog -d 'Append the TLS secrets to this file, for decrypting captured packets' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l profile -d 'Use this profile from the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file\'s]' -r -f -a "(mqtt completions --profiles 2>/dev/null)"
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l config -d 'Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s o -l options -d 'Read flags from this file, one per line, as if they came first on the command line' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s I -l id-prefix -d 'Use a client id made of this prefix and 16 random hex digits' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s x -l session-expiry -d 'Expire the session this long after the connection ends: a duration or `never` (MQTT 5) [default: never with -c]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s k -l keepalive -d 'Ping the broker after this many idle seconds, 0 (never) to 65535; the broker may override it [default: 60]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l password-file -d 'Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l password-command -d 'Run this command and use its output as the password' -r -f -a "(__fish_complete_command)"
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s P -l password -d 'Password (visible to other users; prefer --password-file)' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l auth -d 'Prove the password with SCRAM instead of sending it, and have the broker prove that it knows it (MQTT 5)' -r -f -a "scram-sha-1\t'SCRAM with SHA-1, which only old brokers need'
scram-sha-256\t'SCRAM with SHA-256'
scram-sha-512\t'SCRAM with SHA-512'"
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l connect-timeout -d 'Give up if the broker has not accepted the connection within this time [default: 10s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l ack-timeout -d 'Drop the connection if acknowledgements are due and none arrives for this long [default: 30s]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s W -l timeout -d 'End after this time, with status 27 if the work is not done [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l reconnect -d 'When to retry a connection [default: lost]' -r -f -a "lost\t'After an established connection was lost'
always\t'Also if the first connection fails'
never\t'Never: a lost connection ends the run'"
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l reconnect-timeout -d 'Stop reconnecting after the broker has been unreachable for this long [default: never]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s M -l max-inflight -d 'Limit QoS 1 and 2 messages in flight to the broker, 1 to 65535 [default: the broker\'s limit, 20 before MQTT 5]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l receive-maximum -d 'Limit QoS 1 and 2 messages in flight from the broker, 1 to 65535 (MQTT 5) [default: 65535]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l maximum-packet-size -d 'Largest packet that the broker may send, in bytes, at least 1 (MQTT 5) [default: 268435460]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l topic-alias-maximum -d 'Let the broker use up to N topic aliases, 0 to 65535, for at most 16 MiB of topics (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s D -l property -d 'Set an MQTT 5 property: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l will-topic -d 'Last will: topic that the broker publishes to unless the client ends the connection with a normal DISCONNECT' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l will-payload -d 'Payload of the will [default: empty]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l will-qos -d 'QoS of the will [default: 0]' -r -f -a "0\t''
1\t''
2\t''"
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l will-delay -d 'Have the broker delay the will by this long (MQTT 5) [default: 0]' -r -f
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l events -d 'Write events to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor' -r -F
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s S -l srv -d 'Find the broker by SRV records of the host: _mqtt._tcp.HOST, or with TLS _secure-mqtt._tcp.HOST'
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l ws -d 'Use MQTT over WebSocket'
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l tls -d 'Use TLS, as mqtts:// and wss:// do'
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l insecure -d 'Accept any certificate, so that anyone can impersonate the broker (unless --pin is given)'
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l require-tls -d 'Refuse to connect to another machine without TLS'
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l no-config -d 'Do not read any configuration file'
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s c -l no-clean-start -d 'Resume the session of this client id, and keep it afterwards (needs --id)'
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l ask-password -d 'Prompt for the password on the terminal'
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l will-retain -d 'Retain the will'
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -s d -l debug -d 'Print every packet to stderr, without secrets or payloads'
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l quiet -d 'Print only errors'
complete -c mqtt -n "__fish_mqtt_using_subcommand config" -l help -d 'Show this help'
complete -c mqtt -n "__fish_mqtt_using_subcommand completions" -l profiles -d 'Print the names of the profiles instead, one per line; the scripts use this'
complete -c mqtt -n "__fish_mqtt_using_subcommand completions" -l help -d 'Show this help'
