# GNU General Public License v3.0 or later (see LICENSE)
"""
Checks the variables of roles on the controller, before anything is changed. The host need not be reachable. The build
generates the options of the roles (role_specs.py).

Options: roles, a list of role names.
"""

import re

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

from ansible_collections.piecewise.cloud.plugins.plugin_utils._check import label, problems, value_problems
from ansible_collections.piecewise.cloud.plugins.plugin_utils._file import directories_for
from ansible_collections.piecewise.cloud.plugins.plugin_utils._role_specs import DEFAULTS, OPTIONS
from ansible_collections.piecewise.cloud.plugins.plugin_utils._vm_descriptions import kinds_of_descriptions
from ansible_collections.piecewise.cloud.plugins.plugin_utils._vm_groups import GroupError, entries_of, kinds_of_groups

try:
    # 2.19 evaluates only texts that are marked as trusted.
    from ansible.template import trust_as_template
except ImportError:
    trust_as_template = str

# A role's variable whose default is a variable that users set: "{{ vms | default([], true) }}".
USER_VARIABLE = re.compile(r"\{\{ ([a-z_]+(?:\.[a-z_]+)?) \| default\(")

UNDEFINED = re.compile(r"'[\w. ]+' (?:is undefined|has no attribute '\w+')")

# Stands for a value that is `omit`.
OMITTED = object()


class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        roles = self._task.args.get("roles")
        if not isinstance(roles, list) or not all(role in OPTIONS for role in roles):
            return dict(result, failed=True, msg="option 'roles': must be a list of %s" % ", ".join(sorted(OPTIONS)))
        found = [problem for role in roles for problem in self._problems(role, task_vars)]
        if found:
            # A problem of two roles is reported once.
            host = task_vars["inventory_hostname"]
            result.update(failed=True, msg="\n".join("%s: %s" % (host, one) for one in dict.fromkeys(found)))
        return result

    def _problems(self, role, task_vars):
        """What is wrong with the variables of a role, as a list of texts."""
        variables = dict(_trusted(DEFAULTS[role]), **task_vars)
        templar = self._templar.copy_with_new_env(available_variables=variables)
        # It replaces the state of each item.
        state = self._evaluated(templar, variables.get("%s_state" % role), "")[0]
        found, values, all_defaults = [], {}, {}
        for name, option in OPTIONS[role].items():
            called, raw = self._called(role, name, variables)
            value, undefined = self._evaluated(templar, raw, called)
            found += undefined
            if undefined:
                continue
            if value is OMITTED or (value is None and DEFAULTS[role].get(name) is None):
                found += ["%s is required" % called] if option.get("required") else []
                continue
            defaults = self._evaluated(templar, variables.get(option.get("defaults")), "")[0]
            value = self._with_state(option, value, state) if state else value
            defaults = defaults if isinstance(defaults, dict) else {}
            found += value_problems(option, value, called, defaults)
            values[name], all_defaults[name] = value, defaults
        if role == "vm" and not found:
            found += self._group_problems(values, all_defaults["vm_list"], state, task_vars)
        return found

    @staticmethod
    def _group_problems(values, defaults, state, task_vars):
        """What is wrong with the files that describe VMs, and with groups as a whole."""
        state = {"state": state} if state else {}
        entry = OPTIONS["vm"]["vm_list"]["options"]
        found = []
        try:
            described = kinds_of_descriptions(values.get("vm_descriptions"), directories_for(task_vars.get), "vm_descriptions")
            for kind in described:
                found += problems(entry, dict(kind.keys, name=kind.group, **state), kind.origin, defaults)
            kinds = [kind for name in ("vm_groups", "vm_groups_extra") for kind in kinds_of_groups(values.get(name), name)]
            entries_of(kinds + described, task_vars["inventory_hostname"], state)
        except GroupError as reason:
            found.append(str(reason))
        return found

    @classmethod
    def _with_state_within(cls, option, item, state, lists):
        if not isinstance(item, dict):
            return item
        inner = [key for key in lists if key in item]
        return dict(item, **dict((key, cls._with_state(option["options"][key], item[key], state)) for key in inner))

    @classmethod
    def _with_state(cls, option, value, state):
        def one(item):
            return dict(item, state=state) if isinstance(item, dict) else item

        if isinstance(value, list) and "options" in option:
            lists = [key for key, inner in option["options"].items() if "like_items" in inner]
            if lists:
                return [cls._with_state_within(option, item, state, lists) for item in value]
            return [one(item) for item in value]
        if isinstance(value, dict) and "entries" in option:
            return dict((key, one(item)) for key, item in value.items())
        return value

    @staticmethod
    def _called(role, name, variables):
        """The name under which users set a variable, and its value before it is evaluated."""
        raw = variables.get(name)
        default = DEFAULTS[role].get(name)
        other = USER_VARIABLE.match(default) if isinstance(default, str) and raw == default else None
        if not other:
            return name, raw
        value = variables
        for part in other.group(1).split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return other.group(1), raw if value is None else value

    @classmethod
    def _evaluated(cls, templar, raw, path):
        """
        A variable's value, and the problems of what can't be evaluated. Each item is evaluated by itself: with an
        undefined variable in one of them, Jinja's `default` takes the whole list as undefined, and Ansible's error
        shows all of it.
        """
        if isinstance(raw, list):
            pairs = [cls._evaluated(templar, item, cls._item(path, i, item)) for i, item in enumerate(raw)]
            values = [value for value, problems in pairs if value is not OMITTED]
            return values, [problem for value, problems in pairs for problem in problems]
        if isinstance(raw, dict):
            keyed = [(key, cls._evaluated(templar, item, "%s.%s" % (path, key))) for key, item in raw.items()]
            values = dict((key, value) for key, (value, problems) in keyed if value is not OMITTED)
            return values, [problem for key, (value, problems) in keyed for problem in problems]
        # To 2.14, a vault's text is not a str.
        if getattr(raw, "__ENCRYPTED__", False):
            raw = str(raw)
        try:
            value = templar.template(raw)
        except Exception as error:  # a filter may raise anything
            if type(error).__name__ == "AnsibleValueOmittedError":
                return OMITTED, []
            found = UNDEFINED.findall(str(error)) if isinstance(error, AnsibleError) else []
            return None, ["%s: %s" % (path, found[-1] if found else "can't be evaluated")]
        omit = templar.available_variables.get("omit")
        return OMITTED if omit is not None and isinstance(value, str) and value == omit else value, []

    @staticmethod
    def _item(path, i, item):
        name = label(item) if isinstance(item, dict) else None
        return "%s[%d]%s" % (path, i, " (%s)" % name if name else "")


def _trusted(value):
    """Marks the texts of a role's own defaults as templates."""
    if isinstance(value, dict):
        return dict((key, _trusted(one)) for key, one in value.items())
    if isinstance(value, list):
        return [_trusted(one) for one in value]
    return trust_as_template(value) if isinstance(value, str) else value
