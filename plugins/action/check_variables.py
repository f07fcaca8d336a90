# GNU General Public License v3.0 or later (see LICENSE)
"""
Checks the variables of roles on the controller, before anything is changed. It asks nothing of the host, which need not be
reached for it. What the options of a role are, the build has written down.

Options: roles, the names of the roles.
"""

import re

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

from ansible_collections.piecewise.cloud.plugins.plugin_utils.check import label, value_problems
from ansible_collections.piecewise.cloud.plugins.plugin_utils.role_specs import DEFAULTS, OPTIONS

# A role's variable that takes what people call otherwise: "{{ vms | default([]) }}".
OTHER = re.compile(r"\{\{ ([a-z_]+(?:\.[a-z_]+)?) \| default\(")

UNDEFINED = re.compile(r"'[\w. ]+' (?:is undefined|has no attribute '\w+')")


class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        roles = self._task.args.get("roles")
        if not isinstance(roles, list) or not all(role in OPTIONS for role in roles):
            return dict(result, failed=True, msg="option 'roles': must be a list of %s" % ", ".join(sorted(OPTIONS)))
        found = []
        for role in roles:
            found += self._problems(role, dict(DEFAULTS[role], **task_vars))
        if found:
            # What two roles take is named once.
            host = task_vars["inventory_hostname"]
            result.update(failed=True, msg="\n".join("%s: %s" % (host, one) for one in dict.fromkeys(found)))
        return result

    def _problems(self, role, variables):
        """What is wrong with the variables of a role, as a list of texts."""
        templar = self._templar.copy_with_new_env(available_variables=variables)
        # The state of all items, whatever they say themselves.
        state = self._value(templar, variables.get("%s_state" % role), "")[0]
        found = []
        for name, option in OPTIONS[role].items():
            called, raw = self._called(name, variables)
            value, undefined = self._value(templar, raw, called)
            found += undefined
            if value is not None and not undefined:
                defaults = self._value(templar, variables.get(option.get("defaults")), "")[0]
                if state:
                    value = self._with_state(option, value, state)
                found += value_problems(option, value, called, defaults if isinstance(defaults, dict) else {})
            elif option.get("required") and not undefined:
                found.append("%s is required" % called)
        return found

    @staticmethod
    def _with_state(option, value, state):
        def one(item):
            return dict(item, state=state) if isinstance(item, dict) else item

        if isinstance(value, list) and "options" in option:
            return [one(item) for item in value]
        if isinstance(value, dict) and "entries" in option:
            return dict((key, one(item)) for key, item in value.items())
        return value

    @staticmethod
    def _called(name, variables):
        """What people call a variable, and what it holds before it is evaluated."""
        raw = variables.get(name)
        other = OTHER.match(raw) if isinstance(raw, str) else None
        if not other:
            return name, raw
        value = variables
        for part in other.group(1).split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return other.group(1), raw if value is None else value

    @classmethod
    def _value(cls, templar, raw, path):
        """
        A variable's value, and what can't be evaluated of it. Each item is evaluated by itself: where one has an undefined
        variable in it, Jinja's `default` takes the whole list for undefined, and the error of Ansible shows all of it.
        """
        if isinstance(raw, list):
            pairs = [cls._value(templar, item, cls._item(path, i, item)) for i, item in enumerate(raw)]
            return [value for value, _ in pairs], sum((undefined for _, undefined in pairs), [])
        if isinstance(raw, dict):
            pairs = [(key, cls._value(templar, item, "%s.%s" % (path, key))) for key, item in raw.items()]
            return dict((key, pair[0]) for key, pair in pairs), sum((pair[1] for _, pair in pairs), [])
        try:
            value = templar.template(raw)
            # What is `omit` isn't given: a text in 2.14, an object in 2.19.
            omitted = value == templar.available_variables.get("omit") or type(value).__name__.endswith("OmitType")
            return None if omitted else value, []
        except AnsibleError as error:
            found = UNDEFINED.findall(str(error))
            return None, ["%s: %s" % (path, found[-1] if found else "it can't be evaluated")]

    @staticmethod
    def _item(path, i, item):
        name = label(item) if isinstance(item, dict) else None
        return "%s[%d]%s" % (path, i, " (%s)" % name if name else "")
