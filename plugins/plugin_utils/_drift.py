# GNU General Public License v3.0 or later (see LICENSE)
"""What the results of tasks in check mode say that a run would change, object by object. No result is trusted."""

import json
import re
from collections import Counter

from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import line_of, printable

# The kind of objects that each module of a role is for: the variable that declares them.
LISTS = {"vm": "vms", "network": "networks", "image": "images"}
TOPOLOGIES = ("ovs_topology", "ovs_overlay")

# What a change of Open vSwitch is called (modules/lib/ovs/plan): `change port web1`, `add VLAN bridge br10`.
OF_OVS = re.compile(r"(?:add|change|remove) (?P<noun>[\w -]+) (?P<name>\S+)")
# Of the host (modules/lib/link): the interface of a port, and its file.
OF_LINK = re.compile(r"configure interface (?P<name>\S+)|/\S*/(?:\d+-)?(?:ovs_port_|piecewise-)(?P<file>\S+?)(?:\.network)?")

# An element on a line of its own. A host's XML is not parsed: its entities could fill the memory.
ELEMENT = re.compile(r"^ *<(\w+)(?: [^<>]*)?>([^<>]*)</\1>$", re.MULTILINE)

# The most options that are named in one line.
MOST_WORDS = 8

# Most characters of each side of a diff, diffs of an object, and objects of a task.
MOST_DIFF = 64 * 1024
MOST_DIFFS = 100
MOST_OBJECTS = 2000


def drift_of(task, action, result):
    """
    What a task would change.
    @param task its name
    @param action its module
    @param result of check mode
    @returns a list of mappings: `kind` (the variable that declares the object, or `hypervisor`), `name`, `changes` (a list of texts
      of one line), `diffs` (a list of mappings: `title`, `before`, `after`)
    """
    if not isinstance(result, dict) or not result.get("changed"):
        return []
    module = action.rpartition(".")[2] if action.startswith("piecewise.cloud.") else None
    diffs = _diffs(result)
    if module in LISTS and isinstance(result.get("results"), list):
        changed = [one for one in result["results"][:MOST_OBJECTS] if isinstance(one, dict) and one.get("changed")]
        return [_object(LISTS[module], _name(one), _diffs(one)) for one in changed]
    if module in TOPOLOGIES and diffs:
        return _of_topology(diffs)
    kind = LISTS.get(module) or ("ovs" if module in TOPOLOGIES else "hypervisor")
    name = task.rpartition(" : ")[2]
    return [
        {
            "kind": kind,
            "name": name,
            "changes": [name if text is None else text for text in _messages(result)],
            "diffs": [diff for diff in diffs if diff["before"] or diff["after"]],
        }
    ]


def _object(kind, name, diffs):
    return {"kind": kind, "name": name, "changes": [_words(diff) for diff in diffs], "diffs": diffs}


def _name(result):
    name = result.get("item")
    return line_of(name, 255) if isinstance(name, str) else "?"


def _diffs(result):
    found = result.get("diff") or []
    return [_diff(one) for one in (found if isinstance(found, list) else [found])[:MOST_DIFFS] if isinstance(one, dict)]


def _diff(one):
    title = one.get("before_header") or one.get("after_header") or ""
    sides = {side: one[side] if isinstance(one.get(side), str) else "" for side in ("before", "after")}
    return {"title": line_of(str(title)), **{side: printable(text[:MOST_DIFF]) for side, text in sides.items()}}


def _words(diff):
    """A change as a line: its title, and the options that change where both sides are options."""
    before, after = (_mapping(diff[side]) or _elements(diff[side]) for side in ("before", "after"))
    if not before or not after:
        return diff["title"]
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    words = ["%s: %s -> %s" % (key, _value(before, key), _value(after, key)) for key in keys[: MOST_WORDS + 1]]
    return line_of("%s (%s)" % (diff["title"], ", ".join(words)), 1000) if 0 < len(words) <= MOST_WORDS else diff["title"]


def _mapping(text):
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _elements(text):
    """The texts of the elements in an XML document that are the only ones of their name."""
    found = ELEMENT.findall(text)
    count = Counter(name for name, value in found)
    return {name: value for name, value in found if count[name] == 1}


def _value(options, key):
    if key not in options:
        return "unset"
    try:
        return line_of(json.dumps(options[key], sort_keys=True), 100)
    except (ValueError, RecursionError):
        return "?"


def _of_topology(diffs):
    """The changes of bridges and ports, each object's together."""
    objects = {}
    for diff in diffs:
        objects.setdefault(_object_of(diff["title"]), []).append(diff)
    return [_object(kind, name, some) for (kind, name), some in objects.items()]


def _object_of(title):
    """The kind and the name of what a title is about."""
    row, link = OF_OVS.fullmatch(title), OF_LINK.fullmatch(title)
    if row:
        return ("ovs_bridges" if "bridge" in row["noun"] else "ovs_ports", row["name"])
    return ("ovs_ports", link["name"] or link["file"]) if link else ("ovs", title)


def _messages(result):
    """What a module of Ansible's says, for each item of a loop that changes; None where it says nothing."""
    items = result.get("results")
    if isinstance(items, list):
        changed = [one for one in items[:MOST_OBJECTS] if isinstance(one, dict) and one.get("changed")]
        return [line_of(str(one.get("item", ""))) or None for one in changed] or [None]
    message = result.get("msg")
    return [line_of(message) or None] if isinstance(message, str) else [None]
