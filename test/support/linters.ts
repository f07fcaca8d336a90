import type { Tools } from '../lab/tools.ts';

const PYTHON = '/usr/lib/python3/dist-packages';

/** The linters that `ansible-test sanity` would take from PyPI, as Debian has them. Only the tests of the house need them. */
export const LINTERS: Tools = {
  pycodestyle: 'pycodestyle',
  pylint: 'pylint',
  yamllint: 'yamllint',
  shellcheck: 'shellcheck',
  // A library of ansible-test's own validate-modules.
  [`${PYTHON}/voluptuous`]: 'python3-voluptuous',
};

/** The program by which `ansible-test sanity` checks the documentation of modules, in the machine's Ansible. */
export const VALIDATE_MODULES = `${PYTHON}/ansible_test/_util/controller/sanity/validate-modules/validate.py`;
