# Wait until a job is done, but no longer than ten minutes. Status 27 means that it was not done in time.
#@ rm -f ready
#@ {
#@     until grep -qs '"event":"subscribe"' ready; do sleep 0.1; done
#@     printf '{"state":"%s"}\n' queued running done later | mqtt pub -t job/42/status -l -q 1
#@ } &
#@ mqtt() { command mqtt "$@" --events ready; }

mqtt sub job/42/status --until '.state == "done"' -W 10m > states

#@ test "$(tail -n 1 states)" = '{"state":"done"}'
