"""One call with boto3, its credentials and Region left to its own chain: OPERATION {parameters}."""

import json
import sys

import boto3

operation, parameters = sys.argv[1:3]
answer = getattr(boto3.client("meteringmarketplace"), operation)(**json.loads(parameters))
print(json.dumps(answer, default=str))
