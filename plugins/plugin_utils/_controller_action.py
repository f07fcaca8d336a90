# GNU General Public License v3.0 or later (see LICENSE)
"""An action on the controller alone, once for all hosts of a play."""

import yaml
from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import TaskFailure


class ControllerAction(ActionBase):
    """
    Reads the options by the documentation of the module of the same name, and turns errors into results.
    Subclasses have `DOCUMENTATION`, and `report`, which fills the result.
    """

    BYPASS_HOST_LOOP = True
    TRANSFERS_FILES = False
    DOCUMENTATION = ""
    _requires_connection = False

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        try:
            options = self.validate_argument_spec(yaml.safe_load(self.DOCUMENTATION)["options"])[1]
            self.report(result, options, task_vars)
        except (AnsibleError, TaskFailure) as reason:
            result.update(failed=True, msg=str(reason))
        except OSError as reason:
            result.update(failed=True, msg="%s: %s" % (reason.filename, reason.strerror))
        return result

    def report(self, result, options, task_vars):
        """Does what the action is for. @raises AnsibleError, TaskFailure or OSError"""
        raise NotImplementedError
