#!/bin/sh
# A tour of mqtt in a few seconds, on the broker that MQTT_URL names:
#
#   cargo run --release --features broker -- broker -- sh examples/tour.sh
set -eu

# The mqtt that was just built, unless one is installed.
command -v mqtt >/dev/null || PATH="$(dirname "$0")/../target/release:$PATH"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { printf '\n# %s\n' "$1"; }

# Shows a command line, then runs it, with stderr in its place.
run() {
    printf '$ %s\n' "$1"
    sh -c "$1" 2>&1
}

# Waits until the last subscriber, whose events go to FILE, is ready: this is what --events is for.
ready() {
    until grep -q '"event":"subscribe"' "$1" 2>/dev/null; do
        kill -0 $! || exit 1
        sleep 0.05
    done
}

say "Publish and subscribe: topic and payload of everything below tour/"
mqtt sub -t 'tour/#' -v -C 2 --events "$work/ready" >"$work/out" &
ready "$work/ready"
run "mqtt pub -t tour/hello -m 'Hello, world'"
run "mqtt pub -t tour/again -m 'And again' -q 2"
wait
printf "the subscriber (mqtt sub -t 'tour/#' -v -C 2) printed:\n"
sed 's/^/    /' "$work/out"

say "Lines: one message per line, each acknowledged"
mqtt sub -t lines -q 1 -C 100000 --events "$work/ready2" >"$work/lines" &
ready "$work/ready2"
run "seq 100000 | mqtt pub -t lines -l -q 1"
wait
printf 'the subscriber received %s lines; the last one is %s\n' \
    "$(wc -l <"$work/lines" | tr -d ' ')" "$(tail -n 1 "$work/lines")"

say "Retained: the broker keeps the last message for later subscribers"
run "mqtt pub -t sensors/hall -m 21.5 -r -q 1"
run "mqtt sub -t 'sensors/#' -C 1 -v"

say "JSON: one record per line, whatever the payload contains"
run "printf 'caf\\303\\251 \\001\\377' | mqtt pub -t sensors/hall -s -r -q 1"
run "mqtt sub -t sensors/hall -C 1 --json"

say "Request and reply: only a message with the random data of the request is a reply"
# A responder: turns the record of the request into that of the reply.
mqtt sub -t rpc/date -C 1 --json --events "$work/ready3" |
    sed 's|.*"response_topic":\("[^"]*"\),\("correlation_data[^}]*\).*|{"topic":\1,"payload":"today","properties":{\2}}|' |
    mqtt pub --json &
ready "$work/ready3"
run "mqtt rr -t rpc/date -m when"
wait

say "Clean up: back up and remove the retained messages, restore them, and remove them again"
export backup="$work/backup"
run 'mqtt clear-retained "sensors/#" --json > "$backup"'
run 'mqtt clear-retained "sensors/#" --dry-run'
run 'mqtt pub --json < "$backup"'
run "mqtt clear-retained 'sensors/#'"

say "The exit status: no message arrived, so it is 27"
printf "$ mqtt sub -t nothing -W 300ms; echo status \$?\n"
status=0
mqtt sub -t nothing -W 300ms 2>&1 || status=$?
printf 'status %s\n' "$status"
