# GNU General Public License v3.0 or later (see LICENSE)
"""Says what is wrong with a variable, by the options that it must have. No value is shown, since one may be a secret."""

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

from ansible_collections.piecewise.cloud.plugins.plugin_utils.said import printable

WORDS = {
    "str": "a text",
    "path": "a path",
    "int": "a whole number",
    "float": "a number",
    "bool": "a boolean (yes or no)",
    "list": "a list",
    "dict": "a mapping",
}

# By what people know an item of a list, of whatever kind.
LABELS = ("name", "port", "bridge")


# The rules between keys, by what the specs call them: Ansible checks them itself.
RULES = {
    "requiredTogether": check_required_together,
    "mutuallyExclusive": check_mutually_exclusive,
    "requiredOneOf": check_required_one_of,
    "requiredIf": check_required_if,
    "requiredBy": check_required_by,
}


def problems(options, given, path="", beside=None, rules=None):
    """
    What is wrong with a mapping.
    @param options what each key may hold, as build/roles.ts writes it
    @param path where the mapping stands, for the texts
    @param beside what it has beside what is given in it, as by defaults
    @param rules those between its keys
    @returns a list of texts
    """
    given = dict(
        (key, {} if value is None and options.get(key, {}).get("bare") else value) for key, value in given.items()
    )
    names = dict((alias, name) for name, option in options.items() for alias in [name] + option.get("aliases", []))
    found = [_unknown(path, key, names) for key in given if key not in names]
    whole = dict(beside or {})
    whole.update((names.get(key), value) for key, value in given.items() if value is not None)
    missing = [name for name, option in options.items() if name not in whole and _is_required(option, whole)]
    found += ["%s is required" % _at(path, name) for name in missing]
    for name, option in options.items():
        if "default" in option:
            whole.setdefault(name, option["default"])
    found += _broken(rules or {}, whole, path)
    for key, value in given.items():
        if key in names and value is not None:
            found += value_problems(options[names[key]], value, _at(path, key))
    return found


def _broken(rules, whole, path):
    found = []
    for name, terms in rules.items():
        try:
            RULES[name](terms, whole)
        except TypeError as error:
            found.append("%s: %s" % (path, error))
    return found


def _is_required(option, whole):
    other, value = option.get("requiredUnless", (None, None))
    return option.get("required") or other and whole.get(other) != value


def value_problems(option, value, path, beside=None):
    """What is wrong with the value of an option, as a list of texts. @param beside what each item of a list has beside"""
    if value == "" and option.get("clearable"):
        return []
    kind = option.get("type", "str")
    # Python makes a text of everything, and Ansible takes a null for nothing.
    if value is None or kind in ("str", "path") and isinstance(value, (dict, list)):
        return ["%s must be %s" % (path, WORDS[kind])]
    keys = ("type", "elements", "choices")
    checked = ArgumentSpecValidator({"value": dict((key, option[key]) for key in keys if key in option)})
    result = checked.validate({"value": value})
    if result.error_messages:
        return ["%s must be %s" % (path, _wanted(option, result))]
    value = result.validated_parameters["value"]
    if "entries" in option:
        return [text for key, one in value.items() for text in _of_entry(option, key, one, path, beside)]
    if kind == "list":
        return [text for i, one in enumerate(value) for text in _of_element(option, one, "%s[%d]" % (path, i), beside)]
    if kind == "dict":
        return problems(option["options"], value, path) if "options" in option else []
    return _limits(option, value, path)


def _of_entry(option, key, value, path, beside):
    path = "%s['%s']" % (path, printable(str(key)))
    wrong = _limits(option["key"], key, path)
    if wrong:
        return wrong
    if not isinstance(value, dict):
        return ["%s must be a mapping" % path]
    return problems(option["entries"], value, path, beside, option.get("rules"))


def _of_element(option, value, path, beside):
    if "options" not in option:
        return _limits(option.get("each", {}), value, path)
    name = label(value)
    path = "%s (%s)" % (path, name) if name else path
    return problems(option["options"], value, path, beside, option.get("rules"))


def label(item):
    """By what people know an item of a list; None where it has no such."""
    return next((printable(item[key]) for key in LABELS if isinstance(item.get(key), str)), None)


def _at(path, key):
    return "%s.%s" % (path, printable(str(key))) if path else printable(str(key))


def _unknown(path, key, names):
    near = difflib.get_close_matches(str(key), names, 1)
    way = "; did you mean '%s'?" % near[0] if near else ": it takes %s" % ", ".join(sorted(names))
    return "%s is unknown%s" % (_at(path, key), way)


def _wanted(option, result):
    """What an option takes, in words."""
    choices = option.get("choices")
    if choices and any(type(error).__name__ == "ArgumentValueError" for error in result.errors.errors):
        return "one of %s" % ", ".join(str(choice) for choice in choices)
    kind = option.get("type", "str")
    if kind == "list" and any(type(error).__name__ == "ElementError" for error in result.errors.errors):
        return "a list, each of it %s" % WORDS.get(option["elements"], "a value")
    return WORDS.get(kind, "a value")


def _limits(option, value, path):
    """What is wrong with a value of the right type."""
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
