"""Answers one request, as anybody's program would: paho-mqtt 1 or 2, on the broker at PORT, speaking VERSION (5 or 3).

With MQTT 5 the answer goes where the request says, and a reply to somebody else goes first; before, to `answers`.
"""

import sys

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

PORT, VERSION = int(sys.argv[1]), int(sys.argv[2])

# Answers that the broker has yet to acknowledge.
unconfirmed = 2 if VERSION == 5 else 1


def on_connect(client, *_):
    client.subscribe("ask", qos=1)


def on_subscribe(*_):
    print("ready", flush=True)


def on_message(client, _, request):
    answer = request.payload.upper()
    if VERSION == 5:
        topic = request.properties.ResponseTopic
        properties = Properties(PacketTypes.PUBLISH)
        properties.CorrelationData = b"somebody else's"
        client.publish(topic, b"foreign", qos=1, properties=properties)
        properties.CorrelationData = request.properties.CorrelationData
        client.publish(topic, answer, qos=1, properties=properties)
    else:
        client.publish("answers", answer, qos=1)


def on_publish(client, *_):
    global unconfirmed
    unconfirmed -= 1
    if unconfirmed == 0:
        client.disconnect()


# The second generation wants to be told which callbacks these are.
callbacks = [mqtt.CallbackAPIVersion.VERSION2] if hasattr(mqtt, "CallbackAPIVersion") else []
client = mqtt.Client(*callbacks, protocol=mqtt.MQTTv5 if VERSION == 5 else mqtt.MQTTv311)
client.on_connect, client.on_subscribe = on_connect, on_subscribe
client.on_message, client.on_publish = on_message, on_publish
client.connect("127.0.0.1", PORT)
client.loop_forever()
