# GNU General Public License v3.0 or later (see LICENSE)
"""Follows a module whose work takes long, and shows how far it has come."""

import json
import re
import shlex
import time

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

# Seconds between two looks: often at first, when it may be done soon.
PAUSES = [1, 1, 2, 2, 4]
PAUSE = 8

# Looks in a row that bring nothing: the connection may come back, and the work goes on without it.
MOST_FAILURES = 10

# What is known of a detached run, in one look: its result, how far it has come, or that it is gone. Its process is
# told by its environment, since another may have got its number, and one that ended may wait for somebody to notice.
LOOK = """
if [ -f {place}/result ]; then echo {mark} result; cat {place}/result
elif tr '\\000' '\\n' </proc/{pid}/environ 2>/dev/null | grep -qxF PIECEWISE_DETACHED={place}; then
  echo {mark} progress; cat {place}/progress 2>/dev/null
elif [ -f {place}/result ]; then echo {mark} result; cat {place}/result
else echo {mark} gone; cat {place}/log; fi; echo
echo {mark} end
"""
MARK = "piecewise-look"
# Others may write to the same terminal: what the system says as one logs in, sudo's complaints.
ANSWER = re.compile(r"^%s (result|progress|gone)$(.*?)^%s end$" % (MARK, MARK), re.MULTILINE | re.DOTALL)


def human(count):
    """Bytes in the largest unit that leaves more than one of it."""
    for unit in ["B", "KiB", "MiB", "GiB"]:
        if count < 1024:
            break
        count /= 1024.0
    else:
        unit = "TiB"
    return ("%.0f %s" if unit == "B" else "%.1f %s") % (count, unit)


def described(progress):
    """How far it is, for people: what, percent, rate and the time that is left."""
    done, total, rate = (progress.get(key) for key in ("done", "total", "rate"))
    if total and total >= done:
        far = "%d %% of %s" % (100 * done / total, human(total))
    else:
        far = human(done)
    words = [far] + (["%s/s" % human(rate)] if rate else [])
    if total and total >= done and rate:
        left = int((total - done) / rate)
        words.append("%d:%02d left" % (left // 60, left % 60))
    # A file's name may be made to speak to the terminal.
    what = "".join(char if char.isprintable() else "?" for char in progress["what"])
    return "%s: %s" % (what, ", ".join(words))


class Follower(ActionBase):
    """
    Runs the module of its own name. One that sees long work before it goes on with it by itself on the host, and says
    where it is followed; what is done soon is a task like any other.
    """

    def run(self, tmp=None, task_vars=None):
        self._supports_async = True
        result = super().run(tmp, task_vars)
        args = dict(self._task.args)
        wrap_async = self._task.async_val and not self._connection.has_native_async
        if not wrap_async and not self._task.check_mode:
            args["_ansible_piecewise_follow"] = True
        answer = self._execute_module(module_args=args, task_vars=task_vars, wrap_async=wrap_async)
        detached = answer.pop("piecewise_detached", None)
        if detached:
            answer = self._follow(detached["place"], detached["pid"], task_vars["inventory_hostname"])
        result.update(answer)
        if not wrap_async:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        return result

    def _follow(self, place, pid, host):
        look = "sh -c %s" % shlex.quote(LOOK.format(place=shlex.quote(place), pid=int(pid), mark=MARK))
        pauses = iter(PAUSES)
        while True:
            time.sleep(next(pauses, PAUSE))
            kind, text = self._look(look, place, pid, host)
            if kind == "result":
                self._low_level_execute_command("rm -rf %s" % shlex.quote(place))
                return json.loads(text)
            if kind == "gone":
                raise AnsibleActionFail("the work on the host ended without a result: %s" % text)
            if text and not self._task.no_log:
                Display().display("%s: %s" % (host, described(json.loads(text))))

    def _look(self, look, place, pid, host):
        """What a look brought: what kind of answer, and its text."""
        problem = ""
        for failures in range(MOST_FAILURES):
            if failures:
                time.sleep(PAUSE)
            try:
                answer = self._low_level_execute_command(look)
            except AnsibleConnectionFailure as error:
                problem = str(error)
                Display().warning("%s: can't be reached; what it does goes on there" % host)
                continue
            # Through a terminal, which SSH may be asked for, lines end in a carriage return too.
            found = ANSWER.search(answer["stdout"].replace("\r", ""))
            if found:
                return found.group(1), found.group(2).strip()
            problem = answer["stderr"].strip() or answer["stdout"].strip()
        raise AnsibleConnectionFailure(
            "%s; the work goes on there, as process %d: what came of it will be in %s" % (problem, int(pid), place)
        )
