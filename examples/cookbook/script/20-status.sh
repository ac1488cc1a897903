# Tell failures apart by the exit status.
#@ mqtt() { command mqtt "$@" -p 1; }
#@ got=$({

code=0
mqtt pub -t door -m open -q 1 || code=$?
case $code in
    0) echo 'delivered' ;;
    3) echo 'no broker there' ;;
    4 | 5) echo 'not allowed' ;;
    *) echo "unknown, status $code" ;;
esac

#@ })
#@ test "$got" = 'no broker there'
