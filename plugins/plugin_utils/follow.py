# GNU General Public License v3.0 or later (see LICENSE)
"""Follows a module whose work takes long, and shows how far it has come."""

import json
import shlex
import time

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

# Seconds between two looks: often at first, when it may be done soon.
PAUSES = [1, 1, 2, 2, 4]
PAUSE = 8

# What is known of a detached run, in one look: its result, how far it has come, or that it is gone.
LOOK = """
if [ -f {place}/result ]; then echo result; cat {place}/result
elif kill -0 {pid} 2>/dev/null; then echo progress; cat {place}/progress
elif [ -f {place}/result ]; then echo result; cat {place}/result
else echo gone; cat {place}/log; fi
"""


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
    if total:
        far = "%d %% of %s" % (100 * done / total, human(total))
    else:
        far = human(done)
    words = [far] + (["%s/s" % human(rate)] if rate else [])
    if total and rate:
        left = int((total - done) / rate)
        words.append("%d:%02d left" % (left // 60, left % 60))
    return "%s: %s" % (progress["what"], ", ".join(words))


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
        look = "sh -c %s" % shlex.quote(LOOK.format(place=shlex.quote(place), pid=int(pid)))
        pauses = iter(PAUSES)
        while True:
            time.sleep(next(pauses, PAUSE))
            answer = self._low_level_execute_command(look)
            # Through a terminal, which SSH may be asked for, lines end in a carriage return too.
            kind, _newline, text = answer["stdout"].replace("\r", "").strip().partition("\n")
            if kind == "result":
                self._low_level_execute_command("rm -rf %s" % shlex.quote(place))
                return json.loads(text)
            if kind != "progress":
                raise AnsibleActionFail(
                    "the work on the host ended without a result: %s" % (text or answer["stderr"]).strip()
                )
            if text:
                Display().display("%s: %s" % (host, described(json.loads(text))))
