# GNU General Public License v3.0 or later (see LICENSE)
"""
What a run has collected of its hosts, in Ansible's main process. Its workers are forks of that process, so a task sees what all
tasks before it have left.
"""

import os

from ansible_collections.piecewise.cloud.plugins.plugin_utils._drift import MOST_DIFFS, drift_of
from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import excerpt

# Most objects of a host, and most characters of their diffs.
MOST_OBJECTS = 5000
MOST_TEXT = 16 * 1024**2


class Collected:
    """What would change on each host, and why not all of it is known."""

    def __init__(self):
        # Whether a play has been collected.
        self.active = False
        self._drift = {}
        self._text = {}
        self._problems = {}
        # Of the terminal, which a worker doesn't have; None without one.
        self.columns = _columns()

    def drift(self, host):
        """What would change on a host: a list of mappings, see `drift_of`."""
        return list(self._drift.get(host, {}).values())

    def problems(self, host):
        """Why not everything is known of a host: a list of texts."""
        return list(self._problems.get(host, {}))

    def add_result(self, host, task, action, result):
        """Adds what a task would change, and what it couldn't check."""
        for text in _unchecked(result):
            self._add_problem(host, text)
        found = self._drift.setdefault(host, {})
        for drift in drift_of(task, action, result):
            length = sum(len(diff["before"]) + len(diff["after"]) for diff in drift["diffs"])
            self._text[host] = self._text.get(host, 0) + length
            if len(found) >= MOST_OBJECTS or self._text[host] > MOST_TEXT:
                self._add_problem(host, "more would change than is shown here")
                return
            # Two roles may change one bridge.
            same = found.setdefault((drift["kind"], drift["name"]), drift)
            if same is not drift and len(same["diffs"]) < MOST_DIFFS:
                new = [text for text in drift["changes"] if text not in same["changes"]]
                same["changes"] += new
                same["diffs"] += drift["diffs"] if new else []

    def add_failure(self, host, task, action, result):
        """Adds why a task failed, and what it would change."""
        self._add_problem(host, "%s: %s" % (task.rpartition(" : ")[2], _message(result)))
        self.add_result(host, task, action, result)

    def add_unreachable(self, host, result):
        """Adds that a host is unreachable."""
        self._add_problem(host, "unreachable: %s" % _message(result))

    def _add_problem(self, host, text):
        self._problems.setdefault(host, {})[text] = True


def _columns():
    try:
        return os.get_terminal_size(1).columns or None
    except OSError:
        return None


def _unchecked(result):
    """Why check mode couldn't tell what a task would change."""
    items = result.get("results")
    for one in [result, *(items if isinstance(items, list) else [])]:
        if isinstance(one, dict) and isinstance(one.get("unchecked"), str):
            yield excerpt(one["unchecked"], 1000)


def _message(result):
    items = result.get("results")
    for one in [*(items if isinstance(items, list) else []), result]:
        if isinstance(one, dict) and one.get("failed", one is result) and isinstance(one.get("msg"), str):
            return excerpt(one["msg"], 1000)
    return "failed"


COLLECTED = Collected()
