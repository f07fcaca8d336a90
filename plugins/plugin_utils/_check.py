# GNU General Public License v3.0 or later (see LICENSE)
"""Checks variables against the specs of their options. No message shows a value, since it may be a secret."""

import difflib
import re

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.validation import (
    check_mutually_exclusive,
    check_required_by,
    check_required_if,
    check_required_one_of,
    check_required_together,
)

from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import printable

TYPE_NAMES = {
    "str": "a text",
    "path": "a path",
    "int": "a whole number",
    "float": "a number",
    "bool": "a boolean (yes or no)",
    "list": "a list",
    "dict": "a mapping",
}

# The keys that name an item of a list, for messages.
LABELS = ("name", "port", "bridge")


def _check_required_unless_known(terms, whole):
    """As Ansible's functions do. @raises TypeError"""
    for name, value, required, key, known in terms:
        if whole.get(name) == value and whole.get(key) not in known and not any(one in whole for one in required):
            raise TypeError("%s is not one of %s: give one of %s" % (key, ", ".join(known), ", ".join(required)))


# The rules between keys, by their names in the specs. Ansible has functions for most.
RULES = {
    "requiredTogether": check_required_together,
    "mutuallyExclusive": check_mutually_exclusive,
    "requiredOneOf": check_required_one_of,
    "requiredIf": check_required_if,
    "requiredBy": check_required_by,
    "requiredUnlessKnown": _check_required_unless_known,
}


def problems(options, given, path="", defaults=None, rules=None):
    """
    Lists what is wrong with a mapping.
    @param options the spec of each key, as build/roles.ts writes it
    @param path where the mapping is, for messages
    @param defaults the values of keys that are not given
    @param rules the rules between its keys
    @returns a list of messages
    """
    given = dict(
        (key, {} if value is None and options.get(key, {}).get("bare") else value) for key, value in given.items()
    )
    names = dict((alias, name) for name, option in options.items() for alias in [name] + option.get("aliases", []))
    # The defaults are those of the items of a list within it.
    items_defaults = defaults if any("like_items" in option for option in options.values()) else None
    defaults = None if items_defaults is not None else defaults
    found = [_unknown(path, key, names) for key in given if key not in names]
    whole = dict(defaults or {})
    whole.update((names.get(key), value) for key, value in given.items() if value is not None)
    missing = [name for name, option in options.items() if name not in whole and _is_required(option, whole)]
    found += ["%s is required" % _at(path, name) for name in missing]
    for name, option in options.items():
        if "default" in option:
            whole.setdefault(name, option["default"])
    found += _rule_problems(rules or {}, whole, path)
    for key, value in given.items():
        if key in names and value is not None:
            option = options[names[key]]
            found += value_problems(option, value, _at(path, key), items_defaults if "like_items" in option else None)
    return found


def _rule_problems(rules, whole, path):
    found = []
    for name, terms in rules.items():
        try:
            RULES[name](terms, whole)
        except TypeError as error:
            found.append("%s: %s" % (path, error))
    return found


def _is_required(option, whole):
    other, value, given = (list(option.get("requiredUnless", ())) + [None] * 3)[:3]
    return option.get("required") or other and whole.get(other) != value and whole.get(given) is None


def value_problems(option, value, path, defaults=None):
    """Lists what is wrong with the value of an option. @param defaults the values that items of a list don't give"""
    if value == "" and option.get("clearable"):
        return []
    kind = option.get("type", "str")
    # Ansible would convert any value to a text, and ignore a null.
    if value is None or kind in ("str", "path") and isinstance(value, (dict, list)):
        return ["%s must be %s" % (path, TYPE_NAMES[kind])]
    keys = ("type", "elements", "choices")
    checked = ArgumentSpecValidator({"value": dict((key, option[key]) for key in keys if key in option)})
    result = checked.validate({"value": value})
    if result.error_messages:
        return ["%s must be %s" % (path, _expected(option, result))]
    value = result.validated_parameters["value"]
    if "entries" in option:
        return [text for key, one in value.items() for text in _entry_problems(option, key, one, path, defaults)]
    if kind == "list":
        items = [(one, "%s[%d]" % (path, i)) for i, one in enumerate(value)]
        return [text for one, at in items for text in _element_problems(option, one, at, defaults)]
    if kind == "dict":
        return problems(option["options"], value, path) if "options" in option else []
    return _limit_problems(option, value, path)


def _entry_problems(option, key, value, path, defaults):
    path = "%s['%s']" % (path, printable(str(key)))
    wrong = _limit_problems(option["key"], key, path)
    if wrong:
        return wrong
    if not isinstance(value, dict):
        return ["%s must be a mapping" % path]
    return problems(option["entries"], value, path, defaults, _rules_for(option, key))


def _rules_for(option, key):
    """The rules of an entry with this name, which is not among its keys."""
    rules = option.get("rules", {})
    unless = [term for term in rules.get("requiredUnlessKnown", ()) if term[3] != option["mapping"] or key not in term[4]]
    return dict(rules, requiredUnlessKnown=unless)


def _element_problems(option, value, path, defaults):
    if "options" not in option:
        return _limit_problems(option.get("each", {}), value, path)
    name = label(value)
    path = "%s (%s)" % (path, name) if name else path
    return problems(option["options"], value, path, defaults, option.get("rules"))


def label(item):
    """The name of an item of a list, for messages; None when it has none."""
    return next((printable(item[key]) for key in LABELS if isinstance(item.get(key), str)), None)


def _at(path, key):
    # An item may come from a line of a file.
    between = ": " if re.search(r" line \d+$", path) else "."
    return "%s%s%s" % (path, between, printable(str(key))) if path else printable(str(key))


def _unknown(path, key, names):
    near = difflib.get_close_matches(str(key), names, 1)
    hint = "; did you mean '%s'?" % near[0] if near else ": the options are %s" % ", ".join(sorted(names))
    return "%s is unknown%s" % (_at(path, key), hint)


def _expected(option, result):
    """What the value of an option must be, for messages."""
    choices = option.get("choices")
    if choices and any(type(error).__name__ == "ArgumentValueError" for error in result.errors.errors):
        return "one of %s" % ", ".join(str(choice) for choice in choices)
    kind = option.get("type", "str")
    if kind == "list" and any(type(error).__name__ == "ElementError" for error in result.errors.errors):
        return "a list, each item %s" % TYPE_NAMES.get(option["elements"], "a value")
    return TYPE_NAMES.get(kind, "a value")


def _limit_problems(option, value, path):
    """Lists what is wrong with a value of the right type."""
    low, high = option.get("minimum"), option.get("maximum")
    if (low is not None and value < low) or (high is not None and value > high):
        if high is None:
            return ["%s must be at least %s" % (path, low)]
        return ["%s must be from %s to %s" % (path, low, high)]
    if option.get("name") and str(value).startswith("-"):
        return ["%s must not begin with '-'" % path]
    if "choices" in option and value not in option["choices"]:
        return ["%s must be one of %s" % (path, ", ".join(str(choice) for choice in option["choices"]))]
    if len(str(value)) > option.get("maxLength", float("inf")):
        return ["%s must have at most %d characters" % (path, option["maxLength"])]
    if "pattern" in option and not re.fullmatch(option["pattern"], str(value)):
        return ["%s must be %s" % (path, option.get("hint", "of another form"))]
    return []
