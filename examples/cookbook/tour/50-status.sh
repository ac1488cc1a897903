# The exit status says what happened: 0, the broker has the message; 27, nobody rang within two seconds; 3, there is no
# broker on port 1.
#@ set +e
#@ got=$({

mqtt pub -t door/lamp -m on -q 1; echo "status $?"
mqtt sub door/bell -C 1 -W 2s; echo "status $?"
mqtt pub -t door/lamp -m on -p 1; echo "status $?"

#@ })
#@ test "$got" = "$(printf 'status %s\n' 0 27 3)"
