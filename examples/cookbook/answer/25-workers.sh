# Share work that may be lost. Start this as often as you like: each job goes to one of them, to your program `work`. A job
# is acknowledged when it is in the pipe: if this is killed, all jobs in the pipe are lost, not only the current one.
#@ worker() {
#@ work() { test "$1" != end || exit 0; echo "$1" >> done; }

mqtt sub -t '$share/workers/jobs' -q 1 | while IFS= read -r job; do work "$job" < /dev/null; done

#@ }
#@ rm -f done
#@ worker &
#@ one=$!
#@ worker &
#@ two=$!
#@ until test -e done; do mqtt pub -t jobs -m first -q 1; sleep 0.2; done
#@ seq 100 | mqtt pub -t jobs -l -q 1
#@ until test "$(grep -v first done | sort -n | uniq -c | grep -c '^ *1 ')" = 100; do sleep 0.1; done
#@ until ! kill -0 "$one" 2> /dev/null && ! kill -0 "$two" 2> /dev/null; do mqtt pub -t jobs -m end -q 1; sleep 0.2; done
