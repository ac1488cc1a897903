# Tell failures apart by the exit status.
#@ mqtt() { command mqtt "$@" -p 1; }
#@ got=$({

status=0
mqtt pub -t door -m open -q 1 || status=$?
case $status in
    0) echo 'delivered' ;;
    3) echo 'no broker there' ;;
    4 | 5) echo 'not allowed' ;;
    *) echo 'nobody knows' ;;
esac

#@ })
#@ test "$got" = 'no broker there'
