"""The checks of run.sh: the AWS CLI and boto3 in the emulator's homes, judged by their output and by the bill."""

import gzip
import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import boto3
import botocore
import jwt

NODE, EMULATOR = sys.argv[1:3]
BIN = Path(sys.executable).parent
AWS = str(BIN / "aws")
PYTHON = str(BIN / "python")
# The AWS CLI either has a botocore inside or uses the one beside it. It is looked at, not imported: importing it would
# put its own botocore in the place of boto3's.
AWSCLI = Path(importlib.util.find_spec("awscli").origin).parent
CLI_BOTOCORE = next(p for p in (AWSCLI / "botocore", Path(botocore.__file__).parent) if p.exists())
BOTO = str(Path(__file__).with_name("boto_call.py"))

USAGE = "4w1vgsrkqdkypbz43g7qkk4uz"
HOURLY = "2hourlyproductcode0example1"
SAAS = "5saasproductcode00example01"
SELLER = {
    "AWS_ACCESS_KEY_ID": "AKIAI44QH8DHBEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY",
}

passed = failed = 0


def check(name, holds, seen=""):
    global passed, failed
    passed, failed = (passed + 1, failed) if holds else (passed, failed + 1)
    print(f"{'ok' if holds else 'not ok'} - {name}" + ("" if holds else f"\n  {str(seen)[:2000]}"), flush=True)


def home_with_newest_model():
    """A home folder. The AWS CLI carries an API model of its own; where that is older than boto3's and has no decimal
    quantities, boto3's is put where `aws configure add-model` would put it."""
    home = Path(sys.prefix).parent / "home"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    model = Path("data/meteringmarketplace/2016-01-14/service-2.json")
    if "UsageQuantityAsDecimal" not in read_model(CLI_BOTOCORE / model):
        print("# the AWS CLI's own model knows no decimals: it runs with boto3's model")
        added = home / ".aws/models" / model.relative_to("data")
        added.parent.mkdir(parents=True)
        added.write_text(read_model(Path(botocore.__file__).parent / model))
    return str(home)


def read_model(path):
    packed = path.with_suffix(".json.gz")
    return gzip.decompress(packed.read_bytes()).decode() if packed.exists() else path.read_text()


class World:
    """A running emulator and its commands."""

    def __init__(self):
        self.server = subprocess.Popen([NODE, EMULATOR, "serve", "--port", "0"], stdout=subprocess.PIPE, text=True)
        self.url = re.search(r"http://127\.0\.0\.1:\d+", self.server.stdout.readline()).group()
        self.env = {**os.environ, "TOLLGATE_EMULATOR_URL": self.url, "HOME": home_with_newest_model()}

    def emulator(self, *args):
        return subprocess.run([NODE, EMULATOR, *args], env=self.env, capture_output=True, text=True, timeout=60)

    def json(self, *args):
        return json.loads(self.emulator(*args, "--json").stdout)

    def launch(self, home):
        """Launches a named home, so that what is stamped afterwards is not before its launch."""
        self.home(home, "true")
        return int(time.time())

    def home(self, home, *command):
        return self.emulator(*home.split(), "--", *command)

    def aws(self, home, *command):
        """The AWS CLI in a home; its JSON, or the error's name."""
        done = self.home(home, AWS, *command)
        error = re.search(r"An error occurred \((\w+)\)", done.stderr)
        if error:
            return error.group(1)
        return json.loads(done.stdout or "{}") if done.returncode == 0 else done.stderr

    def boto(self, home, operation, *parameters):
        """The same with boto3."""
        done = self.home(home, PYTHON, BOTO, operation, *map(json.dumps, parameters))
        return json.loads(done.stdout) if done.returncode == 0 else done.stderr

    def seller(self, *command):
        env = {k: v for k, v in self.env.items() if not k.startswith("AWS_")}
        env.update(SELLER, AWS_REGION="us-east-1", AWS_DEFAULT_REGION="us-east-1")
        done = subprocess.run([AWS, "--endpoint-url", self.url, *command], env=env, capture_output=True, text=True, timeout=60)
        error = re.search(r"An error occurred \((\w+)\)", done.stderr)
        if error:
            return error.group(1)
        return json.loads(done.stdout or "{}") if done.returncode == 0 else done.stderr

    def quantity(self, product, dimension):
        return next((u["quantity"] for u in self.json("bill")["usage"] if (u["product"], u["dimension"]) == (product, dimension)), None)


def now():
    return int(time.time())


def meter(dimension, *more, at=None):
    stamp = str(at or now())
    return ("meteringmarketplace", "meter-usage", "--product-code", USAGE, "--usage-dimension", dimension, "--timestamp", stamp, *more)


def register(nonce):
    return ("meteringmarketplace", "register-usage", "--product-code", HOURLY, "--public-key-version", "1", "--nonce", nonce)


def has_id(answer):
    return isinstance(answer, dict) and bool(answer.get("MeteringRecordId"))


def registering(world):
    for home in ("task --name reg-task", "pod --name reg-pod --region eu-west-1"):
        answer = world.aws(home, *register("nonce-1"))
        check(f"AWS CLI: register-usage in a {home.split()[0]}", isinstance(answer, dict) and "Signature" in answer, answer)
        if not isinstance(answer, dict):
            continue
        pem = world.emulator("keys", "--product", HOURLY).stdout
        claims = jwt.decode(answer["Signature"], pem, algorithms=["PS256"])
        wanted = {"productCode": HOURLY, "publicKeyVersion": 1, "nonce": "nonce-1"}
        check("PyJWT: the token is PS256, signed, and says product, version and nonce", wanted.items() <= claims.items(), claims)
        try:
            jwt.decode(answer["Signature"], world.emulator("keys", "--product", USAGE).stdout, algorithms=["PS256"])
            check("PyJWT: another product's key does not fit", False)
        except jwt.InvalidSignatureError:
            check("PyJWT: another product's key does not fit", True)
    registered = world.json("bill")["registered"]
    check("both are on the bill as registered", len(registered) == 2, registered)
    answer = world.boto("pod --name boto-pod", "register_usage", {"ProductCode": HOURLY, "PublicKeyVersion": 1})
    check("boto3: register_usage in a pod", "Signature" in answer, answer)


def metering(world):
    home = "task --name meter"
    stamp = world.launch(home)
    first = world.aws(home, *meter("requests", "--usage-quantity", "17", "--client-token", "token-1", at=stamp))
    check("AWS CLI: meter-usage with an integer and a client token", has_id(first), first)
    again = world.aws(home, *meter("requests", "--usage-quantity-as-decimal", "17.00", "--client-token", "token-1", at=stamp))
    check("AWS CLI: 17.00 is 17: the same record", again == first, again)
    other = world.aws(home, *meter("requests", "--usage-quantity", "18", at=stamp))
    check("AWS CLI: another quantity is DuplicateRequestException", other == "DuplicateRequestException", other)
    conflict = world.aws(home, *meter("users", "--usage-quantity", "1", "--client-token", "token-1"))
    check("AWS CLI: another request with the same token is IdempotencyConflictException", conflict == "IdempotencyConflictException", conflict)
    decimal = world.aws(home, *meter("data_gb", "--usage-quantity-as-decimal", "0.125"))
    check("AWS CLI: meter-usage with a decimal", has_id(decimal), decimal)
    tagged = json.dumps([
        {"AllocatedUsageQuantityAsDecimal": "0.1", "Tags": [{"Key": "team", "Value": "blue"}]},
        {"AllocatedUsageQuantityAsDecimal": "0.2"},
    ])
    world.launch("pod --name tagged")
    answer = world.aws("pod --name tagged", *meter("data_gb", "--usage-quantity-as-decimal", "0.3", "--usage-allocations", tagged))
    check("AWS CLI: allocations in decimals add up", has_id(answer), answer)
    stamp = world.launch("pod --name boto-meter")
    parameters = {"ProductCode": USAGE, "UsageDimension": "data_gb", "Timestamp": stamp, "UsageQuantityAsDecimal": "0.000001"}
    answer = world.boto("pod --name boto-meter", "meter_usage", parameters)
    check("boto3: meter_usage with a decimal in a pod", has_id(answer), answer)
    check("boto3: the request id of AWS is there", bool(answer["ResponseMetadata"].get("RequestId")), answer)
    check("the bill is the exact sum", world.quantity(USAGE, "data_gb") == "0.425001", world.json("bill"))
    check("the bill has the integer once", world.quantity(USAGE, "requests") == "17", world.json("bill"))
    dry = world.aws(home, *meter("node_hours", "--usage-quantity", "0", "--dry-run"))
    check("AWS CLI: a dry run is allowed and stores nothing", dry == {} and world.quantity(USAGE, "node_hours") is None, dry)
    instance = f"instance --name i --product {USAGE}"
    world.launch(instance)
    answer = world.aws(instance, *meter("node_hours", "--usage-quantity", "1"), "--region", "us-east-1")
    check("AWS CLI: meter-usage on an instance, by IMDSv2", has_id(answer), answer)


def refusals(world):
    wrong_secret = (
        "import json,boto3;c=boto3.Session().get_credentials().get_frozen_credentials();"
        "m=boto3.client('meteringmarketplace',aws_access_key_id=c.access_key,aws_secret_access_key='wrong',aws_session_token=c.token);"
        f"m.register_usage(ProductCode='{HOURLY}',PublicKeyVersion=1)"
    )
    done = world.home("task", PYTHON, "-c", wrong_secret)
    check("boto3: a wrong signature is InvalidSignatureException", "(InvalidSignatureException)" in done.stderr, done.stderr)
    answer = world.aws("task --region eu-west-1", *register("n"), "--region", "us-west-2")
    check("AWS CLI: a wrong Region is InvalidRegionException for register-usage", answer == "InvalidRegionException", answer)
    answer = world.aws("task --region eu-west-1", *meter("requests"), "--region", "us-west-2")
    check("AWS CLI: a wrong Region is InvalidEndpointRegionException for meter-usage", answer == "InvalidEndpointRegionException", answer)
    answer = world.aws("pod --role nothing", *register("n"))
    check("AWS CLI: a role without the action is AccessDeniedException", answer == "AccessDeniedException", answer)
    answer = world.aws("pod --role no-such-role", *register("n"))
    check("AWS CLI: a role that does not trust the pod is AccessDenied, by STS", answer == "AccessDenied", answer)
    answer = world.aws("pod --no-irsa", *register("n"), "--region", "us-east-1")
    check("AWS CLI: the node's role is PlatformNotSupportedException", answer == "PlatformNotSupportedException", answer)
    answer = world.aws("pod --pod-identity", *register("n"))
    check("AWS CLI: EKS Pod Identity is PlatformNotSupportedException", answer == "PlatformNotSupportedException", answer)
    answer = world.aws("task --region af-south-1", *register("n"))
    check("AWS CLI: a Region without container metering is DisabledApiException", answer == "DisabledApiException", answer)


def identities(world):
    for home, role in (("task --name who", "metering"), ("pod --role meter-only", "meter-only"), ("instance --region eu-west-2", "metering")):
        answer = world.aws(home, "sts", "get-caller-identity", "--region", "eu-west-2")
        wanted = f"arn:aws:sts::111122223333:assumed-role/{role}/"
        check(f"AWS CLI: get-caller-identity, {home.split()[0]}", isinstance(answer, dict) and answer["Arn"].startswith(wanted), answer)


def saas(world):
    stamp = now()
    batch = ("meteringmarketplace", "batch-meter-usage", "--product-code", SAAS, "--usage-records")
    records = [
        {"Timestamp": stamp, "CustomerIdentifier": "ExampleCust1", "Dimension": "requests", "QuantityAsDecimal": "1.5"},
        {"Timestamp": stamp, "CustomerIdentifier": "ExampleCust1", "Dimension": "requests", "Quantity": 2},
        {"Timestamp": stamp, "CustomerIdentifier": "ExampleCust2", "Dimension": "requests", "Quantity": 3},
    ]
    answer = world.seller(*batch, json.dumps(records))
    statuses = [one["Status"] for one in answer["Results"]] if isinstance(answer, dict) else answer
    check("AWS CLI: batch-meter-usage has a status for each record", statuses == ["Success", "DuplicateRecord", "CustomerNotSubscribed"], answer)
    check("only Success is on the bill", world.quantity(SAAS, "requests") == "1.5", world.json("bill"))
    world.emulator("fault", "add", "unprocessed", "--operation", "BatchMeterUsage", "--times", "1")
    late = [{"Timestamp": stamp - 3600, "CustomerIdentifier": "ExampleCust1", "Dimension": "requests", "Quantity": 4}]
    answer = world.seller(*batch, json.dumps(late))
    came_back = isinstance(answer, dict) and [one["Quantity"] for one in answer["UnprocessedRecords"]] == [4]
    check("AWS CLI: what AWS did not get to comes back, and is not on the bill", came_back and world.quantity(SAAS, "requests") == "1.5", answer)
    answer = world.seller(*batch, json.dumps([{**late[0], "CustomerIdentifier": "Nobody"}]))
    check("AWS CLI: a customer whom AWS never knew fails the request", answer == "InvalidCustomerIdentifierException", answer)
    answer = world.seller("meteringmarketplace", "resolve-customer", "--registration-token", "registration-token-example")
    check("AWS CLI: resolve-customer", isinstance(answer, dict) and answer["CustomerIdentifier"] == "ExampleCust1", answer)
    answer = world.seller("meteringmarketplace", "resolve-customer", "--registration-token", "nonsense")
    check("AWS CLI: a token that is none is InvalidTokenException", answer == "InvalidTokenException", answer)


def faults(world):
    world.emulator("fault", "add", "error", "--error", "ThrottlingException", "--operation", "MeterUsage", "--times", "1")
    world.launch("task --name throttled")
    answer = world.aws("task --name throttled", *meter("users", "--usage-quantity", "1"))
    calls = world.json("calls", "--operation", "MeterUsage")["calls"][-2:]
    check("AWS CLI: a throttled call is sent again by itself", has_id(answer) and [c["error"] for c in calls] == ["ThrottlingException", None], calls)
    check("both attempts are on the list with the same bytes", calls[0]["body"] == calls[1]["body"], calls)


def main():
    print(f"# awscli {importlib.metadata.version('awscli')}, boto3 {boto3.__version__}, PyJWT {jwt.__version__}")
    world = World()
    try:
        for part in (registering, metering, refusals, identities, saas, faults):
            try:
                part(world)
            except Exception as error:  # a check that breaks is a check that fails, and the others go on
                check(part.__name__, False, repr(error))
    finally:
        world.server.terminate()
        world.server.wait()
    print(f"{passed} passed, {failed} failed")
    sys.exit(0 if failed == 0 and passed > 0 else 1)


main()
