# Follow a log file through rotations and lost connections. If this is killed, the lines in the pipe are lost.
#@ rm -f ready
#@ seq 3 > app.log
#@ mqtt sub -t log -C 3 --events ready > got &
#@ until grep -qs '"event":"subscribe"' ready; do sleep 0.1; done
#@ tail() { command tail -n +1 "$@"; }
#@ follow() {

tail -F app.log | mqtt pub -t log -l -q 1 --reconnect always

#@ }
#@ subscriber=$!
#@ follow &
#@ wait $subscriber
#@ cmp app.log got
