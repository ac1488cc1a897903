# Do the next thing only if the message was delivered.
#@ mkdir done
#@ echo '{}' > job.json

mqtt pub -t jobs -f job.json -q 1 && mv job.json done/

#@ test -e done/job.json
