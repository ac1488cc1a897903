module completions {

  # Publish and subscribe to MQTT topics from the command line
  export extern mqtt [
    --help(-h)                # Print help
    --version(-V)             # Print version
  ]

  def "nu-complete mqtt pub qos" [] {
    [ "0" "1" "2" ]
  }

  def "nu-complete mqtt pub protocol" [] {
    [ "auto" "5" "3.1.1" "3.1" ]
  }

  def "nu-complete mqtt pub tls_version" [] {
    [ "1.2" "1.3" ]
  }

  def "nu-complete mqtt pub profile" [] {
    ^mqtt completions --profiles | complete | get stdout | lines
  }

  def "nu-complete mqtt pub reconnect" [] {
    [ "lost" "always" "never" ]
  }

  def "nu-complete mqtt pub will_qos" [] {
    [ "0" "1" "2" ]
  }

  # Publish messages to a topic
  export extern "mqtt pub" [
    --topic(-t): string       # Publish to this topic; can be repeated: each message goes to each topic
    --message(-m): string     # Send this text; can be repeated: each is a message
    --file(-f): path          # Send this file as one message, `-` for standard input; can be repeated
    --stdin-file(-s)          # Send all of standard input as one message
    --stdin-line(-l)          # Send each line of standard input as a message
    --null-message(-n)        # Send an empty message
    --json                    # Send each line of standard input, a JSON record as `mqtt sub --json` prints it
    --qos(-q): string@"nu-complete mqtt pub qos" # Deliver with this QoS: 0, 1 or 2 [default: 0]
    --retain(-r)              # Let the broker keep the message for later subscribers
    --delimiter: string       # End each message of --stdin-line with this text [default: \n]
    --null(-0)                # End each message of --stdin-line with a NUL byte
    --topic-from: string      # Begin each line of --stdin-line with its topic and this text
    --hex                     # Decode payloads from hexadecimal; white space does not count
    --base64                  # Decode payloads from base64; white space does not count
    --skip-invalid            # Leave out records that cannot be understood, and end with status 2 after the others
    --repeat: string          # Send each message so many times [default: 1]
    --interval: string        # Wait at least this long between one message and the next; its topics go together [default: 0]
    --rate: string            # Send at most so many messages a second, fractions allowed [default: no limit]
    --progress                # Show a progress bar on stderr [default: on a terminal, after a second]
    --no-progress             # Show no progress bar
    --content-type: string    # Say what the payload is, such as text/plain (MQTT 5)
    --expiry: string          # Let the broker drop the message when it is this old (MQTT 5) [default: never]
    --correlation: string     # Say what ties an answer to this message: text, `hex:…`, `base64:…` or `@FILE` (MQTT 5)
    --payload-utf8            # Declare the payload to be UTF-8 text (MQTT 5)
    --user-property: string   # Add a user property; can be repeated (MQTT 5)
    --response-topic: string  # Say where an answer is expected (MQTT 5)
    --topic-alias: string     # Shorten repeated topics by this alias, or by as many as the broker takes: `auto` (MQTT 5) [default: none]
    --url(-L): string         # Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]
    --host(-h): string        # Connect to this host; help is --help [env: MQTT_HOST] [default: localhost]
    --port(-p): string        # Connect to this port [env: MQTT_PORT] [default: 1883, with TLS 8883, WebSocket 80, both 443]
    --protocol(-V): string@"nu-complete mqtt pub protocol" # Speak this version of MQTT: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]
    --id(-i): string          # Use this client id [default: mqtt- and 16 random hex digits]
    --username(-u): string    # Authenticate as this user [env: MQTT_USERNAME]
    --unix: path              # Connect to this Unix socket
    --bind(-A): string        # Connect from this local address, or from that of this name
    --proxy: string           # Connect through a proxy: socks5://, socks5h:// or http://[USER:PASSWORD@]HOST[:PORT]
    --ws                      # Speak MQTT over WebSocket
    --ws-path: string         # Ask for the WebSocket at this path [default: /mqtt]
    --ws-header: string       # Send this HTTP header with the WebSocket request; can be repeated
    --tls                     # Encrypt the connection, as mqtts:// and wss:// do
    --ca: path                # Trust the authorities in this PEM file instead of the system's; turns TLS on
    --capath: directory       # Trust the authorities in the PEM files of this directory instead of the system's; turns TLS on
    --crl: path               # Refuse certificates that the revocation lists in this PEM file name
    --pin: string             # Expect this public key besides, or one of several: sha256//BASE64[;sha256//...]
    --cert: path              # Show the broker the certificate in this PEM file; turns TLS on
    --key: path               # Take the certificate's key from this PEM file; turns TLS on [default: the file of --cert]
    --key-password-file: path # Read the password of an encrypted key from this file, `-` for standard input; turns TLS on
    --tls-server-name: string # Expect a certificate for this name [default: the host]
    --tls-alpn: string        # Offer this application protocol, best first; can be repeated
    --tls-version: string@"nu-complete mqtt pub tls_version" # Speak this version of TLS only [default: 1.3, or 1.2 where the broker knows no better]
    --insecure                # Accept any certificate, so that anybody can pretend to be the broker (but for --pin)
    --require-tls             # Refuse to connect to another machine without TLS
    --tls-keylog: path        # Add the secrets of the connection to this file, with which captured packets can be decrypted
    --profile: string@"nu-complete mqtt pub profile" # Use this profile of the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file's]
    --config: path            # Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]
    --no-config               # Read no configuration file
    --options(-o): path       # Read flags from this file, one and its value a line, as if they were typed first
    --id-prefix(-I): string   # Use a client id of this prefix and 16 random hex digits
    --no-clean-start(-c)      # Resume the session of this client id, and let the broker keep it (needs --id)
    --session-expiry(-x): string # Let the session live this long after the connection: a duration or `never` (MQTT 5) [default: never with -c]
    --keepalive(-k): string   # Ping the broker after this many seconds of silence, 0 for never [default: 60]
    --password-file: path     # Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]
    --password-command: string # Take what this command prints as the password
    --ask-password            # Ask for the password on the terminal
    --password(-P): string    # Give the password where other users of this machine can read it
    --connect-timeout: string # Give up when the broker has not accepted the connection by then [default: 10s]
    --ack-timeout: string     # Give a connection up on which the broker acknowledges nothing for this long while it should [default: 30s]
    --timeout(-W): string     # End the run after this time, with status 27 if it is not done [default: never]
    --reconnect: string@"nu-complete mqtt pub reconnect" # Which connections to try again [default: lost]
    --reconnect-timeout: string # Stop trying to reconnect when the broker was out of reach for this long [default: never]
    --max-inflight(-M): string # Have at most this many QoS 1 and 2 messages in flight [default: what the broker allows, 20 before MQTT 5]
    --receive-maximum: string # Let the broker have at most this many QoS 1 and 2 messages in flight to us (MQTT 5) [default: 65535]
    --maximum-packet-size: string # Let the broker send no packet of more bytes than this (MQTT 5) [default: 268435460]
    --topic-alias-maximum: string # Let the broker shorten topics by up to this many aliases, for 16 MiB of topics (MQTT 5) [default: 0]
    --property(-D): string    # Set an MQTT 5 property of the packet CMD: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated
    --will-topic: string      # Let the broker publish to this topic if the connection ends without DISCONNECT
    --will-payload: string    # The will's payload [default: empty]
    --will-qos: string@"nu-complete mqtt pub will_qos" # The will's QoS [default: 0]
    --will-retain             # Let the broker retain the will
    --will-delay: string      # Let the broker wait this long before it publishes the will (MQTT 5) [default: 0]
    --debug(-d)               # Show every packet on stderr, without secrets and payloads
    --events: path            # Write what happens to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor
    --quiet                   # Say nothing but errors
    --help                    # Show this help
  ]

  def "nu-complete mqtt sub qos" [] {
    [ "0" "1" "2" ]
  }

  def "nu-complete mqtt sub retain_handling" [] {
    [ "always" "new" "never" ]
  }

  def "nu-complete mqtt sub color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete mqtt sub protocol" [] {
    [ "auto" "5" "3.1.1" "3.1" ]
  }

  def "nu-complete mqtt sub tls_version" [] {
    [ "1.2" "1.3" ]
  }

  def "nu-complete mqtt sub profile" [] {
    ^mqtt completions --profiles | complete | get stdout | lines
  }

  def "nu-complete mqtt sub reconnect" [] {
    [ "lost" "always" "never" ]
  }

  def "nu-complete mqtt sub will_qos" [] {
    [ "0" "1" "2" ]
  }

  # Subscribe to topics and print what is published to them
  export extern "mqtt sub" [
    --topic(-t): string       # Take topics that match this filter; can be repeated
    --qos(-q): string@"nu-complete mqtt sub qos" # Ask for this QoS: once for all filters, or once for each in their order [default: 0]
    --unsubscribe(-U): string # Unsubscribe from this filter, of which the durable session knows (needs --no-clean-start); can be repeated
    --no-local                # Leave out what this client publishes itself (MQTT 5)
    --retain-as-published     # Keep the retain flag as the publisher set it (MQTT 5)
    --retain-handling: string@"nu-complete mqtt sub retain_handling" # When the broker sends stored messages (MQTT 5) [default: always]
    --subscription-id: string # Let the broker mark the messages with this number, 1 to 268435455 (MQTT 5) [default: none]
    --filter-out(-T): string  # Leave out messages whose topic matches this filter; can be repeated
    --no-retained(-R)         # Leave out retained messages
    --retained-only           # Print the retained messages the broker has stored, and end
    --remove-retained         # Remove each retained message that was printed from the broker
    --random-filter: string   # Print only this percentage of the messages, 0.1 to 100, chosen at random [default: 100]
    --verbose(-v)             # Print the topic and a space before the payload
    --json                    # Print each message as one line of JSON
    --parse-json              # Put payloads that are JSON into --json as they are, as `payload_json`
    --pretty                  # Indent JSON: --json, or %j and %J of --format
    --hex                     # Print payloads in hexadecimal
    --base64                  # Print payloads in base64
    --format(-F): string      # Print what this template says, in mosquitto_sub's language
    --no-newline(-N)          # Print nothing after a message
    --null(-0)                # Print a NUL byte after each message instead of a newline
    --raw                     # Print exact bytes even to a terminal, where control characters act
    --color: string@"nu-complete mqtt sub color" # When to colour topics and properties [default: auto]
    --output: path            # Write to this file instead of standard output, `-`
    --append                  # Add to the file of --output instead of replacing it
    --count(-C): string       # End after this many messages [default: never]
    --idle: string            # End when no message came for this long [default: 500ms with --retained-only]
    --exit-after-subscribe(-E) # End as soon as the broker has acknowledged the subscription
    --url(-L): string         # Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]
    --host(-h): string        # Connect to this host; help is --help [env: MQTT_HOST] [default: localhost]
    --port(-p): string        # Connect to this port [env: MQTT_PORT] [default: 1883, with TLS 8883, WebSocket 80, both 443]
    --protocol(-V): string@"nu-complete mqtt sub protocol" # Speak this version of MQTT: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]
    --id(-i): string          # Use this client id [default: mqtt- and 16 random hex digits]
    --username(-u): string    # Authenticate as this user [env: MQTT_USERNAME]
    --unix: path              # Connect to this Unix socket
    --bind(-A): string        # Connect from this local address, or from that of this name
    --proxy: string           # Connect through a proxy: socks5://, socks5h:// or http://[USER:PASSWORD@]HOST[:PORT]
    --ws                      # Speak MQTT over WebSocket
    --ws-path: string         # Ask for the WebSocket at this path [default: /mqtt]
    --ws-header: string       # Send this HTTP header with the WebSocket request; can be repeated
    --tls                     # Encrypt the connection, as mqtts:// and wss:// do
    --ca: path                # Trust the authorities in this PEM file instead of the system's; turns TLS on
    --capath: directory       # Trust the authorities in the PEM files of this directory instead of the system's; turns TLS on
    --crl: path               # Refuse certificates that the revocation lists in this PEM file name
    --pin: string             # Expect this public key besides, or one of several: sha256//BASE64[;sha256//...]
    --cert: path              # Show the broker the certificate in this PEM file; turns TLS on
    --key: path               # Take the certificate's key from this PEM file; turns TLS on [default: the file of --cert]
    --key-password-file: path # Read the password of an encrypted key from this file, `-` for standard input; turns TLS on
    --tls-server-name: string # Expect a certificate for this name [default: the host]
    --tls-alpn: string        # Offer this application protocol, best first; can be repeated
    --tls-version: string@"nu-complete mqtt sub tls_version" # Speak this version of TLS only [default: 1.3, or 1.2 where the broker knows no better]
    --insecure                # Accept any certificate, so that anybody can pretend to be the broker (but for --pin)
    --require-tls             # Refuse to connect to another machine without TLS
    --tls-keylog: path        # Add the secrets of the connection to this file, with which captured packets can be decrypted
    --profile: string@"nu-complete mqtt sub profile" # Use this profile of the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file's]
    --config: path            # Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]
    --no-config               # Read no configuration file
    --options(-o): path       # Read flags from this file, one and its value a line, as if they were typed first
    --id-prefix(-I): string   # Use a client id of this prefix and 16 random hex digits
    --no-clean-start(-c)      # Resume the session of this client id, and let the broker keep it (needs --id)
    --session-expiry(-x): string # Let the session live this long after the connection: a duration or `never` (MQTT 5) [default: never with -c]
    --keepalive(-k): string   # Ping the broker after this many seconds of silence, 0 for never [default: 60]
    --password-file: path     # Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]
    --password-command: string # Take what this command prints as the password
    --ask-password            # Ask for the password on the terminal
    --password(-P): string    # Give the password where other users of this machine can read it
    --connect-timeout: string # Give up when the broker has not accepted the connection by then [default: 10s]
    --ack-timeout: string     # Give a connection up on which the broker acknowledges nothing for this long while it should [default: 30s]
    --timeout(-W): string     # End the run after this time, with status 27 if it is not done [default: never]
    --reconnect: string@"nu-complete mqtt sub reconnect" # Which connections to try again [default: lost]
    --reconnect-timeout: string # Stop trying to reconnect when the broker was out of reach for this long [default: never]
    --max-inflight(-M): string # Have at most this many QoS 1 and 2 messages in flight [default: what the broker allows, 20 before MQTT 5]
    --receive-maximum: string # Let the broker have at most this many QoS 1 and 2 messages in flight to us (MQTT 5) [default: 65535]
    --maximum-packet-size: string # Let the broker send no packet of more bytes than this (MQTT 5) [default: 268435460]
    --topic-alias-maximum: string # Let the broker shorten topics by up to this many aliases, for 16 MiB of topics (MQTT 5) [default: 0]
    --property(-D): string    # Set an MQTT 5 property of the packet CMD: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated
    --will-topic: string      # Let the broker publish to this topic if the connection ends without DISCONNECT
    --will-payload: string    # The will's payload [default: empty]
    --will-qos: string@"nu-complete mqtt sub will_qos" # The will's QoS [default: 0]
    --will-retain             # Let the broker retain the will
    --will-delay: string      # Let the broker wait this long before it publishes the will (MQTT 5) [default: 0]
    --debug(-d)               # Show every packet on stderr, without secrets and payloads
    --events: path            # Write what happens to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor
    --quiet                   # Say nothing but errors
    --help                    # Show this help
    ...filters: string        # More topic filters
  ]

  def "nu-complete mqtt rr qos" [] {
    [ "0" "1" "2" ]
  }

  def "nu-complete mqtt rr match" [] {
    [ "auto" "correlation" "any" ]
  }

  def "nu-complete mqtt rr color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete mqtt rr protocol" [] {
    [ "auto" "5" "3.1.1" "3.1" ]
  }

  def "nu-complete mqtt rr tls_version" [] {
    [ "1.2" "1.3" ]
  }

  def "nu-complete mqtt rr profile" [] {
    ^mqtt completions --profiles | complete | get stdout | lines
  }

  def "nu-complete mqtt rr reconnect" [] {
    [ "lost" "always" "never" ]
  }

  def "nu-complete mqtt rr will_qos" [] {
    [ "0" "1" "2" ]
  }

  # Publish a request and print the reply
  export extern "mqtt rr" [
    --topic(-t): string       # Publish the request to this topic
    --message(-m): string     # Send this text
    --file(-f): path          # Send this file, `-` for standard input
    --stdin-file(-s)          # Send all of standard input
    --null-message(-n)        # Send an empty request
    --payload-hex             # Decode the payload from hexadecimal; white space does not count
    --payload-base64          # Decode the payload from base64; white space does not count
    --qos(-q): string@"nu-complete mqtt rr qos" # Send the request, and ask for replies, with this QoS: 0, 1 or 2 [default: 0]
    --content-type: string    # Say what the payload is, such as text/plain (MQTT 5)
    --expiry: string          # Let the broker drop the message when it is this old (MQTT 5) [default: never]
    --correlation: string     # Say what ties an answer to this message: text, `hex:…`, `base64:…` or `@FILE` (MQTT 5)
    --payload-utf8            # Declare the payload to be UTF-8 text (MQTT 5)
    --user-property: string   # Add a user property; can be repeated (MQTT 5)
    --response-topic(-e): string # Expect the reply on this topic: needed before MQTT 5
    --match: string@"nu-complete mqtt rr match" # Which messages there are replies [default: auto]
    --replies: string         # Wait for this many replies, 0 for all until --timeout or --idle [default: 1]
    --idle: string            # End when no reply came for this long [default: never]
    --latency                 # Say on stderr how long each reply took
    --verbose(-v)             # Print the topic and a space before the payload
    --json                    # Print each message as one line of JSON
    --parse-json              # Put payloads that are JSON into --json as they are, as `payload_json`
    --pretty                  # Indent JSON: --json, or %j and %J of --format
    --hex                     # Print payloads in hexadecimal
    --base64                  # Print payloads in base64
    --format(-F): string      # Print what this template says, in mosquitto_sub's language
    --no-newline(-N)          # Print nothing after a message
    --null(-0)                # Print a NUL byte after each message instead of a newline
    --raw                     # Print exact bytes even to a terminal, where control characters act
    --color: string@"nu-complete mqtt rr color" # When to colour topics and properties [default: auto]
    --output: path            # Write to this file instead of standard output, `-`
    --append                  # Add to the file of --output instead of replacing it
    --url(-L): string         # Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]
    --host(-h): string        # Connect to this host; help is --help [env: MQTT_HOST] [default: localhost]
    --port(-p): string        # Connect to this port [env: MQTT_PORT] [default: 1883, with TLS 8883, WebSocket 80, both 443]
    --protocol(-V): string@"nu-complete mqtt rr protocol" # Speak this version of MQTT: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]
    --id(-i): string          # Use this client id [default: mqtt- and 16 random hex digits]
    --username(-u): string    # Authenticate as this user [env: MQTT_USERNAME]
    --unix: path              # Connect to this Unix socket
    --bind(-A): string        # Connect from this local address, or from that of this name
    --proxy: string           # Connect through a proxy: socks5://, socks5h:// or http://[USER:PASSWORD@]HOST[:PORT]
    --ws                      # Speak MQTT over WebSocket
    --ws-path: string         # Ask for the WebSocket at this path [default: /mqtt]
    --ws-header: string       # Send this HTTP header with the WebSocket request; can be repeated
    --tls                     # Encrypt the connection, as mqtts:// and wss:// do
    --ca: path                # Trust the authorities in this PEM file instead of the system's; turns TLS on
    --capath: directory       # Trust the authorities in the PEM files of this directory instead of the system's; turns TLS on
    --crl: path               # Refuse certificates that the revocation lists in this PEM file name
    --pin: string             # Expect this public key besides, or one of several: sha256//BASE64[;sha256//...]
    --cert: path              # Show the broker the certificate in this PEM file; turns TLS on
    --key: path               # Take the certificate's key from this PEM file; turns TLS on [default: the file of --cert]
    --key-password-file: path # Read the password of an encrypted key from this file, `-` for standard input; turns TLS on
    --tls-server-name: string # Expect a certificate for this name [default: the host]
    --tls-alpn: string        # Offer this application protocol, best first; can be repeated
    --tls-version: string@"nu-complete mqtt rr tls_version" # Speak this version of TLS only [default: 1.3, or 1.2 where the broker knows no better]
    --insecure                # Accept any certificate, so that anybody can pretend to be the broker (but for --pin)
    --require-tls             # Refuse to connect to another machine without TLS
    --tls-keylog: path        # Add the secrets of the connection to this file, with which captured packets can be decrypted
    --profile: string@"nu-complete mqtt rr profile" # Use this profile of the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file's]
    --config: path            # Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]
    --no-config               # Read no configuration file
    --options(-o): path       # Read flags from this file, one and its value a line, as if they were typed first
    --id-prefix(-I): string   # Use a client id of this prefix and 16 random hex digits
    --no-clean-start(-c)      # Resume the session of this client id, and let the broker keep it (needs --id)
    --session-expiry(-x): string # Let the session live this long after the connection: a duration or `never` (MQTT 5) [default: never with -c]
    --keepalive(-k): string   # Ping the broker after this many seconds of silence, 0 for never [default: 60]
    --password-file: path     # Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]
    --password-command: string # Take what this command prints as the password
    --ask-password            # Ask for the password on the terminal
    --password(-P): string    # Give the password where other users of this machine can read it
    --connect-timeout: string # Give up when the broker has not accepted the connection by then [default: 10s]
    --ack-timeout: string     # Give a connection up on which the broker acknowledges nothing for this long while it should [default: 30s]
    --reconnect: string@"nu-complete mqtt rr reconnect" # Which connections to try again [default: lost]
    --reconnect-timeout: string # Stop trying to reconnect when the broker was out of reach for this long [default: never]
    --max-inflight(-M): string # Have at most this many QoS 1 and 2 messages in flight [default: what the broker allows, 20 before MQTT 5]
    --receive-maximum: string # Let the broker have at most this many QoS 1 and 2 messages in flight to us (MQTT 5) [default: 65535]
    --maximum-packet-size: string # Let the broker send no packet of more bytes than this (MQTT 5) [default: 268435460]
    --topic-alias-maximum: string # Let the broker shorten topics by up to this many aliases, for 16 MiB of topics (MQTT 5) [default: 0]
    --property(-D): string    # Set an MQTT 5 property of the packet CMD: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated
    --will-topic: string      # Let the broker publish to this topic if the connection ends without DISCONNECT
    --will-payload: string    # The will's payload [default: empty]
    --will-qos: string@"nu-complete mqtt rr will_qos" # The will's QoS [default: 0]
    --will-retain             # Let the broker retain the will
    --will-delay: string      # Let the broker wait this long before it publishes the will (MQTT 5) [default: 0]
    --debug(-d)               # Show every packet on stderr, without secrets and payloads
    --events: path            # Write what happens to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor
    --quiet                   # Say nothing but errors
    --help                    # Show this help
    --timeout(-W): string     # End the run after this time, with status 27 if too few replies came [default: 30s]
  ]

  def "nu-complete mqtt clear-retained protocol" [] {
    [ "auto" "5" "3.1.1" "3.1" ]
  }

  def "nu-complete mqtt clear-retained tls_version" [] {
    [ "1.2" "1.3" ]
  }

  def "nu-complete mqtt clear-retained profile" [] {
    ^mqtt completions --profiles | complete | get stdout | lines
  }

  def "nu-complete mqtt clear-retained reconnect" [] {
    [ "lost" "always" "never" ]
  }

  def "nu-complete mqtt clear-retained will_qos" [] {
    [ "0" "1" "2" ]
  }

  # Remove the retained messages of the topics that match, and print what was removed
  export extern "mqtt clear-retained" [
    --topic(-t): string       # Take topics that match this filter; can be repeated
    --filter-out(-T): string  # Leave topics alone that match this filter; can be repeated
    --dry-run                 # Remove nothing, only print what would be removed
    --yes                     # Remove everything without asking, where a filter matches all topics
    --idle: string            # End when no retained message came for this long [default: 500ms]
    --json                    # Print each message as one line of JSON, which `mqtt pub --json` puts back
    --progress                # Show a progress bar on stderr [default: on a terminal, after a second, if the output goes elsewhere]
    --no-progress             # Show no progress bar
    --url(-L): string         # Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]
    --host(-h): string        # Connect to this host; help is --help [env: MQTT_HOST] [default: localhost]
    --port(-p): string        # Connect to this port [env: MQTT_PORT] [default: 1883, with TLS 8883, WebSocket 80, both 443]
    --protocol(-V): string@"nu-complete mqtt clear-retained protocol" # Speak this version of MQTT: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]
    --id(-i): string          # Use this client id [default: mqtt- and 16 random hex digits]
    --username(-u): string    # Authenticate as this user [env: MQTT_USERNAME]
    --unix: path              # Connect to this Unix socket
    --bind(-A): string        # Connect from this local address, or from that of this name
    --proxy: string           # Connect through a proxy: socks5://, socks5h:// or http://[USER:PASSWORD@]HOST[:PORT]
    --ws                      # Speak MQTT over WebSocket
    --ws-path: string         # Ask for the WebSocket at this path [default: /mqtt]
    --ws-header: string       # Send this HTTP header with the WebSocket request; can be repeated
    --tls                     # Encrypt the connection, as mqtts:// and wss:// do
    --ca: path                # Trust the authorities in this PEM file instead of the system's; turns TLS on
    --capath: directory       # Trust the authorities in the PEM files of this directory instead of the system's; turns TLS on
    --crl: path               # Refuse certificates that the revocation lists in this PEM file name
    --pin: string             # Expect this public key besides, or one of several: sha256//BASE64[;sha256//...]
    --cert: path              # Show the broker the certificate in this PEM file; turns TLS on
    --key: path               # Take the certificate's key from this PEM file; turns TLS on [default: the file of --cert]
    --key-password-file: path # Read the password of an encrypted key from this file, `-` for standard input; turns TLS on
    --tls-server-name: string # Expect a certificate for this name [default: the host]
    --tls-alpn: string        # Offer this application protocol, best first; can be repeated
    --tls-version: string@"nu-complete mqtt clear-retained tls_version" # Speak this version of TLS only [default: 1.3, or 1.2 where the broker knows no better]
    --insecure                # Accept any certificate, so that anybody can pretend to be the broker (but for --pin)
    --require-tls             # Refuse to connect to another machine without TLS
    --tls-keylog: path        # Add the secrets of the connection to this file, with which captured packets can be decrypted
    --profile: string@"nu-complete mqtt clear-retained profile" # Use this profile of the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file's]
    --config: path            # Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]
    --no-config               # Read no configuration file
    --options(-o): path       # Read flags from this file, one and its value a line, as if they were typed first
    --id-prefix(-I): string   # Use a client id of this prefix and 16 random hex digits
    --no-clean-start(-c)      # Resume the session of this client id, and let the broker keep it (needs --id)
    --session-expiry(-x): string # Let the session live this long after the connection: a duration or `never` (MQTT 5) [default: never with -c]
    --keepalive(-k): string   # Ping the broker after this many seconds of silence, 0 for never [default: 60]
    --password-file: path     # Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]
    --password-command: string # Take what this command prints as the password
    --ask-password            # Ask for the password on the terminal
    --password(-P): string    # Give the password where other users of this machine can read it
    --connect-timeout: string # Give up when the broker has not accepted the connection by then [default: 10s]
    --ack-timeout: string     # Give a connection up on which the broker acknowledges nothing for this long while it should [default: 30s]
    --timeout(-W): string     # End the run after this time, with status 27 if it is not done [default: never]
    --reconnect: string@"nu-complete mqtt clear-retained reconnect" # Which connections to try again [default: lost]
    --reconnect-timeout: string # Stop trying to reconnect when the broker was out of reach for this long [default: never]
    --max-inflight(-M): string # Have at most this many QoS 1 and 2 messages in flight [default: what the broker allows, 20 before MQTT 5]
    --receive-maximum: string # Let the broker have at most this many QoS 1 and 2 messages in flight to us (MQTT 5) [default: 65535]
    --maximum-packet-size: string # Let the broker send no packet of more bytes than this (MQTT 5) [default: 268435460]
    --topic-alias-maximum: string # Let the broker shorten topics by up to this many aliases, for 16 MiB of topics (MQTT 5) [default: 0]
    --property(-D): string    # Set an MQTT 5 property of the packet CMD: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated
    --will-topic: string      # Let the broker publish to this topic if the connection ends without DISCONNECT
    --will-payload: string    # The will's payload [default: empty]
    --will-qos: string@"nu-complete mqtt clear-retained will_qos" # The will's QoS [default: 0]
    --will-retain             # Let the broker retain the will
    --will-delay: string      # Let the broker wait this long before it publishes the will (MQTT 5) [default: 0]
    --debug(-d)               # Show every packet on stderr, without secrets and payloads
    --events: path            # Write what happens to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor
    --quiet                   # Say nothing but errors
    --help                    # Show this help
    ...filters: string        # More topic filters
  ]

  def "nu-complete mqtt config action" [] {
    [ "show" ]
  }

  def "nu-complete mqtt config protocol" [] {
    [ "auto" "5" "3.1.1" "3.1" ]
  }

  def "nu-complete mqtt config tls_version" [] {
    [ "1.2" "1.3" ]
  }

  def "nu-complete mqtt config profile" [] {
    ^mqtt completions --profiles | complete | get stdout | lines
  }

  def "nu-complete mqtt config reconnect" [] {
    [ "lost" "always" "never" ]
  }

  def "nu-complete mqtt config will_qos" [] {
    [ "0" "1" "2" ]
  }

  # Show the settings of the connection, and where they come from
  export extern "mqtt config" [
    --url(-L): string         # Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]
    --host(-h): string        # Connect to this host; help is --help [env: MQTT_HOST] [default: localhost]
    --port(-p): string        # Connect to this port [env: MQTT_PORT] [default: 1883, with TLS 8883, WebSocket 80, both 443]
    --protocol(-V): string@"nu-complete mqtt config protocol" # Speak this version of MQTT: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]
    --id(-i): string          # Use this client id [default: mqtt- and 16 random hex digits]
    --username(-u): string    # Authenticate as this user [env: MQTT_USERNAME]
    --unix: path              # Connect to this Unix socket
    --bind(-A): string        # Connect from this local address, or from that of this name
    --proxy: string           # Connect through a proxy: socks5://, socks5h:// or http://[USER:PASSWORD@]HOST[:PORT]
    --ws                      # Speak MQTT over WebSocket
    --ws-path: string         # Ask for the WebSocket at this path [default: /mqtt]
    --ws-header: string       # Send this HTTP header with the WebSocket request; can be repeated
    --tls                     # Encrypt the connection, as mqtts:// and wss:// do
    --ca: path                # Trust the authorities in this PEM file instead of the system's; turns TLS on
    --capath: directory       # Trust the authorities in the PEM files of this directory instead of the system's; turns TLS on
    --crl: path               # Refuse certificates that the revocation lists in this PEM file name
    --pin: string             # Expect this public key besides, or one of several: sha256//BASE64[;sha256//...]
    --cert: path              # Show the broker the certificate in this PEM file; turns TLS on
    --key: path               # Take the certificate's key from this PEM file; turns TLS on [default: the file of --cert]
    --key-password-file: path # Read the password of an encrypted key from this file, `-` for standard input; turns TLS on
    --tls-server-name: string # Expect a certificate for this name [default: the host]
    --tls-alpn: string        # Offer this application protocol, best first; can be repeated
    --tls-version: string@"nu-complete mqtt config tls_version" # Speak this version of TLS only [default: 1.3, or 1.2 where the broker knows no better]
    --insecure                # Accept any certificate, so that anybody can pretend to be the broker (but for --pin)
    --require-tls             # Refuse to connect to another machine without TLS
    --tls-keylog: path        # Add the secrets of the connection to this file, with which captured packets can be decrypted
    --profile: string@"nu-complete mqtt config profile" # Use this profile of the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file's]
    --config: path            # Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]
    --no-config               # Read no configuration file
    --options(-o): path       # Read flags from this file, one and its value a line, as if they were typed first
    --id-prefix(-I): string   # Use a client id of this prefix and 16 random hex digits
    --no-clean-start(-c)      # Resume the session of this client id, and let the broker keep it (needs --id)
    --session-expiry(-x): string # Let the session live this long after the connection: a duration or `never` (MQTT 5) [default: never with -c]
    --keepalive(-k): string   # Ping the broker after this many seconds of silence, 0 for never [default: 60]
    --password-file: path     # Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]
    --password-command: string # Take what this command prints as the password
    --ask-password            # Ask for the password on the terminal
    --password(-P): string    # Give the password where other users of this machine can read it
    --connect-timeout: string # Give up when the broker has not accepted the connection by then [default: 10s]
    --ack-timeout: string     # Give a connection up on which the broker acknowledges nothing for this long while it should [default: 30s]
    --timeout(-W): string     # End the run after this time, with status 27 if it is not done [default: never]
    --reconnect: string@"nu-complete mqtt config reconnect" # Which connections to try again [default: lost]
    --reconnect-timeout: string # Stop trying to reconnect when the broker was out of reach for this long [default: never]
    --max-inflight(-M): string # Have at most this many QoS 1 and 2 messages in flight [default: what the broker allows, 20 before MQTT 5]
    --receive-maximum: string # Let the broker have at most this many QoS 1 and 2 messages in flight to us (MQTT 5) [default: 65535]
    --maximum-packet-size: string # Let the broker send no packet of more bytes than this (MQTT 5) [default: 268435460]
    --topic-alias-maximum: string # Let the broker shorten topics by up to this many aliases, for 16 MiB of topics (MQTT 5) [default: 0]
    --property(-D): string    # Set an MQTT 5 property of the packet CMD: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated
    --will-topic: string      # Let the broker publish to this topic if the connection ends without DISCONNECT
    --will-payload: string    # The will's payload [default: empty]
    --will-qos: string@"nu-complete mqtt config will_qos" # The will's QoS [default: 0]
    --will-retain             # Let the broker retain the will
    --will-delay: string      # Let the broker wait this long before it publishes the will (MQTT 5) [default: 0]
    --debug(-d)               # Show every packet on stderr, without secrets and payloads
    --events: path            # Write what happens to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor
    --quiet                   # Say nothing but errors
    --help                    # Show this help
    action: string@"nu-complete mqtt config action" # What to do
  ]

  def "nu-complete mqtt completions shell" [] {
    [ "bash" "zsh" "fish" "powershell" "elvish" "nushell" ]
  }

  # Print the completions of a shell
  export extern "mqtt completions" [
    --profiles                # Print the names of the profiles instead, one a line: the scripts ask for them
    --help                    # Show this help
    shell?: string@"nu-complete mqtt completions shell" # The shell
  ]

}

export use completions *
