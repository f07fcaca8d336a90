# GNU General Public License v3.0 or later (see LICENSE)
"""
Runs modules of Ansible itself on a host. Ansible would take facts from what the host answers, and these override the variables of the
inventory, so only what the module is known to return is passed on.
"""

import json

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.loader import action_loader
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.piecewise.cloud.plugins.plugin_utils import _host_answer as host_answer
from ansible_collections.piecewise.cloud.plugins.plugin_utils._runner import Runner

MODULES = ("apt", "command", "copy", "file", "find", "systemd")

# Most characters of each text, and most items of a list.
MOST_TEXT = 65536
MOST_ITEMS = 10000
MOST_WARNINGS = 20

# What is passed on of a result, besides `diff` and `warnings`.
SHAPE = {
    "changed": bool,
    "failed": bool,
    "skipped": bool,
    "msg": str,
    "rc": int,
    "stdout": str,
    "stderr": str,
    # What was printed in place of a result, by a host without Python.
    "module_stdout": str,
    "module_stderr": str,
    "files": [{"path": str}],
}
DIFF = ("before_header", "after_header", "before", "after", "prepared")

# The key of the fact by which Ansible itself remembers where the host has Python.
PYTHON = "discovered_interpreter_python"


class BuiltinRunner(Runner):
    """An action that runs modules of Ansible itself."""

    def _run_builtin(self, module, args, task_vars):
        """Runs one of MODULES as a task of its own does. @returns what is known of its result. @raises host_answer.TaskFailure"""
        if self._wrapped:
            raise host_answer.TaskFailure("a task with 'async' and 'poll: 0' can't check the answer of the host: leave out 'async'")
        if module == "command" and "cmd" in args:
            # Ansible renames it when it reads a task.
            args = {"_raw_params" if name == "cmd" else name: one for name, one in args.items()}
        task = self._task.copy()
        task.action, task.args = "ansible.builtin.%s" % module, args
        parts = {
            "task": task,
            "connection": self._connection,
            "play_context": self._play_context,
            "loader": self._loader,
            "templar": self._templar,
            "shared_loader_obj": self._shared_loader_obj,
        }
        handler = action_loader.get(task.action, **parts) or action_loader.get("ansible.legacy.normal", **parts)
        facts = task_vars.get("ansible_facts")
        before = PYTHON in facts if isinstance(facts, dict) else True
        try:
            answer = handler.run(task_vars=task_vars)
        except AnsibleConnectionFailure:
            raise
        except Exception as reason:  # an odd answer may break Ansible's own plugin in any way
            raise host_answer.TaskFailure("%s: %s" % (module, host_answer.excerpt(str(reason)))) from None
        known = wrap_var(self._check_answer(known_result, answer))
        if not before and PYTHON in facts:
            # Ansible has found it by its own look, and would look again for each task.
            known["ansible_facts"] = {PYTHON: facts[PYTHON]}
        return known


def known_result(answer):
    """What is known of a module's result, within bounds and without control characters. @raises host_answer.UntrustedAnswer"""
    known = {name: answer[name] for name in SHAPE if answer.get(name) is not None}
    if isinstance(known.get("files"), list):
        known["files"] = [{"path": one.get("path")} if isinstance(one, dict) else one for one in known["files"][: MOST_ITEMS + 1]]
        if len(known["files"]) > MOST_ITEMS:
            raise host_answer.UntrustedAnswer("answered with more than %d files" % MOST_ITEMS)
    known = host_answer.check_shape(known, SHAPE)
    known = {name: host_answer.excerpt(one, MOST_TEXT) if isinstance(one, str) else one for name, one in known.items()}
    for name, read in (("diff", _diffs), ("warnings", _warnings)):
        if answer.get(name):
            known[name] = read(answer[name])
    return known


def _warnings(given):
    given = given if isinstance(given, list) else [given]
    return [host_answer.line_of(one) for one in given[:MOST_WARNINGS] if isinstance(one, str)]


def _diffs(given):
    given = given if isinstance(given, list) else [given]
    return [{name: _diff_text(one[name]) for name in DIFF if name in one} for one in given[:MOST_WARNINGS] if isinstance(one, dict)]


def _diff_text(value):
    """As Ansible shows it: a mapping as JSON."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, indent=4, default=str) + "\n"
    return host_answer.printable(text[:MOST_TEXT])
