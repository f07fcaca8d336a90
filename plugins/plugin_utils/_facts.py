# GNU General Public License v3.0 or later (see LICENSE)
"""Refuses facts of a host that override the variables of this collection's roles."""

from ansible import constants as C

from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import TaskFailure
from ansible_collections.piecewise.cloud.plugins.plugin_utils._variables import VARIABLES


def refuse_overriding(host, variables):
    """
    Facts come from the host, and Ansible prefers them to the inventory's variables.
    @param variables those of the host
    @raises TaskFailure
    """
    facts = variables.get("ansible_facts")
    if not isinstance(facts, dict) or not getattr(C, "INJECT_FACTS_AS_VARS", True):
        return
    found = sorted(VARIABLES.intersection(facts))
    if found:
        raise TaskFailure(
            "the facts of %s have %s: facts override the variables of the inventory, and this host may be hostile. Find out where they come "
            "from; 'meta: clear_facts' removes them, also from a cache, and 'inject_facts_as_vars = false' in ansible.cfg ignores such facts"
            % (host, ", ".join(found))
        )
