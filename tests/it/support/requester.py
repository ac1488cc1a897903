"""Asks once, as anybody's program would, and prints the answer: paho-mqtt 1 or 2, on the broker at PORT, speaking VERSION
(5 or 3). Before MQTT 5 the answer is expected on `answers`.
"""

import sys

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

PORT, VERSION = int(sys.argv[1]), int(sys.argv[2])
TOPIC = "answers/paho" if VERSION == 5 else "answers"


def on_connect(client, *_):
    client.subscribe(TOPIC, qos=1)


def on_subscribe(client, *_):
    if VERSION == 5:
        properties = Properties(PacketTypes.PUBLISH)
        properties.ResponseTopic = TOPIC
        properties.CorrelationData = b"\x00\xff"
        client.publish("rpc", b"hello", qos=1, properties=properties)
    else:
        client.publish("rpc", b"hello", qos=1)


def on_message(client, _, answer):
    if VERSION != 5 or answer.properties.CorrelationData == b"\x00\xff":
        print(answer.payload.decode(), flush=True)
        client.disconnect()


# The second generation wants to be told which callbacks these are.
callbacks = [mqtt.CallbackAPIVersion.VERSION2] if hasattr(mqtt, "CallbackAPIVersion") else []
client = mqtt.Client(*callbacks, protocol=mqtt.MQTTv5 if VERSION == 5 else mqtt.MQTTv311)
client.on_connect, client.on_subscribe = on_connect, on_subscribe
client.on_message = on_message
client.connect("127.0.0.1", PORT)
client.loop_forever()
