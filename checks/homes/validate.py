"""The files of deploy/ by the judges of those who will read them: AWS's own API model, CloudFormation's resource schemas,
eksctl's schema, a parser of Terraform's language. Each judge is first shown a mistake that it must find."""

import copy
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import botocore.session
import botocore.validate
import hcl2
import jsonschema
import yaml

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
CFN_LINT = Path(sys.executable).parent / "cfn-lint"
EKSCTL_SCHEMA = Path(sys.argv[1])

passed = failed = 0


def check(name, found):
    """`found`: what is wrong, or nothing."""
    global passed, failed
    passed, failed = (passed, failed + 1) if found else (passed + 1, failed)
    print(f"{'not ok' if found else 'ok'} - {name}" + (f"\n# {found}".replace("\n", "\n# ") if found else ""), flush=True)


def unnoticed(name, found):
    check(f"the judge finds {name}", None if found else "it does not")


def by_model(document):
    model = botocore.session.Session().get_service_model("ecs")
    shape = model.operation_model("RegisterTaskDefinition").input_shape
    return botocore.validate.ParamValidator().validate(document, shape).generate_report()


def pascal(value):
    """As CloudFormation writes what the API writes: keys with a capital, but those of a log driver's options."""
    if isinstance(value, list):
        return [pascal(one) for one in value]
    if isinstance(value, dict):
        return {(key if "-" in key else key[0].upper() + key[1:]): pascal(one) for key, one in value.items()}
    return value


def by_schema(definitions):
    """Enumerations, ranges and Fargate's pairs of CPU and memory, which the API model does not have."""
    resources = {
        "".join(part.capitalize() for part in name.split("-")): {
            "Type": "AWS::ECS::TaskDefinition",
            "Properties": pascal(definition),
        }
        for name, definition in definitions.items()
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}, file)
        file.flush()
        return by_cfn_lint(file.name)


def by_cfn_lint(*templates):
    done = subprocess.run([CFN_LINT, "--", *map(str, templates)], capture_output=True, text=True)
    return (done.stdout + done.stderr).strip() if done.returncode else ""


def by_parser(text):
    try:
        hcl2.loads(text)
    except Exception as error:  # every kind of the parser's is a finding
        return str(error).splitlines()[0]
    return ""


def by_eksctl(document):
    schema = json.loads(EKSCTL_SCHEMA.read_text())
    return "\n".join(error.message for error in jsonschema.Draft7Validator(schema).iter_errors(document))


definitions = {path.stem: json.loads(path.read_text()) for path in sorted((DEPLOY / "ecs/task-definitions").glob("*.json"))}
check("there are task definitions", "" if len(definitions) > 4 else f"only {list(definitions)}")

wrong = copy.deepcopy(definitions["fargate-usage-sidecar"])
wrong["containerDefinitions"][1]["dependOn"] = wrong["containerDefinitions"][1].pop("dependsOn")
unnoticed("a misspelt member of a task definition", by_model(wrong))
for name, definition in definitions.items():
    check(f"{name}.json is what RegisterTaskDefinition takes", by_model(definition))

wrong = copy.deepcopy(definitions["fargate-usage-sidecar"])
wrong["containerDefinitions"][1]["dependsOn"][0]["condition"] = "HEALHTY"
unnoticed("a condition that does not exist", "HEALHTY" in by_schema({"wrong": wrong}))
wrong = {**definitions["fargate-usage-sidecar"], "cpu": "256", "memory": "8192"}
unnoticed("a size that Fargate has not", by_schema({"wrong": wrong}))
check("all task definitions, by CloudFormation's schemas", by_schema(definitions))

templates = sorted(DEPLOY.rglob("*cloudformation.yaml"))
check(f"{len(templates)} CloudFormation templates", by_cfn_lint(*templates))

unnoticed("a block that does not end", by_parser('variable "a" {'))
for path in sorted([*DEPLOY.rglob("*.tf"), *DEPLOY.rglob("*.tftest.hcl")]):
    check(f"{path.relative_to(DEPLOY)} is Terraform's language", by_parser(path.read_text()))

eksctl = yaml.safe_load((DEPLOY / "eks/eksctl.yaml").read_text())
wrong = copy.deepcopy(eksctl)
wrong["iam"]["serviceAccounts"][0]["rolOnly"] = True
unnoticed("a misspelt member of a cluster's configuration", by_eksctl(wrong))
check("eksctl.yaml is what eksctl takes", by_eksctl(eksctl))

print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
