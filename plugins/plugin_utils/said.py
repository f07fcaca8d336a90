# GNU General Public License v3.0 or later (see LICENSE)
"""
Judges what a host says. The controller trusts no host: what a check here doesn't know is refused, and a text of a host
is shown within bounds and without what a terminal would act on.
"""

import json
import re

# Characters of a host's text within an error.
MOST_SHOWN = 4096

# Where modules/lib/host/detached.ts puts a run. The directory for temporary files is any: the host chooses it.
PLACE = re.compile(r"(?:/run/piecewise-cloud/|(?:/\.?[A-Za-z0-9_@+-][A-Za-z0-9_.@+-]*){1,16}/piecewise-)run-[A-Za-z0-9]{6}")
# The kernel's own limit (proc(5), pid_max).
MOST_PID = 4194304

# What every module gives (modules/lib/ansible/run.ts), and of each item of a list. What else Ansible would act on, such
# as add_host and ansible_facts, none of ours gives.
ITEM = {
    "changed": bool,
    "failed": bool,
    "skipped": bool,
    "msg": str,
    "exception": str,
    "done": [str],
    "diff": [{"before_header": str, "after_header": str, "before": str, "after": str}],
}


class Failure(Exception):
    """Why a task fails, for people: an error of Ansible's own would come with a traceback."""


class Refused(Failure):
    """What a host says is nothing that a module of ours says; the text says why."""


def printable(said):
    """What a host says, its texts without what a terminal would act on: they may be shown."""
    if isinstance(said, list):
        return [printable(one) for one in said]
    if isinstance(said, dict):
        return {printable(name): printable(one) for name, one in said.items()}
    if not isinstance(said, str):
        return said
    return "".join(char if char.isprintable() or char in "\n\t" else "?" for char in said)


def shown(text, most=MOST_SHOWN):
    """A host's text within an error; of a long one its end."""
    text = text.strip()
    return printable("…" + text[-most:] if len(text) > most else text)


def answer(stdout):
    """
    The mapping in what a module printed: it is a line of its own, to which others may have added lines.
    @returns None where there is none, or more than one
    """
    lines = [line for line in stdout.splitlines() if line.lstrip().startswith("{")]
    try:
        return json.loads(lines[0]) if len(lines) == 1 else None
    except (ValueError, RecursionError):
        return None


def detached(said):
    """Where a run goes on, and its process. @raises Refused"""
    place, pid = (said.get("place"), said.get("pid")) if isinstance(said, dict) else (None, None)
    if not isinstance(place, str) or len(place) > 255 or not PLACE.fullmatch(place):
        raise Refused("says that the work goes on in a directory that is not one of ours")
    if type(pid) is not int or not 1 < pid <= MOST_PID:
        raise Refused("says that the work goes on as a process whose number is not valid")
    return place, pid


def result(data, returns):
    """
    Checks what a module gives.
    @param returns the fields of this module's own, with their shapes
    @returns the same, with nothing for the terminal in it
    @raises Refused
    """
    item = dict(ITEM, **returns)
    _check(data, dict(item, warnings=[str], results=[dict(item, item=str)]), "")
    return printable(data)


def _check(value, shape, where):
    """A shape is a type, a list with the shape of each item, or a mapping with those of keys; `*` is any other key."""
    if isinstance(shape, list):
        if not isinstance(value, list):
            raise Refused("answered with %s of a wrong type" % where)
        for one in value:
            _check(one, shape[0], where)
    elif isinstance(shape, dict):
        if not isinstance(value, dict):
            raise Refused("answered with %s of a wrong type" % where)
        for name, inner in value.items():
            inside = shape.get(name, shape.get("*"))
            if inside is None:
                raise Refused("answered with '%s', which this module never gives" % shown(name, 64))
            _check(inner, inside, "a '%s'" % shown(name, 64))
    elif type(value) is not shape or (shape is str and not _is_text(value)):
        raise Refused("answered with %s of a wrong type" % where)


def _is_text(value):
    # JSON can say half a character, which can't be written anywhere.
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
