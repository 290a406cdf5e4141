"""Reads files of Kubernetes objects and prints, one a line, what the strict schemas of each version find wrong in them."""

import sys

import kubernetes_validate
import yaml

VERSIONS = sys.argv[1].split(",")
found = 0
for name in sys.argv[2:]:
    with open(name, encoding="utf-8") as file:
        for thing in yaml.safe_load_all(file):
            # The operator's kinds are described by itself alone.
            if thing is None or thing["apiVersion"].startswith("monitoring.coreos.com/"):
                continue
            for version in VERSIONS:
                try:
                    kubernetes_validate.validate(thing, version, strict=True)
                except kubernetes_validate.ValidationError as error:
                    found += 1
                    print(f"{name}: {thing['kind']} {version}: {'.'.join(map(str, error.path))}: {error.message}"[:600])
sys.exit(1 if found else 0)
