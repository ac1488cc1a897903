# The exit status says what happened.
#@ set +e
#@ got=$({

mqtt pub -t door/lamp -m on -q 1; echo "status $?"         # 0: the broker has it
mqtt sub door/bell -C 1 -W 2s; echo "status $?"            # 27: in two seconds nobody rang
mqtt pub -t door/lamp -m on -p 1; echo "status $?"         # 3: there is no broker at port 1

#@ })
#@ test "$got" = "$(printf 'status %s\n' 0 27 3)"
