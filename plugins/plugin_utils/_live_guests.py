# GNU General Public License v3.0 or later (see LICENSE)
"""
Asks hypervisors about their guests.

It is a run of the command `ansible` with the module vm_info, so that all that Ansible knows of connections counts: plugins,
passwords, `become`, and the check of the answer in the module's action plugin. It is a process of its own. Within this one
Ansible's workers can't be started while its inventory is read, least of all by `meta: refresh_inventory`, and only a process
can be ended when its time is up. Its inventory has only these hypervisors, with their own variables for connections. They are
evaluated before: it knows no vault, no extra variables, and no other source.
"""

import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections import namedtuple

import yaml
from ansible import constants as C
from ansible.utils.display import Display

from ansible_collections.piecewise.cloud.plugins.plugin_utils import _live_answer as live_answer
from ansible_collections.piecewise.cloud.plugins.plugin_utils._declared_guests import TEMPLATE
from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import excerpt

# The directory that has `ansible_collections/piecewise/cloud/plugins/plugin_utils`.
COLLECTIONS = os.path.abspath(os.path.join(os.path.dirname(__file__), *[os.pardir] * 5))

# Without the working directory, which may have modules of any name.
PROGRAM = "import sys; sys.path[:] = [path for path in sys.path if path]; from ansible.cli.adhoc import main; main()"

# What the user may have set, and would add to the output, or ask a question that is not shown.
SETTINGS = {
    "ANSIBLE_ASK_PASS": "0",
    "ANSIBLE_ASK_VAULT_PASS": "0",
    "ANSIBLE_BECOME_ASK_PASS": "0",
    "ANSIBLE_CACHE_PLUGIN": "memory",
    "ANSIBLE_CALLBACK_RESULT_FORMAT": "json",
    "ANSIBLE_DEBUG": "0",
    "ANSIBLE_DISPLAY_FAILED_STDERR": "0",
    "ANSIBLE_ENABLE_TASK_DEBUGGER": "0",
    "ANSIBLE_FORCE_COLOR": "0",
    "ANSIBLE_INVENTORY_ENABLED": "ansible.builtin.yaml",
    "ANSIBLE_LOAD_CALLBACK_PLUGINS": "0",
    "ANSIBLE_NOCOLOR": "1",
    # As in the playbooks of this collection.
    "ANSIBLE_PIPELINING": "1",
    "ANSIBLE_STDOUT_CALLBACK": "minimal",
    "ANSIBLE_STRATEGY": "linear",
    "ANSIBLE_VERBOSITY": "0",
}

# Seconds that Ansible has to start and end.
START = 15
# Seconds that it has to end when it is told to.
PATIENCE = 5
# Most bytes of output.
MOST_OUTPUT = 64 * 1024**2

# A hypervisor that is to be asked: its name, its variables for the connection, the names of guests, and its libvirt connection, where
# that isn't the module's default.
Asked = namedtuple("Asked", ("name", "variables", "guests", "uri"), defaults=(None,))

display = Display()


class _Verbatim(str):
    """A text that looks like a template, and is none any more."""


class _Dumper(yaml.SafeDumper):
    pass


_Dumper.add_representer(_Verbatim, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text), style='"'))


def ask(hypervisors, timeout, reader=live_answer.addresses_in, options=None):
    """
    Asks hypervisors about guests, as many at a time as Ansible's `forks` says.
    @param timeout seconds that each has
    @param reader what is taken of an answer: it gets the result, and the names that were asked for
    @param options of the module vm_info, beside `names`
    @returns what the reader takes, by the name of each hypervisor that has answered; and why the others haven't, by their names
    """
    # A hypervisor can't know the names of others, so it can't write an answer for them.
    named = {"h%s" % secrets.token_hex(16): one for one in hypervisors}
    with tempfile.TemporaryDirectory(prefix="piecewise-live-") as directory, tempfile.TemporaryFile() as inventory:
        # There may be passwords in it. The file has no name, so nothing is left of it, however this process ends.
        inventory.write(_inventory(named))
        inventory.seek(0)
        output, failure = _run(directory, inventory.fileno(), len(named), timeout, options or {})
    results = live_answer.results_in(output, named)
    answers, reasons = {}, {}
    for alias, one in named.items():
        succeeded, result = results.get(alias, (False, {"msg": failure or "it didn't answer"}))
        if succeeded:
            answers[one.name] = reader(result, one.guests)
        else:
            reasons[one.name] = live_answer.reason_in(result).replace(alias, one.name)
    return answers, reasons


def _inventory(named):
    hosts = {
        alias: dict(
            _verbatim({"ansible_host": one.name, **one.variables, **({} if one.uri is None else {"piecewise_uri": one.uri})}),
            piecewise_guests=one.guests,
        )
        for alias, one in named.items()
    }
    return yaml.dump({"all": {"hosts": hosts}}, Dumper=_Dumper, allow_unicode=True, encoding="utf-8")


def _verbatim(value):
    """The same value without Ansible's types, and so that nothing in it is a template."""
    if isinstance(value, dict):
        return {str(key): _verbatim(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_verbatim(one) for one in value]
    if isinstance(value, str):
        return _Verbatim(value) if TEMPLATE.search(value) else str.encode(value).decode()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return float(value) if isinstance(value, float) else int(value)
    return str(value)


def _run(directory, inventory, count, timeout, options):
    """Runs Ansible. @param inventory a descriptor @returns its output, and why there may be none in it for a hypervisor"""
    forks = max(1, min(C.config.get_config_value("DEFAULT_FORKS"), count))
    seconds = START + timeout * -(-count // forks)
    arguments = json.dumps(dict(options, names="{{ piecewise_guests }}", uri="{{ piecewise_uri | default(omit) }}"))
    command = [sys.executable, "-c", PROGRAM, "all", "-i", "/dev/fd/%d" % inventory]
    command += ["--playbook-dir", directory, "--forks", str(forks), "--task-timeout", str(timeout)]
    command += ["-m", "piecewise.cloud.vm_info", "-a", arguments]
    with open(os.path.join(directory, "output"), "w+b") as output, open(os.path.join(directory, "errors"), "w+b") as errors:
        # In files, since a pipe would stay open as long as a connection that ssh keeps. In a session of its own it can't ask
        # the user for anything, and is ended with all that it has started.
        settings = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": errors, "start_new_session": True, "pass_fds": [inventory]}
        with subprocess.Popen(command, env=_environment(), **settings) as process:
            try:
                process.wait(seconds)
                failure = None
            except subprocess.TimeoutExpired:
                failure = "it didn't answer within %d s" % seconds
            finally:
                _end(process)
        code = process.returncode
        texts = [_content(file) for file in (output, errors)]
    display.vvv("piecewise.cloud.vm_info ended with %s\n%s" % (code, excerpt(texts[1])))
    if failure is None and code not in (0, 2, 4):
        failure = "ansible ended with %s: %s" % (code, (texts[1].strip().splitlines() or [""])[-1])
    return texts[0], failure


def _end(process):
    """Ends a process and those of its group. Ansible itself leaves the program of a task whose time is up."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            # From 2.19 on the workers have groups of their own, which Ansible ends when it gets the first of these signals.
            process.wait(PATIENCE)
        except (OSError, subprocess.TimeoutExpired):
            pass


def _environment():
    """The environment, in which this collection is found too where it is beside a playbook."""
    found = {name: value for name, value in os.environ.items() if name not in ("ANSIBLE_COLLECTIONS_PATHS", "ANSIBLE_INVENTORY")}
    paths = [COLLECTIONS, *C.config.get_config_value("COLLECTIONS_PATHS")]
    return dict(found, **SETTINGS, ANSIBLE_COLLECTIONS_PATH=os.pathsep.join(paths))


def _content(file):
    file.seek(0)
    return file.read(MOST_OUTPUT).decode("utf-8", "replace")
