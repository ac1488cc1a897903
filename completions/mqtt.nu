module completions {

  # Publish and subscribe to MQTT topics from the command line
  export extern mqtt [
    --help(-h)                # Print help
    --version(-V)             # Print version
  ]

  def "nu-complete mqtt pub qos" [] {
    [ "0" "1" "2" ]
  }

  def "nu-complete mqtt pub outbox_sync" [] {
    [ "always" "never" ]
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

  def "nu-complete mqtt pub auth" [] {
    [ "scram-sha-1" "scram-sha-256" "scram-sha-512" ]
  }

  def "nu-complete mqtt pub reconnect" [] {
    [ "lost" "always" "never" ]
  }

  def "nu-complete mqtt pub will_qos" [] {
    [ "0" "1" "2" ]
  }

  # Publish messages to a topic
  export extern "mqtt pub" [
    --topic(-t): string       # Publish to this topic; can be repeated to send each message to each topic
    --message(-m): string     # Send this text as one message; can be repeated
    --file(-f): path          # Send this file as one message, `-` for standard input; can be repeated
    --stdin-file(-s)          # Send all of standard input as one message
    --stdin-line(-l)          # Send each line of standard input as one message
    --null-message(-n)        # Send an empty message
    --json                    # Send each line of standard input, a JSON record as printed by `mqtt sub --json`
    --qos(-q): string@"nu-complete mqtt pub qos" # Publish with this QoS: 0, 1 or 2 [default: 0]
    --retain(-r)              # Retain the message: the broker keeps it for later subscribers
    --outbox: path            # Store every message in this directory before sending it; without a message, send what is stored there
    --delimiter: string       # Split the input of --stdin-line at this text [default: \n]
    --null(-0)                # Split the input of --stdin-line at NUL bytes
    --topic-from: string      # Read the topic from the start of each line of --stdin-line, up to this text
    --hex                     # Decode payloads from hexadecimal; whitespace is ignored
    --base64                  # Decode payloads from base64; whitespace is ignored
    --skip-invalid            # Skip invalid records, and end with status 2 after sending the others
    --repeat: string          # Send each message N times [default: 1]
    --interval: string        # Wait at least this long between messages; one message goes to all its topics at once [default: 0]
    --replay: string          # Send records with the timing they were received with, or SPEED times as fast (needs --json) [default: 1]
    --max-gap: string         # Wait at most this long between two records of --replay [default: as recorded]
    --topic-prefix: string    # Prepend this to every topic, such as test/
    --rate: string            # Send at most N messages per second; can be a fraction [default: no limit]
    --progress                # Show a progress bar on stderr [default: on a terminal, after a second]
    --no-progress             # Do not show a progress bar
    --later                   # Store the messages in the outbox and end without connecting
    --outbox-limit: string    # Limit the size of the outbox, in bytes or with K, M or G [default: 1G]
    --outbox-sync: string@"nu-complete mqtt pub outbox_sync" # When to sync messages to disk: always, to survive a power failure, or never [default: always]
    --content-type: string    # Content type of the payload, such as text/plain (MQTT 5)
    --expiry: string          # Message expiry: have the broker drop the message after this time (MQTT 5) [default: never]
    --correlation: string     # Correlation data that ties a reply to this message: text, `hex:...`, `base64:...` or `@FILE` (MQTT 5)
    --payload-utf8            # Mark the payload as UTF-8 text (MQTT 5)
    --user-property: string   # Add a user property; can be repeated (MQTT 5)
    --response-topic: string  # Topic for replies to the message (MQTT 5)
    --topic-alias: string     # Use this topic alias for repeated topics, or with `auto` as many as the broker allows (MQTT 5) [default: none]
    --url(-L): string         # Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]
    --host(-h): string        # Connect to this host; for help, use --help [env: MQTT_HOST] [default: localhost]
    --port(-p): string        # Connect to this port [env: MQTT_PORT] [default: 1883; 8883 with TLS, 80 with WebSocket, 443 with both]
    --protocol(-V): string@"nu-complete mqtt pub protocol" # Use this MQTT version: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]
    --id(-i): string          # Use this client id [default: mqtt- and 16 random hex digits]
    --username(-u): string    # Log in with this username [env: MQTT_USERNAME]
    --unix: path              # Connect to this Unix socket
    --srv(-S)                 # Find the broker by SRV records of the host: _mqtt._tcp.HOST, or with TLS _secure-mqtt._tcp.HOST
    --name-server: string     # Ask this name server instead of the system's: ADDRESS[:PORT]; can be repeated [default port: 53]
    --bind(-A): string        # Connect from this local address or host name
    --proxy: string           # Connect through a proxy: socks5://, socks5h://, http:// or https://[USER:PASSWORD@]HOST[:PORT]
    --proxy-ca: path          # Trusted CA certificates (PEM) for an https:// proxy, instead of the system's
    --ws                      # Use MQTT over WebSocket
    --ws-path: string         # Request this WebSocket path [default: /mqtt]
    --ws-header: string       # Add this HTTP header to the WebSocket request; can be repeated
    --tls                     # Use TLS, as mqtts:// and wss:// do
    --ca: path                # Trusted CA certificates (PEM), instead of the system's; turns TLS on
    --capath: directory       # Directory of trusted CA certificates (PEM), instead of the system's; turns TLS on
    --crl: path               # Refuse certificates revoked by the revocation lists (CRLs) in this PEM file
    --pin: string             # Also require this public key, or one of several: sha256//BASE64[;sha256//...]
    --cert: path              # Client certificate (PEM); turns TLS on
    --key: path               # Private key of the client certificate (PEM); turns TLS on [default: the file of --cert]
    --key-password-file: path # Read the password of an encrypted private key from this file, `-` for standard input; turns TLS on
    --tls-server-name: string # Expect this name in the broker's certificate [default: the host]
    --tls-alpn: string        # Offer this ALPN protocol, preferred ones first; can be repeated
    --tls-version: string@"nu-complete mqtt pub tls_version" # Use only this TLS version [default: 1.3, or 1.2 if the broker does not support it]
    --tls-ciphers: string     # Offer only these cipher suites, best first, separated by colons
    --insecure                # Accept any certificate, so that anyone can impersonate the broker (unless --pin is given)
    --require-tls             # Refuse to connect to another machine without TLS
    --tls-keylog: path        # Append the TLS secrets to this file, for decrypting captured packets
    --profile: string@"nu-complete mqtt pub profile" # Use this profile from the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file's]
    --config: path            # Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]
    --no-config               # Do not read any configuration file
    --options(-o): path       # Read flags from this file, one per line, as if they came first on the command line
    --id-prefix(-I): string   # Use a client id made of this prefix and 16 random hex digits
    --no-clean-start(-c)      # Resume the session of this client id, and keep it afterwards (needs --id)
    --session-expiry(-x): string # Expire the session this long after the connection ends: a duration or `never` (MQTT 5) [default: never with -c]
    --keepalive(-k): string   # Ping the broker after this many idle seconds, 0 (never) to 65535; the broker may override it [default: 60]
    --password-file: path     # Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]
    --password-command: string # Run this command and use its output as the password
    --ask-password            # Prompt for the password on the terminal
    --password(-P): string    # Password (visible to other users; prefer --password-file)
    --auth: string@"nu-complete mqtt pub auth" # Prove the password with SCRAM instead of sending it, and have the broker prove that it knows it (MQTT 5)
    --connect-timeout: string # Give up if the broker has not accepted the connection within this time [default: 10s]
    --ack-timeout: string     # Drop the connection if acknowledgements are due and none arrives for this long [default: 30s]
    --timeout(-W): string     # End after this time, with status 27 if the work is not done [default: never]
    --reconnect: string@"nu-complete mqtt pub reconnect" # When to retry a connection [default: lost]
    --reconnect-timeout: string # Stop reconnecting after the broker has been unreachable for this long [default: never]
    --max-inflight(-M): string # Limit QoS 1 and 2 messages in flight to the broker, 1 to 65535 [default: the broker's limit, 20 before MQTT 5]
    --receive-maximum: string # Limit QoS 1 and 2 messages in flight from the broker, 1 to 65535 (MQTT 5) [default: 65535]
    --maximum-packet-size: string # Largest packet that the broker may send, in bytes, at least 1 (MQTT 5) [default: 268435460]
    --topic-alias-maximum: string # Let the broker use up to N topic aliases, 0 to 65535, for at most 16 MiB of topics (MQTT 5) [default: 0]
    --property(-D): string    # Set an MQTT 5 property: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated
    --will-topic: string      # Last will: topic that the broker publishes to unless the client ends the connection with a normal DISCONNECT
    --will-payload: string    # Payload of the will [default: empty]
    --will-qos: string@"nu-complete mqtt pub will_qos" # QoS of the will [default: 0]
    --will-retain             # Retain the will
    --will-delay: string      # Have the broker delay the will by this long (MQTT 5) [default: 0]
    --debug(-d)               # Print every packet to stderr, without secrets or payloads
    --events: path            # Write events to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor
    --quiet                   # Print only errors
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

  def "nu-complete mqtt sub on_failure" [] {
    [ "stop" "skip" ]
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

  def "nu-complete mqtt sub auth" [] {
    [ "scram-sha-1" "scram-sha-256" "scram-sha-512" ]
  }

  def "nu-complete mqtt sub reconnect" [] {
    [ "lost" "always" "never" ]
  }

  def "nu-complete mqtt sub will_qos" [] {
    [ "0" "1" "2" ]
  }

  # Subscribe to topics and print what is published to them, or run a command for it
  export extern "mqtt sub" [
    --topic(-t): string       # Topic filter, with the wildcards + and #; can be repeated
    --qos(-q): string@"nu-complete mqtt sub qos" # Subscribe with this QoS: one for all filters, or one per filter in the same order [default: 0]
    --unsubscribe(-U): string # Unsubscribe the durable session from this filter (needs --no-clean-start); can be repeated
    --no-local                # Do not receive messages that this client publishes itself (MQTT 5)
    --retain-as-published     # Keep the retain flag as the publisher set it (MQTT 5)
    --retain-handling: string@"nu-complete mqtt sub retain_handling" # When the broker sends retained messages (MQTT 5) [default: always]
    --subscription-id: string # Subscription identifier that the broker adds to messages, 1 to 268435455 (MQTT 5) [default: none]
    --filter-out(-T): string  # Skip messages whose topic matches this filter; can be repeated
    --no-retained(-R)         # Skip retained messages
    --retained-only           # Print the retained messages that the broker has stored, and end
    --remove-retained         # Remove retained messages from the broker after printing them
    --random-filter: string   # Print only a random sample of the messages, as a percentage from 0.1 to 100 [default: 100]
    --where: string           # Only take messages for which this jq filter is true; can be repeated, then all must be true
    --until: string           # End after the first message for which this jq filter is true
    --select: string          # Print the outputs of this jq filter as payloads: strings as text, everything else as JSON
    --changed                 # Skip messages that would print the same payload as the last one of their topic
    --verbose(-v)             # Print the topic and a space before the payload
    --json                    # Print each message as one line of JSON
    --parse-json              # With --json, print payloads that are JSON unchanged, as `payload_json`
    --pretty                  # Indent the JSON of --json, or of %j and %J in --format
    --hex                     # Print payloads in hexadecimal
    --base64                  # Print payloads in base64
    --format(-F): string      # Print messages with this template, in mosquitto_sub's format language
    --no-newline(-N)          # Do not print a newline after each message
    --null(-0)                # Print a NUL byte after each message instead of a newline
    --raw                     # Print raw bytes even to a terminal, where control characters take effect
    --color: string@"nu-complete mqtt sub color" # When to colour topics and properties [default: auto]
    --output: path            # Write to this file instead of standard output (`-`)
    --append                  # Append to the --output file instead of replacing it
    --files: string           # Append each message to the file that this template names, such as 'log/%t/@Y-@m-@d.ndjson'
    --rotate: string          # Start a new file, NAME-0001, NAME-0002 and so on, when one would exceed this size [default: never]
    --sync                    # Sync files to disk before messages are acknowledged
    --count(-C): string       # End after this many messages [default: no limit]
    --idle: string            # End when no message has arrived for this long [default: 500ms with --retained-only]
    --exit-after-subscribe(-E) # End as soon as the broker has acknowledged the subscription
    --on: string              # Run this shell command for messages whose topic matches FILTER; can be repeated
    --jobs: string            # Run up to N commands at once [default: 1]
    --retry: string           # Retry a failed command up to N times [default: 0]
    --retry-delay: string     # Wait this long before the first retry, then twice as long each time, up to 1m [default: 1s]
    --job-timeout: string     # Limit how long a command may run; then SIGTERM, and SIGKILL 5 seconds later [default: no limit]
    --on-failure: string@"nu-complete mqtt sub on_failure" # What to do when a command fails [default: stop]
    --dead-letter: string     # Publish messages whose command failed to this topic, acknowledge them, and continue
    --url(-L): string         # Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]
    --host(-h): string        # Connect to this host; for help, use --help [env: MQTT_HOST] [default: localhost]
    --port(-p): string        # Connect to this port [env: MQTT_PORT] [default: 1883; 8883 with TLS, 80 with WebSocket, 443 with both]
    --protocol(-V): string@"nu-complete mqtt sub protocol" # Use this MQTT version: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]
    --id(-i): string          # Use this client id [default: mqtt- and 16 random hex digits]
    --username(-u): string    # Log in with this username [env: MQTT_USERNAME]
    --unix: path              # Connect to this Unix socket
    --srv(-S)                 # Find the broker by SRV records of the host: _mqtt._tcp.HOST, or with TLS _secure-mqtt._tcp.HOST
    --name-server: string     # Ask this name server instead of the system's: ADDRESS[:PORT]; can be repeated [default port: 53]
    --bind(-A): string        # Connect from this local address or host name
    --proxy: string           # Connect through a proxy: socks5://, socks5h://, http:// or https://[USER:PASSWORD@]HOST[:PORT]
    --proxy-ca: path          # Trusted CA certificates (PEM) for an https:// proxy, instead of the system's
    --ws                      # Use MQTT over WebSocket
    --ws-path: string         # Request this WebSocket path [default: /mqtt]
    --ws-header: string       # Add this HTTP header to the WebSocket request; can be repeated
    --tls                     # Use TLS, as mqtts:// and wss:// do
    --ca: path                # Trusted CA certificates (PEM), instead of the system's; turns TLS on
    --capath: directory       # Directory of trusted CA certificates (PEM), instead of the system's; turns TLS on
    --crl: path               # Refuse certificates revoked by the revocation lists (CRLs) in this PEM file
    --pin: string             # Also require this public key, or one of several: sha256//BASE64[;sha256//...]
    --cert: path              # Client certificate (PEM); turns TLS on
    --key: path               # Private key of the client certificate (PEM); turns TLS on [default: the file of --cert]
    --key-password-file: path # Read the password of an encrypted private key from this file, `-` for standard input; turns TLS on
    --tls-server-name: string # Expect this name in the broker's certificate [default: the host]
    --tls-alpn: string        # Offer this ALPN protocol, preferred ones first; can be repeated
    --tls-version: string@"nu-complete mqtt sub tls_version" # Use only this TLS version [default: 1.3, or 1.2 if the broker does not support it]
    --tls-ciphers: string     # Offer only these cipher suites, best first, separated by colons
    --insecure                # Accept any certificate, so that anyone can impersonate the broker (unless --pin is given)
    --require-tls             # Refuse to connect to another machine without TLS
    --tls-keylog: path        # Append the TLS secrets to this file, for decrypting captured packets
    --profile: string@"nu-complete mqtt sub profile" # Use this profile from the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file's]
    --config: path            # Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]
    --no-config               # Do not read any configuration file
    --options(-o): path       # Read flags from this file, one per line, as if they came first on the command line
    --id-prefix(-I): string   # Use a client id made of this prefix and 16 random hex digits
    --no-clean-start(-c)      # Resume the session of this client id, and keep it afterwards (needs --id)
    --session-expiry(-x): string # Expire the session this long after the connection ends: a duration or `never` (MQTT 5) [default: never with -c]
    --keepalive(-k): string   # Ping the broker after this many idle seconds, 0 (never) to 65535; the broker may override it [default: 60]
    --password-file: path     # Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]
    --password-command: string # Run this command and use its output as the password
    --ask-password            # Prompt for the password on the terminal
    --password(-P): string    # Password (visible to other users; prefer --password-file)
    --auth: string@"nu-complete mqtt sub auth" # Prove the password with SCRAM instead of sending it, and have the broker prove that it knows it (MQTT 5)
    --connect-timeout: string # Give up if the broker has not accepted the connection within this time [default: 10s]
    --ack-timeout: string     # Drop the connection if acknowledgements are due and none arrives for this long [default: 30s]
    --timeout(-W): string     # End after this time, with status 27 if the work is not done [default: never]
    --reconnect: string@"nu-complete mqtt sub reconnect" # When to retry a connection [default: lost]
    --reconnect-timeout: string # Stop reconnecting after the broker has been unreachable for this long [default: never]
    --max-inflight(-M): string # Limit QoS 1 and 2 messages in flight to the broker, 1 to 65535 [default: the broker's limit, 20 before MQTT 5]
    --receive-maximum: string # Limit QoS 1 and 2 messages in flight from the broker, 1 to 65535 (MQTT 5) [default: 65535]
    --maximum-packet-size: string # Largest packet that the broker may send, in bytes, at least 1 (MQTT 5) [default: 268435460]
    --topic-alias-maximum: string # Let the broker use up to N topic aliases, 0 to 65535, for at most 16 MiB of topics (MQTT 5) [default: 0]
    --property(-D): string    # Set an MQTT 5 property: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated
    --will-topic: string      # Last will: topic that the broker publishes to unless the client ends the connection with a normal DISCONNECT
    --will-payload: string    # Payload of the will [default: empty]
    --will-qos: string@"nu-complete mqtt sub will_qos" # QoS of the will [default: 0]
    --will-retain             # Retain the will
    --will-delay: string      # Have the broker delay the will by this long (MQTT 5) [default: 0]
    --debug(-d)               # Print every packet to stderr, without secrets or payloads
    --events: path            # Write events to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor
    --quiet                   # Print only errors
    --help                    # Show this help
    ...filters: string        # Topic filters, same as -t
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

  def "nu-complete mqtt rr auth" [] {
    [ "scram-sha-1" "scram-sha-256" "scram-sha-512" ]
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
    --payload-hex             # Decode the payload from hexadecimal; whitespace is ignored
    --payload-base64          # Decode the payload from base64; whitespace is ignored
    --qos(-q): string@"nu-complete mqtt rr qos" # QoS of the request and of the subscription to replies: 0, 1 or 2 [default: 0]
    --content-type: string    # Content type of the payload, such as text/plain (MQTT 5)
    --expiry: string          # Message expiry: have the broker drop the message after this time (MQTT 5) [default: never]
    --correlation: string     # Correlation data that ties a reply to this message: text, `hex:...`, `base64:...` or `@FILE` (MQTT 5)
    --payload-utf8            # Mark the payload as UTF-8 text (MQTT 5)
    --user-property: string   # Add a user property; can be repeated (MQTT 5)
    --response-topic(-e): string # Expect the reply on this topic; required before MQTT 5
    --match: string@"nu-complete mqtt rr match" # Which messages on the response topic count as replies [default: auto]
    --replies: string         # Wait for N replies; 0 accepts all until --timeout or --idle [default: 1; with --until 0]
    --idle: string            # End when no reply has arrived for this long [default: never]
    --fail                    # End with status 5 if a reply says that its command failed
    --latency                 # Print to stderr how long each reply took
    --where: string           # Only take messages for which this jq filter is true; can be repeated, then all must be true
    --until: string           # End after the first message for which this jq filter is true
    --select: string          # Print the outputs of this jq filter as payloads: strings as text, everything else as JSON
    --changed                 # Skip messages that would print the same payload as the last one of their topic
    --verbose(-v)             # Print the topic and a space before the payload
    --json                    # Print each message as one line of JSON
    --parse-json              # With --json, print payloads that are JSON unchanged, as `payload_json`
    --pretty                  # Indent the JSON of --json, or of %j and %J in --format
    --hex                     # Print payloads in hexadecimal
    --base64                  # Print payloads in base64
    --format(-F): string      # Print messages with this template, in mosquitto_sub's format language
    --no-newline(-N)          # Do not print a newline after each message
    --null(-0)                # Print a NUL byte after each message instead of a newline
    --raw                     # Print raw bytes even to a terminal, where control characters take effect
    --color: string@"nu-complete mqtt rr color" # When to colour topics and properties [default: auto]
    --output: path            # Write to this file instead of standard output (`-`)
    --append                  # Append to the --output file instead of replacing it
    --files: string           # Append each message to the file that this template names, such as 'log/%t/@Y-@m-@d.ndjson'
    --rotate: string          # Start a new file, NAME-0001, NAME-0002 and so on, when one would exceed this size [default: never]
    --sync                    # Sync files to disk before messages are acknowledged
    --url(-L): string         # Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]
    --host(-h): string        # Connect to this host; for help, use --help [env: MQTT_HOST] [default: localhost]
    --port(-p): string        # Connect to this port [env: MQTT_PORT] [default: 1883; 8883 with TLS, 80 with WebSocket, 443 with both]
    --protocol(-V): string@"nu-complete mqtt rr protocol" # Use this MQTT version: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]
    --id(-i): string          # Use this client id [default: mqtt- and 16 random hex digits]
    --username(-u): string    # Log in with this username [env: MQTT_USERNAME]
    --unix: path              # Connect to this Unix socket
    --srv(-S)                 # Find the broker by SRV records of the host: _mqtt._tcp.HOST, or with TLS _secure-mqtt._tcp.HOST
    --name-server: string     # Ask this name server instead of the system's: ADDRESS[:PORT]; can be repeated [default port: 53]
    --bind(-A): string        # Connect from this local address or host name
    --proxy: string           # Connect through a proxy: socks5://, socks5h://, http:// or https://[USER:PASSWORD@]HOST[:PORT]
    --proxy-ca: path          # Trusted CA certificates (PEM) for an https:// proxy, instead of the system's
    --ws                      # Use MQTT over WebSocket
    --ws-path: string         # Request this WebSocket path [default: /mqtt]
    --ws-header: string       # Add this HTTP header to the WebSocket request; can be repeated
    --tls                     # Use TLS, as mqtts:// and wss:// do
    --ca: path                # Trusted CA certificates (PEM), instead of the system's; turns TLS on
    --capath: directory       # Directory of trusted CA certificates (PEM), instead of the system's; turns TLS on
    --crl: path               # Refuse certificates revoked by the revocation lists (CRLs) in this PEM file
    --pin: string             # Also require this public key, or one of several: sha256//BASE64[;sha256//...]
    --cert: path              # Client certificate (PEM); turns TLS on
    --key: path               # Private key of the client certificate (PEM); turns TLS on [default: the file of --cert]
    --key-password-file: path # Read the password of an encrypted private key from this file, `-` for standard input; turns TLS on
    --tls-server-name: string # Expect this name in the broker's certificate [default: the host]
    --tls-alpn: string        # Offer this ALPN protocol, preferred ones first; can be repeated
    --tls-version: string@"nu-complete mqtt rr tls_version" # Use only this TLS version [default: 1.3, or 1.2 if the broker does not support it]
    --tls-ciphers: string     # Offer only these cipher suites, best first, separated by colons
    --insecure                # Accept any certificate, so that anyone can impersonate the broker (unless --pin is given)
    --require-tls             # Refuse to connect to another machine without TLS
    --tls-keylog: path        # Append the TLS secrets to this file, for decrypting captured packets
    --profile: string@"nu-complete mqtt rr profile" # Use this profile from the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file's]
    --config: path            # Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]
    --no-config               # Do not read any configuration file
    --options(-o): path       # Read flags from this file, one per line, as if they came first on the command line
    --id-prefix(-I): string   # Use a client id made of this prefix and 16 random hex digits
    --no-clean-start(-c)      # Resume the session of this client id, and keep it afterwards (needs --id)
    --session-expiry(-x): string # Expire the session this long after the connection ends: a duration or `never` (MQTT 5) [default: never with -c]
    --keepalive(-k): string   # Ping the broker after this many idle seconds, 0 (never) to 65535; the broker may override it [default: 60]
    --password-file: path     # Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]
    --password-command: string # Run this command and use its output as the password
    --ask-password            # Prompt for the password on the terminal
    --password(-P): string    # Password (visible to other users; prefer --password-file)
    --auth: string@"nu-complete mqtt rr auth" # Prove the password with SCRAM instead of sending it, and have the broker prove that it knows it (MQTT 5)
    --connect-timeout: string # Give up if the broker has not accepted the connection within this time [default: 10s]
    --ack-timeout: string     # Drop the connection if acknowledgements are due and none arrives for this long [default: 30s]
    --reconnect: string@"nu-complete mqtt rr reconnect" # When to retry a connection [default: lost]
    --reconnect-timeout: string # Stop reconnecting after the broker has been unreachable for this long [default: never]
    --max-inflight(-M): string # Limit QoS 1 and 2 messages in flight to the broker, 1 to 65535 [default: the broker's limit, 20 before MQTT 5]
    --receive-maximum: string # Limit QoS 1 and 2 messages in flight from the broker, 1 to 65535 (MQTT 5) [default: 65535]
    --maximum-packet-size: string # Largest packet that the broker may send, in bytes, at least 1 (MQTT 5) [default: 268435460]
    --topic-alias-maximum: string # Let the broker use up to N topic aliases, 0 to 65535, for at most 16 MiB of topics (MQTT 5) [default: 0]
    --property(-D): string    # Set an MQTT 5 property: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated
    --will-topic: string      # Last will: topic that the broker publishes to unless the client ends the connection with a normal DISCONNECT
    --will-payload: string    # Payload of the will [default: empty]
    --will-qos: string@"nu-complete mqtt rr will_qos" # QoS of the will [default: 0]
    --will-retain             # Retain the will
    --will-delay: string      # Have the broker delay the will by this long (MQTT 5) [default: 0]
    --debug(-d)               # Print every packet to stderr, without secrets or payloads
    --events: path            # Write events to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor
    --quiet                   # Print only errors
    --help                    # Show this help
    --timeout(-W): string     # End after this time, with status 27 if too few replies arrived [default: 30s]
  ]

  def "nu-complete mqtt reply qos" [] {
    [ "0" "1" "2" ]
  }

  def "nu-complete mqtt reply protocol" [] {
    [ "auto" "5" "3.1.1" "3.1" ]
  }

  def "nu-complete mqtt reply tls_version" [] {
    [ "1.2" "1.3" ]
  }

  def "nu-complete mqtt reply profile" [] {
    ^mqtt completions --profiles | complete | get stdout | lines
  }

  def "nu-complete mqtt reply auth" [] {
    [ "scram-sha-1" "scram-sha-256" "scram-sha-512" ]
  }

  def "nu-complete mqtt reply reconnect" [] {
    [ "lost" "always" "never" ]
  }

  def "nu-complete mqtt reply will_qos" [] {
    [ "0" "1" "2" ]
  }

  # Answer requests on topics with the output of a command
  export extern "mqtt reply" [
    --topic(-t): string       # Topic filter, with the wildcards + and #; can be repeated
    --qos(-q): string@"nu-complete mqtt reply qos" # QoS of the subscription and of the replies [default: 2, and for each reply the QoS of its request]
    --response-topic(-e): string # Publish replies here if the request names no response topic; required before MQTT 5
    --reply-prefix: string    # Reply only to response topics that begin with this
    --message(-m): string     # Reply with this text
    --file(-f): path          # Reply with the contents of this file, read once at the start
    --echo                    # Reply with the payload of the request
    --jobs: string            # Run up to N commands at once [default: 1]
    --retry: string           # Retry a failed command up to N times [default: 0]
    --retry-delay: string     # Wait this long before the first retry, then twice as long each time, up to 1m [default: 1s]
    --job-timeout: string     # Limit how long a command may run; then SIGTERM, and SIGKILL 5 seconds later [default: 30s]
    --count(-C): string       # End after this many replies [default: no limit]
    --idle: string            # End when no request has arrived for this long [default: never]
    --url(-L): string         # Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]
    --host(-h): string        # Connect to this host; for help, use --help [env: MQTT_HOST] [default: localhost]
    --port(-p): string        # Connect to this port [env: MQTT_PORT] [default: 1883; 8883 with TLS, 80 with WebSocket, 443 with both]
    --protocol(-V): string@"nu-complete mqtt reply protocol" # Use this MQTT version: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]
    --id(-i): string          # Use this client id [default: mqtt- and 16 random hex digits]
    --username(-u): string    # Log in with this username [env: MQTT_USERNAME]
    --unix: path              # Connect to this Unix socket
    --srv(-S)                 # Find the broker by SRV records of the host: _mqtt._tcp.HOST, or with TLS _secure-mqtt._tcp.HOST
    --name-server: string     # Ask this name server instead of the system's: ADDRESS[:PORT]; can be repeated [default port: 53]
    --bind(-A): string        # Connect from this local address or host name
    --proxy: string           # Connect through a proxy: socks5://, socks5h://, http:// or https://[USER:PASSWORD@]HOST[:PORT]
    --proxy-ca: path          # Trusted CA certificates (PEM) for an https:// proxy, instead of the system's
    --ws                      # Use MQTT over WebSocket
    --ws-path: string         # Request this WebSocket path [default: /mqtt]
    --ws-header: string       # Add this HTTP header to the WebSocket request; can be repeated
    --tls                     # Use TLS, as mqtts:// and wss:// do
    --ca: path                # Trusted CA certificates (PEM), instead of the system's; turns TLS on
    --capath: directory       # Directory of trusted CA certificates (PEM), instead of the system's; turns TLS on
    --crl: path               # Refuse certificates revoked by the revocation lists (CRLs) in this PEM file
    --pin: string             # Also require this public key, or one of several: sha256//BASE64[;sha256//...]
    --cert: path              # Client certificate (PEM); turns TLS on
    --key: path               # Private key of the client certificate (PEM); turns TLS on [default: the file of --cert]
    --key-password-file: path # Read the password of an encrypted private key from this file, `-` for standard input; turns TLS on
    --tls-server-name: string # Expect this name in the broker's certificate [default: the host]
    --tls-alpn: string        # Offer this ALPN protocol, preferred ones first; can be repeated
    --tls-version: string@"nu-complete mqtt reply tls_version" # Use only this TLS version [default: 1.3, or 1.2 if the broker does not support it]
    --tls-ciphers: string     # Offer only these cipher suites, best first, separated by colons
    --insecure                # Accept any certificate, so that anyone can impersonate the broker (unless --pin is given)
    --require-tls             # Refuse to connect to another machine without TLS
    --tls-keylog: path        # Append the TLS secrets to this file, for decrypting captured packets
    --profile: string@"nu-complete mqtt reply profile" # Use this profile from the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file's]
    --config: path            # Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]
    --no-config               # Do not read any configuration file
    --options(-o): path       # Read flags from this file, one per line, as if they came first on the command line
    --id-prefix(-I): string   # Use a client id made of this prefix and 16 random hex digits
    --no-clean-start(-c)      # Resume the session of this client id, and keep it afterwards (needs --id)
    --session-expiry(-x): string # Expire the session this long after the connection ends: a duration or `never` (MQTT 5) [default: never with -c]
    --keepalive(-k): string   # Ping the broker after this many idle seconds, 0 (never) to 65535; the broker may override it [default: 60]
    --password-file: path     # Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]
    --password-command: string # Run this command and use its output as the password
    --ask-password            # Prompt for the password on the terminal
    --password(-P): string    # Password (visible to other users; prefer --password-file)
    --auth: string@"nu-complete mqtt reply auth" # Prove the password with SCRAM instead of sending it, and have the broker prove that it knows it (MQTT 5)
    --connect-timeout: string # Give up if the broker has not accepted the connection within this time [default: 10s]
    --ack-timeout: string     # Drop the connection if acknowledgements are due and none arrives for this long [default: 30s]
    --timeout(-W): string     # End after this time, with status 27 if the work is not done [default: never]
    --reconnect: string@"nu-complete mqtt reply reconnect" # When to retry a connection [default: lost]
    --reconnect-timeout: string # Stop reconnecting after the broker has been unreachable for this long [default: never]
    --max-inflight(-M): string # Limit QoS 1 and 2 messages in flight to the broker, 1 to 65535 [default: the broker's limit, 20 before MQTT 5]
    --receive-maximum: string # Limit QoS 1 and 2 messages in flight from the broker, 1 to 65535 (MQTT 5) [default: 65535]
    --maximum-packet-size: string # Largest packet that the broker may send, in bytes, at least 1 (MQTT 5) [default: 268435460]
    --topic-alias-maximum: string # Let the broker use up to N topic aliases, 0 to 65535, for at most 16 MiB of topics (MQTT 5) [default: 0]
    --property(-D): string    # Set an MQTT 5 property: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated
    --will-topic: string      # Last will: topic that the broker publishes to unless the client ends the connection with a normal DISCONNECT
    --will-payload: string    # Payload of the will [default: empty]
    --will-qos: string@"nu-complete mqtt reply will_qos" # QoS of the will [default: 0]
    --will-retain             # Retain the will
    --will-delay: string      # Have the broker delay the will by this long (MQTT 5) [default: 0]
    --debug(-d)               # Print every packet to stderr, without secrets or payloads
    --events: path            # Write events to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor
    --quiet                   # Print only errors
    --help                    # Show this help
    ...filters: string        # Topic filters, same as -t
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

  def "nu-complete mqtt clear-retained auth" [] {
    [ "scram-sha-1" "scram-sha-256" "scram-sha-512" ]
  }

  def "nu-complete mqtt clear-retained reconnect" [] {
    [ "lost" "always" "never" ]
  }

  def "nu-complete mqtt clear-retained will_qos" [] {
    [ "0" "1" "2" ]
  }

  # Remove the retained messages of matching topics, and print what was removed
  export extern "mqtt clear-retained" [
    --topic(-t): string       # Topic filter, with the wildcards + and #; can be repeated
    --filter-out(-T): string  # Skip topics that match this filter; can be repeated
    --dry-run                 # Only print what would be removed
    --yes                     # Skip the confirmation when a filter matches all topics
    --idle: string            # End when no retained message has arrived for this long [default: 500ms]
    --json                    # Print each message as one line of JSON, which `mqtt pub --json` can restore
    --progress                # Show a progress bar on stderr [default: on a terminal, after a second, if the output goes elsewhere]
    --no-progress             # Do not show a progress bar
    --url(-L): string         # Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]
    --host(-h): string        # Connect to this host; for help, use --help [env: MQTT_HOST] [default: localhost]
    --port(-p): string        # Connect to this port [env: MQTT_PORT] [default: 1883; 8883 with TLS, 80 with WebSocket, 443 with both]
    --protocol(-V): string@"nu-complete mqtt clear-retained protocol" # Use this MQTT version: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]
    --id(-i): string          # Use this client id [default: mqtt- and 16 random hex digits]
    --username(-u): string    # Log in with this username [env: MQTT_USERNAME]
    --unix: path              # Connect to this Unix socket
    --srv(-S)                 # Find the broker by SRV records of the host: _mqtt._tcp.HOST, or with TLS _secure-mqtt._tcp.HOST
    --name-server: string     # Ask this name server instead of the system's: ADDRESS[:PORT]; can be repeated [default port: 53]
    --bind(-A): string        # Connect from this local address or host name
    --proxy: string           # Connect through a proxy: socks5://, socks5h://, http:// or https://[USER:PASSWORD@]HOST[:PORT]
    --proxy-ca: path          # Trusted CA certificates (PEM) for an https:// proxy, instead of the system's
    --ws                      # Use MQTT over WebSocket
    --ws-path: string         # Request this WebSocket path [default: /mqtt]
    --ws-header: string       # Add this HTTP header to the WebSocket request; can be repeated
    --tls                     # Use TLS, as mqtts:// and wss:// do
    --ca: path                # Trusted CA certificates (PEM), instead of the system's; turns TLS on
    --capath: directory       # Directory of trusted CA certificates (PEM), instead of the system's; turns TLS on
    --crl: path               # Refuse certificates revoked by the revocation lists (CRLs) in this PEM file
    --pin: string             # Also require this public key, or one of several: sha256//BASE64[;sha256//...]
    --cert: path              # Client certificate (PEM); turns TLS on
    --key: path               # Private key of the client certificate (PEM); turns TLS on [default: the file of --cert]
    --key-password-file: path # Read the password of an encrypted private key from this file, `-` for standard input; turns TLS on
    --tls-server-name: string # Expect this name in the broker's certificate [default: the host]
    --tls-alpn: string        # Offer this ALPN protocol, preferred ones first; can be repeated
    --tls-version: string@"nu-complete mqtt clear-retained tls_version" # Use only this TLS version [default: 1.3, or 1.2 if the broker does not support it]
    --tls-ciphers: string     # Offer only these cipher suites, best first, separated by colons
    --insecure                # Accept any certificate, so that anyone can impersonate the broker (unless --pin is given)
    --require-tls             # Refuse to connect to another machine without TLS
    --tls-keylog: path        # Append the TLS secrets to this file, for decrypting captured packets
    --profile: string@"nu-complete mqtt clear-retained profile" # Use this profile from the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file's]
    --config: path            # Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]
    --no-config               # Do not read any configuration file
    --options(-o): path       # Read flags from this file, one per line, as if they came first on the command line
    --id-prefix(-I): string   # Use a client id made of this prefix and 16 random hex digits
    --no-clean-start(-c)      # Resume the session of this client id, and keep it afterwards (needs --id)
    --session-expiry(-x): string # Expire the session this long after the connection ends: a duration or `never` (MQTT 5) [default: never with -c]
    --keepalive(-k): string   # Ping the broker after this many idle seconds, 0 (never) to 65535; the broker may override it [default: 60]
    --password-file: path     # Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]
    --password-command: string # Run this command and use its output as the password
    --ask-password            # Prompt for the password on the terminal
    --password(-P): string    # Password (visible to other users; prefer --password-file)
    --auth: string@"nu-complete mqtt clear-retained auth" # Prove the password with SCRAM instead of sending it, and have the broker prove that it knows it (MQTT 5)
    --connect-timeout: string # Give up if the broker has not accepted the connection within this time [default: 10s]
    --ack-timeout: string     # Drop the connection if acknowledgements are due and none arrives for this long [default: 30s]
    --timeout(-W): string     # End after this time, with status 27 if the work is not done [default: never]
    --reconnect: string@"nu-complete mqtt clear-retained reconnect" # When to retry a connection [default: lost]
    --reconnect-timeout: string # Stop reconnecting after the broker has been unreachable for this long [default: never]
    --max-inflight(-M): string # Limit QoS 1 and 2 messages in flight to the broker, 1 to 65535 [default: the broker's limit, 20 before MQTT 5]
    --receive-maximum: string # Limit QoS 1 and 2 messages in flight from the broker, 1 to 65535 (MQTT 5) [default: 65535]
    --maximum-packet-size: string # Largest packet that the broker may send, in bytes, at least 1 (MQTT 5) [default: 268435460]
    --topic-alias-maximum: string # Let the broker use up to N topic aliases, 0 to 65535, for at most 16 MiB of topics (MQTT 5) [default: 0]
    --property(-D): string    # Set an MQTT 5 property: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated
    --will-topic: string      # Last will: topic that the broker publishes to unless the client ends the connection with a normal DISCONNECT
    --will-payload: string    # Payload of the will [default: empty]
    --will-qos: string@"nu-complete mqtt clear-retained will_qos" # QoS of the will [default: 0]
    --will-retain             # Retain the will
    --will-delay: string      # Have the broker delay the will by this long (MQTT 5) [default: 0]
    --debug(-d)               # Print every packet to stderr, without secrets or payloads
    --events: path            # Write events to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor
    --quiet                   # Print only errors
    --help                    # Show this help
    ...filters: string        # Topic filters, same as -t
  ]

  def "nu-complete mqtt check qos" [] {
    [ "0" "1" "2" ]
  }

  def "nu-complete mqtt check protocol" [] {
    [ "auto" "5" "3.1.1" "3.1" ]
  }

  def "nu-complete mqtt check tls_version" [] {
    [ "1.2" "1.3" ]
  }

  def "nu-complete mqtt check profile" [] {
    ^mqtt completions --profiles | complete | get stdout | lines
  }

  def "nu-complete mqtt check auth" [] {
    [ "scram-sha-1" "scram-sha-256" "scram-sha-512" ]
  }

  def "nu-complete mqtt check reconnect" [] {
    [ "lost" "always" "never" ]
  }

  def "nu-complete mqtt check will_qos" [] {
    [ "0" "1" "2" ]
  }

  # Check a broker step by step
  export extern "mqtt check" [
    --topic(-t): string       # Also subscribe to this topic, publish 16 random bytes, and wait for exactly these
    --qos(-q): string@"nu-complete mqtt check qos" # QoS of that message and of the subscription: 0, 1 or 2 [default: 0]
    --versions                # Also try whether the broker accepts MQTT 5, 3.1.1 and 3.1
    --warn: string            # Warn if a step takes longer, or the certificate ends sooner, as in connect=300ms,cert=14d
    --critical: string        # Fail if a step takes longer (status 27), or the certificate ends sooner (status 3)
    --json                    # Print one line of JSON, with times in seconds
    --prometheus              # Print metrics for the textfile collector of Prometheus' node exporter
    --nagios                  # Print one line with performance data, and end with a status of Nagios: 0, 1, 2 or 3
    --url(-L): string         # Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]
    --host(-h): string        # Connect to this host; for help, use --help [env: MQTT_HOST] [default: localhost]
    --port(-p): string        # Connect to this port [env: MQTT_PORT] [default: 1883; 8883 with TLS, 80 with WebSocket, 443 with both]
    --protocol(-V): string@"nu-complete mqtt check protocol" # Use this MQTT version: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]
    --id(-i): string          # Use this client id [default: mqtt- and 16 random hex digits]
    --username(-u): string    # Log in with this username [env: MQTT_USERNAME]
    --unix: path              # Connect to this Unix socket
    --srv(-S)                 # Find the broker by SRV records of the host: _mqtt._tcp.HOST, or with TLS _secure-mqtt._tcp.HOST
    --name-server: string     # Ask this name server instead of the system's: ADDRESS[:PORT]; can be repeated [default port: 53]
    --bind(-A): string        # Connect from this local address or host name
    --proxy: string           # Connect through a proxy: socks5://, socks5h://, http:// or https://[USER:PASSWORD@]HOST[:PORT]
    --proxy-ca: path          # Trusted CA certificates (PEM) for an https:// proxy, instead of the system's
    --ws                      # Use MQTT over WebSocket
    --ws-path: string         # Request this WebSocket path [default: /mqtt]
    --ws-header: string       # Add this HTTP header to the WebSocket request; can be repeated
    --tls                     # Use TLS, as mqtts:// and wss:// do
    --ca: path                # Trusted CA certificates (PEM), instead of the system's; turns TLS on
    --capath: directory       # Directory of trusted CA certificates (PEM), instead of the system's; turns TLS on
    --crl: path               # Refuse certificates revoked by the revocation lists (CRLs) in this PEM file
    --pin: string             # Also require this public key, or one of several: sha256//BASE64[;sha256//...]
    --cert: path              # Client certificate (PEM); turns TLS on
    --key: path               # Private key of the client certificate (PEM); turns TLS on [default: the file of --cert]
    --key-password-file: path # Read the password of an encrypted private key from this file, `-` for standard input; turns TLS on
    --tls-server-name: string # Expect this name in the broker's certificate [default: the host]
    --tls-alpn: string        # Offer this ALPN protocol, preferred ones first; can be repeated
    --tls-version: string@"nu-complete mqtt check tls_version" # Use only this TLS version [default: 1.3, or 1.2 if the broker does not support it]
    --tls-ciphers: string     # Offer only these cipher suites, best first, separated by colons
    --insecure                # Accept any certificate, so that anyone can impersonate the broker (unless --pin is given)
    --require-tls             # Refuse to connect to another machine without TLS
    --tls-keylog: path        # Append the TLS secrets to this file, for decrypting captured packets
    --profile: string@"nu-complete mqtt check profile" # Use this profile from the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file's]
    --config: path            # Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]
    --no-config               # Do not read any configuration file
    --options(-o): path       # Read flags from this file, one per line, as if they came first on the command line
    --id-prefix(-I): string   # Use a client id made of this prefix and 16 random hex digits
    --no-clean-start(-c)      # Resume the session of this client id, and keep it afterwards (needs --id)
    --session-expiry(-x): string # Expire the session this long after the connection ends: a duration or `never` (MQTT 5) [default: never with -c]
    --keepalive(-k): string   # Ping the broker after this many idle seconds, 0 (never) to 65535; the broker may override it [default: 60]
    --password-file: path     # Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]
    --password-command: string # Run this command and use its output as the password
    --ask-password            # Prompt for the password on the terminal
    --password(-P): string    # Password (visible to other users; prefer --password-file)
    --auth: string@"nu-complete mqtt check auth" # Prove the password with SCRAM instead of sending it, and have the broker prove that it knows it (MQTT 5)
    --connect-timeout: string # Give up if the broker has not accepted the connection within this time [default: 10s]
    --ack-timeout: string     # Drop the connection if acknowledgements are due and none arrives for this long [default: 30s]
    --reconnect: string@"nu-complete mqtt check reconnect" # When to retry a connection [default: lost]
    --reconnect-timeout: string # Stop reconnecting after the broker has been unreachable for this long [default: never]
    --max-inflight(-M): string # Limit QoS 1 and 2 messages in flight to the broker, 1 to 65535 [default: the broker's limit, 20 before MQTT 5]
    --receive-maximum: string # Limit QoS 1 and 2 messages in flight from the broker, 1 to 65535 (MQTT 5) [default: 65535]
    --maximum-packet-size: string # Largest packet that the broker may send, in bytes, at least 1 (MQTT 5) [default: 268435460]
    --topic-alias-maximum: string # Let the broker use up to N topic aliases, 0 to 65535, for at most 16 MiB of topics (MQTT 5) [default: 0]
    --property(-D): string    # Set an MQTT 5 property: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated
    --will-topic: string      # Last will: topic that the broker publishes to unless the client ends the connection with a normal DISCONNECT
    --will-payload: string    # Payload of the will [default: empty]
    --will-qos: string@"nu-complete mqtt check will_qos" # QoS of the will [default: 0]
    --will-retain             # Retain the will
    --will-delay: string      # Have the broker delay the will by this long (MQTT 5) [default: 0]
    --debug(-d)               # Print every packet to stderr, without secrets or payloads
    --events: path            # Write events to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor
    --quiet                   # Print only errors
    --help                    # Show this help
    --timeout(-W): string     # Fail with status 27 if the check takes longer than this [default: 10s]
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

  def "nu-complete mqtt config auth" [] {
    [ "scram-sha-1" "scram-sha-256" "scram-sha-512" ]
  }

  def "nu-complete mqtt config reconnect" [] {
    [ "lost" "always" "never" ]
  }

  def "nu-complete mqtt config will_qos" [] {
    [ "0" "1" "2" ]
  }

  # Show the connection settings and where each comes from
  export extern "mqtt config" [
    --url(-L): string         # Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]
    --host(-h): string        # Connect to this host; for help, use --help [env: MQTT_HOST] [default: localhost]
    --port(-p): string        # Connect to this port [env: MQTT_PORT] [default: 1883; 8883 with TLS, 80 with WebSocket, 443 with both]
    --protocol(-V): string@"nu-complete mqtt config protocol" # Use this MQTT version: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]
    --id(-i): string          # Use this client id [default: mqtt- and 16 random hex digits]
    --username(-u): string    # Log in with this username [env: MQTT_USERNAME]
    --unix: path              # Connect to this Unix socket
    --srv(-S)                 # Find the broker by SRV records of the host: _mqtt._tcp.HOST, or with TLS _secure-mqtt._tcp.HOST
    --name-server: string     # Ask this name server instead of the system's: ADDRESS[:PORT]; can be repeated [default port: 53]
    --bind(-A): string        # Connect from this local address or host name
    --proxy: string           # Connect through a proxy: socks5://, socks5h://, http:// or https://[USER:PASSWORD@]HOST[:PORT]
    --proxy-ca: path          # Trusted CA certificates (PEM) for an https:// proxy, instead of the system's
    --ws                      # Use MQTT over WebSocket
    --ws-path: string         # Request this WebSocket path [default: /mqtt]
    --ws-header: string       # Add this HTTP header to the WebSocket request; can be repeated
    --tls                     # Use TLS, as mqtts:// and wss:// do
    --ca: path                # Trusted CA certificates (PEM), instead of the system's; turns TLS on
    --capath: directory       # Directory of trusted CA certificates (PEM), instead of the system's; turns TLS on
    --crl: path               # Refuse certificates revoked by the revocation lists (CRLs) in this PEM file
    --pin: string             # Also require this public key, or one of several: sha256//BASE64[;sha256//...]
    --cert: path              # Client certificate (PEM); turns TLS on
    --key: path               # Private key of the client certificate (PEM); turns TLS on [default: the file of --cert]
    --key-password-file: path # Read the password of an encrypted private key from this file, `-` for standard input; turns TLS on
    --tls-server-name: string # Expect this name in the broker's certificate [default: the host]
    --tls-alpn: string        # Offer this ALPN protocol, preferred ones first; can be repeated
    --tls-version: string@"nu-complete mqtt config tls_version" # Use only this TLS version [default: 1.3, or 1.2 if the broker does not support it]
    --tls-ciphers: string     # Offer only these cipher suites, best first, separated by colons
    --insecure                # Accept any certificate, so that anyone can impersonate the broker (unless --pin is given)
    --require-tls             # Refuse to connect to another machine without TLS
    --tls-keylog: path        # Append the TLS secrets to this file, for decrypting captured packets
    --profile: string@"nu-complete mqtt config profile" # Use this profile from the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file's]
    --config: path            # Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]
    --no-config               # Do not read any configuration file
    --options(-o): path       # Read flags from this file, one per line, as if they came first on the command line
    --id-prefix(-I): string   # Use a client id made of this prefix and 16 random hex digits
    --no-clean-start(-c)      # Resume the session of this client id, and keep it afterwards (needs --id)
    --session-expiry(-x): string # Expire the session this long after the connection ends: a duration or `never` (MQTT 5) [default: never with -c]
    --keepalive(-k): string   # Ping the broker after this many idle seconds, 0 (never) to 65535; the broker may override it [default: 60]
    --password-file: path     # Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]
    --password-command: string # Run this command and use its output as the password
    --ask-password            # Prompt for the password on the terminal
    --password(-P): string    # Password (visible to other users; prefer --password-file)
    --auth: string@"nu-complete mqtt config auth" # Prove the password with SCRAM instead of sending it, and have the broker prove that it knows it (MQTT 5)
    --connect-timeout: string # Give up if the broker has not accepted the connection within this time [default: 10s]
    --ack-timeout: string     # Drop the connection if acknowledgements are due and none arrives for this long [default: 30s]
    --timeout(-W): string     # End after this time, with status 27 if the work is not done [default: never]
    --reconnect: string@"nu-complete mqtt config reconnect" # When to retry a connection [default: lost]
    --reconnect-timeout: string # Stop reconnecting after the broker has been unreachable for this long [default: never]
    --max-inflight(-M): string # Limit QoS 1 and 2 messages in flight to the broker, 1 to 65535 [default: the broker's limit, 20 before MQTT 5]
    --receive-maximum: string # Limit QoS 1 and 2 messages in flight from the broker, 1 to 65535 (MQTT 5) [default: 65535]
    --maximum-packet-size: string # Largest packet that the broker may send, in bytes, at least 1 (MQTT 5) [default: 268435460]
    --topic-alias-maximum: string # Let the broker use up to N topic aliases, 0 to 65535, for at most 16 MiB of topics (MQTT 5) [default: 0]
    --property(-D): string    # Set an MQTT 5 property: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated
    --will-topic: string      # Last will: topic that the broker publishes to unless the client ends the connection with a normal DISCONNECT
    --will-payload: string    # Payload of the will [default: empty]
    --will-qos: string@"nu-complete mqtt config will_qos" # QoS of the will [default: 0]
    --will-retain             # Retain the will
    --will-delay: string      # Have the broker delay the will by this long (MQTT 5) [default: 0]
    --debug(-d)               # Print every packet to stderr, without secrets or payloads
    --events: path            # Write events to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor
    --quiet                   # Print only errors
    --help                    # Show this help
    action: string@"nu-complete mqtt config action" # What to do
  ]

  def "nu-complete mqtt completions shell" [] {
    [ "bash" "zsh" "fish" "powershell" "elvish" "nushell" ]
  }

  # Print a shell completion script
  export extern "mqtt completions" [
    --profiles                # Print the names of the profiles instead, one per line; the scripts use this
    --help                    # Show this help
    shell?: string@"nu-complete mqtt completions shell" # Shell to print the script for
  ]

}

export use completions *
