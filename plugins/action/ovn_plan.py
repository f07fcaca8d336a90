# GNU General Public License v3.0 or later (see LICENSE)
"""Checks the releases of OVN of all hosts. The documentation is in plugins/modules."""

from ansible_collections.piecewise.cloud.plugins.modules.ovn_plan import DOCUMENTATION
from ansible_collections.piecewise.cloud.plugins.plugin_utils._controller_action import ControllerAction
from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import TaskFailure
from ansible_collections.piecewise.cloud.plugins.plugin_utils._ovn import (
    PlanError,
    check_distinct,
    check_releases,
    check_stays,
    hosts_of,
)


class ActionModule(ControllerAction):
    DOCUMENTATION = DOCUMENTATION

    def report(self, result, options, task_vars):
        hosts = list(dict.fromkeys(options["members"] + task_vars["ansible_play_hosts_all"]))
        known = {host: self._answer(host, options["info"], task_vars) for host in hosts if host in task_vars["hostvars"]}
        answers = {host: answer for host, answer in known.items() if answer}
        # A host that is taken out has no say in what the others run.
        releases = {host: answer.get("release") for host, answer in answers.items() if host not in options["leaving"]}
        variables = {host: task_vars["hostvars"][host] for host in known}
        addresses = {host: of.get("ovn_address") for host, of in variables.items()}
        staying = [host for host in known if host not in options["leaving"]]
        try:
            check_stays(options["members"], options["group"], options["leaving"])
            check_distinct("ovn_chassis", {host: variables[host].get("ovn_chassis", host) for host in staying})
            check_distinct("ovn_address", {host: addresses[host] for host in staying})
            check_releases(releases, options["members"])
        except PlanError as reason:
            raise TaskFailure(str(reason)) from reason
        result.update(changed=False, hosts=hosts_of(answers, addresses))

    @staticmethod
    def _answer(host, name, task_vars):
        """What a host has answered; None where it was not asked, or didn't answer."""
        answer = task_vars["hostvars"].raw_get(host).get(name)
        return answer if isinstance(answer, dict) and not answer.get("failed") and "release" in answer else None
