# Share the work. Start this as often as you like: each job goes to one of them, and to your program `work`.
#@ worker() {
#@ work() { echo "$1" >> done; }

mqtt sub -t '$share/workers/jobs' -q 1 | while IFS= read -r job; do work "$job"; done

#@ }
#@ worker &
#@ worker &
#@ until test -e done; do mqtt pub -t jobs -m first -q 1; sleep 0.2; done
#@ seq 100 | mqtt pub -t jobs -l -q 1
#@ until test "$(grep -v first done | sort -n | uniq -c | grep -c '^ *1 ')" = 100; do sleep 0.1; done
