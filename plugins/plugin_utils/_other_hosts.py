# GNU General Public License v3.0 or later (see LICENSE)
"""The other hypervisors of a play: what their variables declare, how they are reached, and what they have."""

from collections import namedtuple

from ansible import context
from ansible.errors import AnsibleError

from ansible_collections.piecewise.cloud.plugins.plugin_utils._declared_guests import DeclarationError, Variables, declared_guests
from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import LACKING, TaskFailure, excerpt
from ansible_collections.piecewise.cloud.plugins.plugin_utils._live_answer import Answer, answer_in
from ansible_collections.piecewise.cloud.plugins.plugin_utils._live_guests import Asked, ask
from ansible_collections.piecewise.cloud.plugins.plugin_utils._moves import Other
from ansible_collections.piecewise.cloud.plugins.plugin_utils._role_specs import DEFAULTS

# Seconds that each host has to answer.
PATIENCE = 60
# Addresses aren't asked for, and the agents of guests have no say in where these are.
OPTIONS = {"agent_timeout": 1}

DEFAULT_URI = "qemu:///system"

PASSWORDS = ("ansible_password", "ansible_ssh_pass", "ansible_ssh_password")
BECOME_PASSWORDS = ("ansible_become_password", "ansible_become_pass", "ansible_sudo_pass")


# What a task knows of its play: itself, the play context, the templar, and the variables of its own host.
Play = namedtuple("Play", ("task", "context", "templar", "variables"))


def look(names, guests, dead, play, with_cpu=False):
    """
    What other hypervisors declare, and which of some guests each has. A host is asked for those that it doesn't declare, and otherwise
    only about its processors.
    @param names those of the hypervisors, which are hosts of the inventory
    @param guests the names of guests
    @param dead the names of hosts that aren't asked, and have no guests
    @param play a Play
    @param with_cpu whether they are asked about their processors
    @returns a list of Other
    @raises TaskFailure where variables can't be evaluated: all problems at once
    """
    known, problems = [], []
    for name in names:
        try:
            variables = _variables_of(name, play)
            declared = {guest.name: guest.state for guest in declared_guests(variables, with_absent=True)}
            sought = [] if name in dead else [guest for guest in guests if guest not in declared]
            connection = _connection(variables, play) if sought or with_cpu else {}
            known.append((Asked(name, connection, sought, variables.get("vm_uri") or DEFAULT_URI), declared))
        except DeclarationError as reason:
            problems.append(str(reason))
    if problems:
        raise TaskFailure("\n".join(problems))
    asked = [one for one, declared in known if one.guests or (with_cpu and one.name not in dead)]
    answers, reasons = ask(asked, PATIENCE, answer_in, dict(OPTIONS, cpu=with_cpu)) if asked else ({}, {})
    # The run that is checked makes such a host a hypervisor first, and it has no guests yet.
    fresh = [name for name, reason in reasons.items() if LACKING in reason] if play.task.check_mode else []
    answers.update({name: Answer({}, [], None) for name in fresh})
    nothing = Answer(None, [], None)
    return [
        Other(
            one.name,
            one.uri,
            declared,
            answers.get(one.name, nothing).places if one.guests else {},
            answers.get(one.name, nothing).containers,
            reasons.get(one.name, "its answer is not valid"),
            one.name in dead or one.name in fresh,
            answers.get(one.name, nothing).cpu,
        )
        for one, declared in known
    ]


def _variables_of(name, play):
    """
    The variables that the task would have on another host: those of the play and of the role too, since the guests may be in them.
    @raises DeclarationError
    """
    hostvars = play.variables["hostvars"]
    try:
        host = hostvars._inventory.get_host(name)
        found = hostvars._variable_manager.get_vars(play=play.task._parent._play, host=host, task=play.task)
    except AnsibleError as reason:
        raise DeclarationError("%s: its variables can't be read: %s" % (name, excerpt(str(reason), 300))) from reason
    # An undefined variable in an entry makes an empty list of the role's default.
    found = {key: value for key, value in found.items() if key != "vm_list" or value != DEFAULTS["vm"]["vm_list"]}
    return Variables(name, found, play.templar.copy_with_new_env(available_variables=found))


def _connection(variables, play):
    """The variables by which Ansible connects to a host. What they leave open is as keywords and the command line say."""
    found = variables.of_connection()
    for names, value in _defaults(play):
        if value not in (None, "", False) and not any(name in found for name in names):
            found[names[0]] = value
    return found


def _defaults(play):
    """Values for variables of connections, each with the names of these."""
    task, given = play.task, context.CLIARGS
    return [
        (("ansible_connection",), task.connection),
        (("ansible_user", "ansible_ssh_user"), task.remote_user),
        (("ansible_port", "ansible_ssh_port"), task.port),
        (("ansible_private_key_file", "ansible_ssh_private_key_file"), given.get("private_key_file")),
        (("ansible_ssh_common_args",), given.get("ssh_common_args")),
        (("ansible_ssh_extra_args",), given.get("ssh_extra_args")),
        (("ansible_become",), task.become),
        (("ansible_become_method",), task.become_method),
        (("ansible_become_user",), task.become_user),
        (("ansible_become_exe",), task.become_exe),
        (("ansible_become_flags",), task.become_flags),
        (PASSWORDS, _entered(play, "password", PASSWORDS)),
        (BECOME_PASSWORDS, _entered(play, "become_pass", BECOME_PASSWORDS)),
    ]


def _entered(play, attribute, names):
    """A password that the user has entered. One of the task's host is not for others."""
    if any(name in play.variables for name in names):
        return None
    return getattr(play.context, attribute)
