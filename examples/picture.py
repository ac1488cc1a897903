#!/usr/bin/env python3
"""Draws the picture of the README: runs the commands below in a terminal of its own, and writes what appears as SVG.

    BLESS=1 cargo test --test it picture

writes examples/picture.svg. The same test, without BLESS, draws it anew and compares. By itself this needs MQTT_URL, an
empty broker there, and mqtt and jq in PATH; it writes to standard output.
"""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from html import escape
from urllib.parse import urlsplit

COMMANDS = [
    "mqtt pub -t sensors/hall -m 21.5 -r",
    "mqtt pub -t sensors/roof -m '{\"celsius\": -2.5}' -r",
    "mqtt sub 'sensors/#' -v --retained-only",
    "mqtt sub sensors/roof -C 1 --json --parse-json | jq .payload_json.celsius",
    'seq 200 | mqtt pub -t log -l -q 1; echo "status $?"',
    'mqtt sub door/bell -C 1 -W 1s; echo "status $?"',
    'mqtt pub -t door -m open -h localhost -p 1; echo "status $?"',
    "mqtt clear-retained 'sensors/#'",
]

COLUMNS = 84
FONT = 14
CHAR = FONT * 0.602
LINE = 20
MARGIN = 18

# GitHub shows the picture on white and on black.
STYLE = """
    .screen { fill: #f6f8fa; stroke: #d1d9e0 }
    text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1f2328; white-space: pre }
    .prompt { fill: #1a7f37 } .bold { font-weight: bold } .dim { opacity: 0.7 }
    .c31 { fill: #cf222e } .c32 { fill: #1a7f37 } .c33 { fill: #9a6700 } .c34 { fill: #0969da } .c35 { fill: #8250df } .c36 { fill: #1b7c83 }
    @media (prefers-color-scheme: dark) {
      .screen { fill: #151b23; stroke: #3d444d }
      text { fill: #d1d7e0 } .prompt { fill: #3fb950 }
      .c31 { fill: #ff7b72 } .c32 { fill: #3fb950 } .c33 { fill: #d29922 } .c34 { fill: #79c0ff } .c35 { fill: #d2a8ff } .c36 { fill: #56d4dd }
    }
"""


def run(line: str) -> str:
    """What a person sees who types the line."""
    terminal, inner = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color"}
    shell = subprocess.Popen(["sh", "-c", line], stdin=inner, stdout=inner, stderr=inner, env=environment)
    os.close(inner)
    seen = b""
    while True:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # Linux says so where others say that it is the end.
            break
        if not chunk:
            break
        seen += chunk
    shell.wait()
    os.close(terminal)
    return seen.decode().replace("\r\n", "\n")


def after(code: str, classes: set) -> set:
    """The classes in effect after this code of an SGR escape."""
    coloured = {name for name in classes if name.startswith("c")}
    if code in ("", "0"):
        return set()
    if code in ("1", "2"):
        return classes | {{"1": "bold", "2": "dim"}[code]}
    if code == "22":
        return classes - {"bold", "dim"}
    if code == "39":
        return classes - coloured
    if re.fullmatch("3[1-6]", code):
        return classes - coloured | {f"c{code}"}
    sys.exit(f"picture.py knows no colour {code}")


def spans(line: str) -> str:
    """A line with its colours: the SGR escapes, made into classes."""
    classes = set()
    made = ""
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        codes = re.fullmatch(r"\x1b\[([0-9;]*)m", part)
        if not codes:
            name = " ".join(sorted(classes))
            made += f'<tspan class="{name}">{escape(part)}</tspan>' if part and name else escape(part)
            continue
        for code in codes[1].split(";"):
            classes = after(code, classes)
    return made


def draw(lines: list) -> str:
    width = round(COLUMNS * CHAR + 2 * MARGIN)
    height = len(lines) * LINE + 2 * MARGIN
    texts = "\n".join(
        f'  <text xml:space="preserve" x="{MARGIN}" y="{MARGIN + number * LINE + FONT}">{line}</text>'
        for number, line in enumerate(lines)
        if line
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">\n'
        f"  <title>mqtt in a terminal</title>\n  <style>{STYLE}  </style>\n"
        f'  <rect class="screen" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8"/>\n{texts}\n</svg>'
    )


def main() -> None:
    port = urlsplit(os.environ["MQTT_URL"]).port
    lines = []
    for command in COMMANDS:
        lines.append(f'<tspan class="prompt">$</tspan> {escape(command)}')
        # The port is another one each time.
        output = run(command).replace(f"127.0.0.1:{port}", "localhost:1883")
        lines.extend(spans(line) for line in output.splitlines())
    print(draw(lines))


main()
