"""The Paho client of the benchmarks: short programs, as people write them with that library.

    with_paho.py lines PORT QOS            publish each line of standard input
    with_paho.py one PORT QOS              publish one message
    with_paho.py sub PORT QOS COUNT        print COUNT messages

For paho-mqtt 1 and 2. Whether everything arrived is for the peer and the runner to find out.
"""

import sys
from collections import deque

from paho.mqtt import client as paho
from paho.mqtt import publish

HOST = "127.0.0.1"
TOPIC = "bench/topic"
FILTER = "bench/#"

# Paho refuses a message where 65,535 are not finished: it has no number left for it.
UNFINISHED = 10_000


def client() -> paho.Client:
    # paho-mqtt 2 wants to be told that these callbacks are not those of version 1.
    callbacks = getattr(paho, "CallbackAPIVersion", None)
    return paho.Client(callbacks.VERSION2) if callbacks else paho.Client()


def publish_lines(port: int, qos: int) -> None:
    publisher = client()
    publisher.connect(HOST, port)
    publisher.loop_start()
    unfinished = deque()
    for line in sys.stdin.buffer:
        unfinished.append(publisher.publish(TOPIC, line.rstrip(b"\n"), qos))
        if len(unfinished) > UNFINISHED:
            unfinished.popleft().wait_for_publish()
    for message in unfinished:
        message.wait_for_publish()
    publisher.disconnect()
    publisher.loop_stop()


def publish_one(port: int, qos: int) -> None:
    publish.single("a", "hello", qos, hostname=HOST, port=port)


def subscribe(port: int, qos: int, count: int) -> None:
    output = sys.stdout.buffer
    left = count

    def take(subscriber, _userdata, message):
        nonlocal left
        output.write(message.payload + b"\n")
        left -= 1
        if left == 0:
            subscriber.disconnect()

    subscriber = client()
    subscriber.on_connect = lambda subscriber, *_: subscriber.subscribe(FILTER, qos)
    subscriber.on_message = take
    subscriber.connect(HOST, port)
    subscriber.loop_forever()


what, *numbers = sys.argv[1:]
{"lines": publish_lines, "one": publish_one, "sub": subscribe}[what](*map(int, numbers))
