# Distribute work that must not be lost. A job is acknowledged when `work` has exited with status 0; after a failure or
# `kill -9`, the broker gives it to this worker again, so a job may be done twice, but is never left out. Each worker has
# its own client id (`-i`), and the broker queues for it while it is away.
#@ # Fails twice.
#@ mkdir -p bin
#@ cat > bin/work <<'END'
#@ #!/bin/sh
#@ read job
#@ echo "$job" >> tries
#@ case $job in 3|7) test "$(grep -cx "$job" tries)" -gt 1 || exit 1 ;; esac
#@ echo "$job" >> done
#@ END
#@ chmod +x bin/work
#@ rm -f tries done
#@ before=$PATH
#@ PATH=$PWD/bin:$PATH
#@ mqtt() { shift; command mqtt sub --idle 1s "$@"; }
#@ command mqtt sub -t '$share/workers/jobs' -q 1 -c -i worker-1 -E
#@ seq 10 | command mqtt pub -t jobs -l -q 1
#@ {

until mqtt sub '$share/workers/jobs' -q 1 -c -i worker-1 --job-timeout 5m -- work; do sleep 1; done

#@ } 2> failures
#@ PATH=$before
#@ unset -f mqtt
#@ seq 10 | cmp - done
#@ test "$(grep -c 'stays with the broker' failures)" = 2
