# A meter on a Raspberry Pi: each reading is stored on disk before it is sent, so that none is lost if the broker, the
# network or the power fails. Run the first line from cron. If there is a network only now and then, store with the second
# line and send with the third.
#@ rm -f ready
#@ rm -rf box
#@ mqtt sub -t meter/kwh -C 2 --events ready > got &
#@ until grep -qs '"event":"subscribe"' ready; do sleep 0.1; done

mqtt pub --outbox box -t meter/kwh -m 21.5 -q 2
mqtt pub --outbox box -t meter/kwh -m 21.6 -q 2 --later
mqtt pub --outbox box

#@ wait
#@ test "$(tr '\n' , < got)" = 21.5,21.6,
