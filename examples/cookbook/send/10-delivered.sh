# Move a job away only after the broker has acknowledged it.

mkdir -p done
echo '{"print":"report.pdf"}' > job.json
mqtt pub -t jobs -f job.json -q 1 && mv job.json done/

#@ test -e done/job.json
#@ test ! -e job.json
