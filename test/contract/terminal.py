"""
Runs a command in a terminal of its own, and shows what it prints. When a text has appeared, Ctrl-C is pressed.
usage: terminal.py TEXT COMMAND...
"""

import os
import pty
import sys

pid, master = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
output = b""
pressed = False
while True:
    try:
        data = os.read(master, 65536)
    except OSError:
        break
    if not data:
        break
    output += data
    if not pressed and sys.argv[1].encode() in output:
        os.write(master, b"\x03")
        pressed = True
sys.stdout.buffer.write(output)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
