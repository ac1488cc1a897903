# Let Docker watch a broker in a container. `|| exit 1`: Docker reserves the other statuses.
#@ rm -f Dockerfile
echo 'HEALTHCHECK CMD mqtt check -t check/me -q 1 -W 5s || exit 1' >> Dockerfile
#@ sh -c "$(sed 's/^HEALTHCHECK CMD //' Dockerfile)" > /dev/null
#@ code=0
#@ sh -c "$(sed 's/^HEALTHCHECK CMD mqtt check/mqtt check -p 1/' Dockerfile)" > /dev/null 2>&1 || code=$?
#@ test $code = 1
