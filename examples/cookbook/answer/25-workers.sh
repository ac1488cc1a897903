# Distribute work that may be lost. Start as many of these as you like: each job goes to one of them, which runs your
# program `work`, up to four at once. Jobs of a worker that is killed are lost.
#@ worker() {
#@ work() { :; }
#@ mkdir -p bin
#@ printf '#!/bin/sh\nread job\ntest "$job" != end || exec kill $PPID\necho $job >> done\n' > bin/work
#@ chmod +x bin/work
#@ PATH=$PWD/bin:$PATH

mqtt sub '$share/workers/jobs' -q 1 --jobs 4 -- work

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
