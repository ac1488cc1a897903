# Share work that must not be lost. A job is acknowledged once it is in the file `job`, which stays until `work` has
# succeeded, so after a crash a job may be done twice. Each worker has its own directory and client id (`-i`).
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
