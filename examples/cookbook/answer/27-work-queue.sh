# Share work that must not be lost. A job is acknowledged when it is in the file `job`, and the file stays until `work` has
# succeeded, so that a worker that was killed begins with it again: a job may be done twice, and none is left out. Each
# worker has a directory and a client id (`-i`) of its own; what the broker queued for one waits until it is back.
#@ # Fails twice, as if it were killed in the middle.
#@ work() {
#@     read -r job
#@     echo "$job" >> tries
#@     case $job in 3|7) test "$(grep -cx "$job" tries)" -gt 1 || return 1 ;; esac
#@     echo "$job" >> done
#@     test "$job" != 10 || touch end
#@ }
#@ rm -f job tries done end
#@ mqtt() { test ! -e end && command mqtt "$@"; }
#@ command mqtt sub -t '$share/workers/jobs' -q 1 -c -i worker-1 -E
#@ seq 10 | command mqtt pub -t jobs -l -q 1
#@ until test -e end; do

while test -s job || mqtt sub -t '$share/workers/jobs' -q 1 -c -i worker-1 -C 1 > job; do
  work < job && rm job || break
done

#@ done
#@ seq 10 | cmp - done
#@ rm -f job
