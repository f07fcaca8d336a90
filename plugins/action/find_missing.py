# GNU General Public License v3.0 or later (see LICENSE)
"""Asks a host what it lacks of what the role hypervisor installs. The documentation is in plugins/modules."""

import json
import shlex

from ansible_collections.piecewise.cloud.plugins.plugin_utils._builtin import BuiltinRunner
from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import TaskFailure, UntrustedAnswer

KINDS = ("packages", "modules", "services", "drivers")


class ActionModule(BuiltinRunner):
    def _run_task(self, args, task_vars):
        asked = {kind: args.get(kind) or [] for kind in KINDS}
        for kind, names in asked.items():
            if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
                raise TaskFailure("option '%s': must be a list of names" % kind)
        with open(self._find_needle("files", "missing.sh"), encoding="utf8") as file:
            script = file.read()
        words = [word for kind, names in asked.items() for word in [kind, *names]]
        command = "sh -s -- %s" % " ".join(map(shlex.quote, words))
        answer = self._run_builtin("command", {"cmd": command, "stdin": script}, task_vars)
        if answer.get("failed"):
            return answer
        missing = self._check_answer(missing_of, answer.get("stdout", ""), asked)
        kept = {name: answer[name] for name in ("warnings", "ansible_facts") if name in answer}
        return dict(kept, changed=False, missing=missing)


def missing_of(text, asked):
    """
    What a host says that it lacks. It can name nothing that it wasn't asked for.
    @param asked the names, by kind
    @raises UntrustedAnswer
    """
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or not all(isinstance(said.get(kind), list) for kind in asked):
        raise UntrustedAnswer("didn't say what is missing")
    return {kind: [name for name in names if name in said[kind]] for kind, names in asked.items()}
