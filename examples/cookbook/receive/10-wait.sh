# Wait for a message, but no longer than a minute. Status 27 means that none came.
#@ mqtt pub -t door/bell -m ring --repeat 600 --interval 100ms &
#@ got=$({

mqtt sub -t door/bell -C 1 -W 1m || echo "nobody came, status $?"

#@ })
#@ test "$got" = ring
#@ code=0
#@ mqtt sub -t door/knocker -C 1 -W 300ms || code=$?
#@ test $code = 27
