# GNU General Public License v3.0 or later (see LICENSE)
"""Follows a module whose work takes long, and shows its progress."""

import shlex
import time

from ansible.errors import AnsibleConnectionFailure
from ansible.utils.display import Display

from ansible_collections.piecewise.cloud.plugins.plugin_utils import _host_answer as host_answer
from ansible_collections.piecewise.cloud.plugins.plugin_utils._background import BackgroundCall, call_with_timeout
from ansible_collections.piecewise.cloud.plugins.plugin_utils._progress import describe, parse_progress
from ansible_collections.piecewise.cloud.plugins.plugin_utils._runner import MOST_RESULT, Runner

# Seconds between two reads of the status: short at first, since the work may be done soon.
PAUSES = [1, 1, 2, 2, 4]
PAUSE = 8

# Most characters that are read of anything but a result.
MOST_TEXT = 4096

# Reads the status of a detached run: its result, its progress, or that it ended without a result ("gone"). Its process is
# recognised by its environment, since its number may be reused, and a process that ended may stay as a zombie.
STATUS = """
if [ -f {directory}/result ]; then echo {mark} result; head -c {most} {directory}/result
elif tr '\\000' '\\n' </proc/{pid}/environ 2>/dev/null | grep -qxF PIECEWISE_DETACHED={directory}; then
  echo {mark} progress; head -c {text} {directory}/progress 2>/dev/null
elif [ -f {directory}/result ]; then echo {mark} result; head -c {most} {directory}/result
else echo {mark} gone; tail -c {text} {directory}/log; fi; echo
echo {mark} end
"""
MARK = "piecewise-look"


def parse_status(stdout):
    """
    The kind of a status (result, progress or gone) and its text; None when there is none. Other programs may write to the
    same terminal: the message of the day, sudo's warnings.
    """
    # With a terminal (ssh -t) lines end in a carriage return too.
    text = "\n" + stdout.replace("\r", "")
    for kind in ("result", "progress", "gone"):
        begun, rest = text.partition("\n%s %s\n" % (MARK, kind))[1:]
        inside, ended = rest.partition("\n%s end" % MARK)[:2]
        if begun and ended:
            return kind, inside.strip()
    return None


class Follower(Runner):
    """
    Runs a module that detaches itself on the host when its work is long, and answers where its status is. A module whose
    work is short runs as usual.
    """

    # Seconds without progress after which the task fails. Preallocation of a large disk is one step without progress.
    SILENCE = 24 * 3600
    # Failed reads of the status in a row after which the task fails. The work continues while the connection is down.
    MOST_FAILURES = 10

    # Whether the module may detach its work.
    _may_detach = False

    def _run_task(self, args, task_vars):
        self._may_detach = not self._wrapped and not self._task.check_mode
        if not self._wrapped:
            args["_ansible_piecewise_follow"] = True
        return super()._run_task(args, task_vars)

    def _find_result(self, res):
        data = super()._find_result(res)
        if not data or not self._may_detach or "piecewise_detached" not in data:
            return data
        text = self._follow(*self._check_answer(host_answer.check_detached, data["piecewise_detached"]))
        return super()._find_result({"stdout": text, "stderr": "", "rc": 0})

    def _follow(self, directory, pid):
        """Waits for a detached run. @returns its result, as text"""
        bounds = {"most": MOST_RESULT + 1, "text": MOST_TEXT}
        look = "sh -c %s" % shlex.quote(STATUS.format(directory=directory, pid=pid, mark=MARK, **bounds))
        pauses = iter(PAUSES)
        last, since = None, time.monotonic()
        while True:
            time.sleep(next(pauses, PAUSE))
            kind, text = self._read_status(look, directory, pid)
            if kind == "result":
                # The result is known, so it doesn't matter whether its directory can be removed.
                BackgroundCall(self._low_level_execute_command, "rm -rf -- %s" % directory).wait(self.PATIENCE)
                return text
            if kind == "gone":
                raise host_answer.TaskFailure("the work on the host ended without a result: %s" % host_answer.excerpt(text))
            now = parse_progress(text[:MOST_TEXT])
            if now and now != last:
                last, since = now, time.monotonic()
                if not self._task.no_log:
                    Display().display("%s: %s" % (self._host, describe(now)))
            if time.monotonic() - since > self.SILENCE:
                raise host_answer.TaskFailure(
                    "the work on the host has made no progress for %d s, and its process %d still runs: see what "
                    "blocks it. Its progress, its log and its result are in %s" % (self.SILENCE, pid, directory)
                )

    def _read_status(self, look, directory, pid):
        """Reads the status. @returns its kind, and its text"""
        problem = ""
        for failures in range(self.MOST_FAILURES):
            if failures:
                time.sleep(PAUSE)
            try:
                answer = call_with_timeout(self.PATIENCE, self._low_level_execute_command, look)
            except AnsibleConnectionFailure as error:
                problem = str(error)
                Display().warning("%s: can't be reached; the work continues on the host" % self._host)
                continue
            kind = parse_status(answer["stdout"])
            if kind:
                return kind
            problem = answer["stderr"].strip() or answer["stdout"].strip()
        raise AnsibleConnectionFailure(
            "%s; the work continues on the host as process %d: its result will be in %s"
            % (host_answer.excerpt(problem), pid, directory)
        )
