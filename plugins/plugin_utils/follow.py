# GNU General Public License v3.0 or later (see LICENSE)
"""Follows a module whose work takes long, and shows how far it has come."""

import shlex
import time

from ansible.errors import AnsibleConnectionFailure
from ansible.utils.display import Display

from ansible_collections.piecewise.cloud.plugins.plugin_utils import said
from ansible_collections.piecewise.cloud.plugins.plugin_utils.aside import Aside, answered
from ansible_collections.piecewise.cloud.plugins.plugin_utils.progress import described, progress
from ansible_collections.piecewise.cloud.plugins.plugin_utils.runner import MOST_RESULT, Runner

# Seconds between two looks: often at first, when it may be done soon.
PAUSES = [1, 1, 2, 2, 4]
PAUSE = 8

# Characters that are read of what a host says beside results.
MOST_TEXT = 4096

# What is known of a detached run, in one look: its result, how far it has come, or that it is gone. Its process is
# told by its environment, since another may have got its number, and one that ended may wait for somebody to notice.
LOOK = """
if [ -f {place}/result ]; then echo {mark} result; head -c {most} {place}/result
elif tr '\\000' '\\n' </proc/{pid}/environ 2>/dev/null | grep -qxF PIECEWISE_DETACHED={place}; then
  echo {mark} progress; head -c {text} {place}/progress 2>/dev/null
elif [ -f {place}/result ]; then echo {mark} result; head -c {most} {place}/result
else echo {mark} gone; tail -c {text} {place}/log; fi; echo
echo {mark} end
"""
MARK = "piecewise-look"


def found(stdout):
    """
    The kind of answer that a look brought, and its text; None when there is none. Others may write to the same
    terminal: what the system says as one logs in, sudo's complaints.
    """
    # Through a terminal, which SSH may be asked for, lines end in a carriage return too.
    text = "\n" + stdout.replace("\r", "")
    for kind in ("result", "progress", "gone"):
        _, begun, rest = text.partition("\n%s %s\n" % (MARK, kind))
        inside, ended, _ = rest.partition("\n%s end" % MARK)
        if begun and ended:
            return kind, inside.strip()
    return None


class Follower(Runner):
    """
    Runs a module that may go on by itself on the host, which one does that sees long work before it, and says where it
    is followed; what is done soon is a task like any other.
    """

    # Seconds without any progress after which the task fails: all the room of a large disk is taken in one.
    SILENCE = 24 * 3600
    # Looks in a row that bring nothing: the connection may come back, and the work goes on without it.
    MOST_FAILURES = 10

    # Whether the module may detach its work.
    _asks = False

    def _answered(self, args, task_vars):
        self._asks = not self._wrapped and not self._task.check_mode
        if not self._wrapped:
            args["_ansible_piecewise_follow"] = True
        return super()._answered(args, task_vars)

    def _found(self, res):
        data = super()._found(res)
        if not data or not self._asks or "piecewise_detached" not in data:
            return data
        text = self._follow(*self._judged(said.detached, data["piecewise_detached"]))
        return super()._found({"stdout": text, "stderr": "", "rc": 0})

    def _follow(self, place, pid):
        """Waits for a detached run. @returns its result as it left it"""
        bounds = {"most": MOST_RESULT + 1, "text": MOST_TEXT}
        look = "sh -c %s" % shlex.quote(LOOK.format(place=place, pid=pid, mark=MARK, **bounds))
        pauses = iter(PAUSES)
        last, heard = None, time.monotonic()
        while True:
            time.sleep(next(pauses, PAUSE))
            kind, text = self._look(look, place, pid)
            if kind == "result":
                # What the work has come to is known, whatever becomes of its directory.
                Aside(self._low_level_execute_command, "rm -rf -- %s" % place).done(self.PATIENCE)
                return text
            if kind == "gone":
                raise said.Failure("the work on the host ended without a result: %s" % said.shown(text))
            now = progress(text[:MOST_TEXT])
            if now and now != last:
                last, heard = now, time.monotonic()
                if not self._task.no_log:
                    Display().display("%s: %s" % (self._host, described(now)))
            if time.monotonic() - heard > self.SILENCE:
                raise said.Failure(
                    "the work on the host has said nothing for %d s, and its process %d is still there: look what it "
                    "waits for; how far it is, its log and its result are in %s" % (self.SILENCE, pid, place)
                )

    def _look(self, look, place, pid):
        """What a look brought: what kind of answer, and its text."""
        problem = ""
        for failures in range(self.MOST_FAILURES):
            if failures:
                time.sleep(PAUSE)
            try:
                answer = answered(self.PATIENCE, self._low_level_execute_command, look)
            except AnsibleConnectionFailure as error:
                problem = str(error)
                Display().warning("%s: can't be reached; what it does goes on there" % self._host)
                continue
            kind = found(answer["stdout"])
            if kind:
                return kind
            problem = answer["stderr"].strip() or answer["stdout"].strip()
        raise AnsibleConnectionFailure(
            "%s; the work goes on there, as process %d: what came of it will be in %s"
            % (said.shown(problem), pid, place)
        )
