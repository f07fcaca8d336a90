import { execOnController } from '../../../lab/controller.ts';
import type { Release } from '../../../lab/packages.ts';

/** What cloud-init says of a document: it takes it, takes it with a complaint of outdated keys, or refuses it. */
export interface Verdict {
  readonly verdict: 'valid' | 'deprecated' | 'invalid';
  /** cloud-init's own words. */
  readonly why: string;
}

/** A document by its text. */
export interface Case {
  readonly kind: 'cloud-config' | 'network-config';
  readonly text: string;
}

// What `cloud-init schema` does after it read a file, but one process for all documents. cloud-init 22.4 has no schema
// of a network-config: there, and for what a schema doesn't see, cloud-init itself reads it, and for a version 2
// netplan, which cloud-init hands it to.
const SCRIPT = `
import json, logging, os, subprocess, sys, tempfile, yaml
from cloudinit.config import schema
from cloudinit.net import netplan as renderer, network_state

logging.disable(logging.CRITICAL)
full = schema.get_schema()
generators = ["/usr/libexec/netplan/generate", "/lib/netplan/generate"]
generator = next(path for path in generators if os.path.exists(path))

def checked(config, **how):
    try:
        schema.validate_cloudconfig_schema(config, strict=True, **how)
    except schema.SchemaValidationError as error:
        if error.has_errors():
            return "invalid", str(error)
        return "deprecated", str(error)
    return "valid", ""

def netplan(config):
    with tempfile.TemporaryDirectory() as root:
        os.makedirs(root + "/etc/netplan")
        with open(root + "/etc/netplan/it.yaml", "w") as file:
            yaml.safe_dump({"network": config}, file)
        os.chmod(root + "/etc/netplan/it.yaml", 0o600)
        done = subprocess.run([generator, "--root-dir", root], capture_output=True, text=True)
        return ("invalid", done.stderr) if done.returncode else ("valid", "")

def network(config):
    if "network" in config:
        config = config["network"]
    verdict = "valid", ""
    if config["version"] == 2:
        verdict = netplan(config)
    elif hasattr(schema, "SchemaType"):
        kind = schema.SchemaType.NETWORK_CONFIG_V1
        verdict = checked(config, schema=schema.get_schema(kind), schema_type=kind)
    if verdict[0] == "valid":
        network_state.parse_net_config_data(config, skip_broken=False, renderer=renderer.Renderer())
    return verdict

def judge(case):
    try:
        config = yaml.safe_load(case["text"])
        if not isinstance(config, dict):
            return "invalid", "not a mapping"
        if case["kind"] == "network-config":
            return network(config)
        return checked(config, schema=full)
    except Exception as error:
        return "invalid", repr(error)

json.dump([dict(zip(("verdict", "why"), judge(case))) for case in json.load(sys.stdin)], sys.stdout)
`;

/** Asks the cloud-init of a Debian release. @returns a verdict for each document */
export async function cloudInit(release: Release, cases: readonly Case[]): Promise<Verdict[]> {
  const { stdout } = await execOnController(['/usr/bin/python3', '-c', SCRIPT], {
    release,
    input: JSON.stringify(cases),
  });
  return JSON.parse(stdout);
}
