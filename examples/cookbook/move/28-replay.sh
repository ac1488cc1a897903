# Play a recording at ten times its speed, below `test/`, next to the real messages.
#@ printf '{"time":"2026-11-29T12:00:0%s.000Z","topic":"sensors/hall","payload":"%s"}\n' 0 a 1 b 4 c > recording.ndjson
#@ rm -f ready
#@ mqtt sub 'test/#' -C 3 -v --events ready > played &
#@ until grep -qs '"event":"subscribe"' ready; do sleep 0.1; done

mqtt pub --json --replay=10 --topic-prefix test/ < recording.ndjson

#@ wait
#@ printf 'test/sensors/hall %s\n' a b c | cmp - played
