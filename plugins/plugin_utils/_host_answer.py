# GNU General Public License v3.0 or later (see LICENSE)
"""
Checks the answers of hosts. The controller trusts no host: an answer that the checks don't know is refused. A host's text is
shown shortened and without control characters.
"""

import json
import re

# Most characters of a host's text in an error.
MOST_SHOWN = 4096

# The directory of a detached run (modules/lib/host/detached.ts), below /run or the host's directory for temporary files.
DIRECTORY = re.compile(r"(?:/run/piecewise-cloud/|(?:/\.?[A-Za-z0-9_@+-][A-Za-z0-9_.@+-]*){1,16}/piecewise-)run-[A-Za-z0-9]{6}")
# What an error says of Node.js, where a host lacks it.
LACKING = "which modules run with"
# With such a key, ansible-core makes other values of a mapping, such as texts that it evaluates.
DECODED = "__ansible_"
# The greatest number that Node.js has exactly.
MOST_NUMBER = 2**53
# The kernel's own limit (proc(5), pid_max).
MOST_PID = 4194304

# What every module returns (modules/lib/ansible/run.ts), and for each item of a list. Other keys on which Ansible acts, such
# as add_host and ansible_facts, are refused.
ITEM = {
    "changed": bool,
    "failed": bool,
    "skipped": bool,
    "msg": str,
    "exception": str,
    # Why check mode couldn't tell what would change.
    "unchecked": str,
    "done": [str],
    "diff": [{"before_header": str, "after_header": str, "before": str, "after": str}],
}


class TaskFailure(Exception):
    """Why a task fails. Ansible would show a traceback with an error of its own."""


class UntrustedAnswer(TaskFailure):
    """The answer of a host can't be that of one of our modules; the message says why."""


def printable(value):
    """The same value, with `?` for each control character in its texts."""
    if isinstance(value, list):
        return [printable(one) for one in value]
    if isinstance(value, dict):
        return {printable(name): printable(one) for name, one in value.items()}
    if not isinstance(value, str):
        return value
    return "".join(char if char.isprintable() or char in "\n\t" else "?" for char in value)


def line_of(text, most=500):
    """A host's text as one line, of at most so many characters."""
    line = " ".join(printable(text[: most * 4]).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def excerpt(text, most=MOST_SHOWN):
    """A host's text for an error message; only the end of a long one."""
    text = text.strip()
    return printable("…" + text[-most:] if len(text) > most else text)


def find_result(stdout):
    """
    The mapping that a module printed, on a line of its own. Other programs may have printed lines before and after it.
    @returns None when there is no such line, or more than one
    """
    lines = [line for line in stdout.splitlines() if line.lstrip().startswith("{")]
    try:
        return json.loads(lines[0]) if len(lines) == 1 else None
    except (ValueError, RecursionError):
        return None


def check_detached(answer):
    """Checks the directory and the process of a detached run. @returns both. @raises UntrustedAnswer"""
    directory, pid = (answer.get("directory"), answer.get("pid")) if isinstance(answer, dict) else (None, None)
    if not isinstance(directory, str) or len(directory) > 255 or not DIRECTORY.fullmatch(directory):
        raise UntrustedAnswer("says that the work goes on in a directory that is not one of ours")
    if not _is_a(pid, int) or not 1 < pid <= MOST_PID:
        raise UntrustedAnswer("says that the work goes on as a process whose number is not valid")
    return directory, pid


def check_result(data, returns):
    """
    Checks the result of a module.
    @param returns the keys that only this module returns, with their shapes
    @returns the same without control characters
    @raises UntrustedAnswer
    """
    item = dict(ITEM, **returns)
    _check(data, dict(item, warnings=[str], results=[dict(item, item=str)]), "")
    return printable(data)


def check_shape(data, shape):
    """Checks data of a host against a shape. @returns the same without control characters. @raises UntrustedAnswer"""
    _check(data, shape, "")
    return printable(data)


def _check(value, shape, where):
    """A shape is a type, a list of one shape for all items, or a mapping of keys to shapes; `*` is any other key."""
    if isinstance(shape, list):
        if not isinstance(value, list):
            raise UntrustedAnswer("answered with %s of a wrong type" % where)
        for one in value:
            _check(one, shape[0], where)
    elif isinstance(shape, dict):
        if not isinstance(value, dict):
            raise UntrustedAnswer("answered with %s of a wrong type" % where)
        for name, inner in value.items():
            if name.startswith(DECODED):
                raise UntrustedAnswer("answered with '%s', which Ansible would act on" % excerpt(name, 64))
            inside = shape.get(name, shape.get("*"))
            if inside is None:
                raise UntrustedAnswer("answered with '%s', which this module never gives" % excerpt(name, 64))
            _check(inner, inside, "a '%s'" % excerpt(name, 64))
    elif not _is_a(value, shape) or (shape is str and not _is_text(value)):
        raise UntrustedAnswer("answered with %s of a wrong type" % where)


def _is_a(value, kind):
    # Python's True is an int too, and JSON of Node.js has a whole number for 1.0.
    kinds = (int, float) if kind is float else kind
    if not isinstance(value, kinds) or (isinstance(value, bool) and kind is not bool):
        return False
    # JSON of Python has Infinity and NaN, and any integer; that of Node.js has none of them.
    return not isinstance(value, (int, float)) or abs(value) <= MOST_NUMBER


def _is_text(value):
    # JSON can hold a lone surrogate, which can't be encoded.
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
