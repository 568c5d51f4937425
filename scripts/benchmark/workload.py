"""Records for benchmarks, the same for the same seed.

usage: workload.py FOLDER COUNT

A deployment has five or six transitions, which stand in order of time among those of the others. Two records in a hundred
stand twice, one deployment in two hundred goes on after its end, and attempts fail, are tried again or are cancelled.
"""

import dataclasses
import datetime
import json
import pathlib
import random
import sys
import uuid

NETWORKS = ["mainnet-v1.0", "testnet-v1.0", "base-mainnet", "voimain-v1.0", "aramidmain-v1.0"]
TOKEN_TYPES = ["ERC20_Mintable", "ERC20_Preminted", "ASA_FT", "ASA_NFT", "ARC3_FT", "ARC200_Mintable", "ARC1400"]
RETRYABLE = ["NetworkError", "UserRejection", "InsufficientFunds", "TransactionFailure", "RateLimitExceeded", "InternalError"]
FINAL = ["ValidationError", "ComplianceError", "ConfigurationError"]
MESSAGES = {
    "Queued": "Deployment request queued for processing",
    "Submitted": "Transaction submitted to blockchain network",
    "Pending": "Transaction awaiting confirmation",
    "Confirmed": "Transaction confirmed by blockchain",
    "Indexed": "Transaction indexed by explorers",
    "Completed": "Deployment completed successfully",
    "Failed": "Deployment failed",
    "Cancelled": "Cancelled by user: changed configuration",
}
BEGIN = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
DAYS = 90


def line(record):
    return json.dumps(record, separators=(",", ":")).encode() + b"\n"


def stamp(milliseconds):
    time = BEGIN + datetime.timedelta(milliseconds=milliseconds)
    return f"{time:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"


@dataclasses.dataclass
class Deployment:
    """One deployment while its transitions are being made up."""

    chance: random.Random
    user: str
    number: int
    now: int = 0
    status: str = ""
    transaction: str | None = None
    round: int = 0
    error: str | None = None
    transitions: list = dataclasses.field(default_factory=list)

    def identifier(self):
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))

    def go(self, status, **more):
        """Adds a transition that takes place now."""
        record = {
            "id": self.identifier(),
            "deploymentId": self.id,
            "status": status,
            "timestamp": stamp(self.now),
            "message": MESSAGES[status],
            "actorAddress": self.user,
        }
        if self.transaction:
            record["transactionHash"] = self.transaction
        if status in ("Confirmed", "Indexed", "Completed"):
            record["confirmedRound"] = self.round
        self.transitions.append((self.now, record | more))
        self.status = status

    def attempt(self):
        """Goes through one attempt; true if it failed in a way that is worth another one."""
        chance = self.chance
        self.go("Queued")
        if chance.random() < 0.02:
            self.now += chance.randrange(1_000, 90_000)
            self.go("Cancelled", reasonCode="USER_REQUESTED")
            return False
        path = ["Submitted", "Pending", "Confirmed"] + ["Indexed"] * (chance.random() < 0.5) + ["Completed"]
        failing = chance.randrange(len(path)) if chance.random() < 0.08 else None
        for place, status in enumerate(path):
            self.now += int(chance.lognormvariate(9.5, 0.8))
            if place == failing:
                return self.fail()
            self.advance(status)
        return False

    def advance(self, status):
        if status == "Submitted":
            self.transaction = f"0x{self.chance.getrandbits(256):064x}"
        if status == "Confirmed":
            self.round = self.chance.randrange(1 << 25, 1 << 26)
        if status != "Confirmed" or self.chance.random() < 0.5:
            return self.go(status)
        self.go(status, complianceChecks=[
            {"checkName": "KYC_VERIFICATION", "passed": self.chance.random() < 0.99,
             "message": "KYC verification completed", "checkedAt": stamp(self.now)},
            {"checkName": "WHITELIST_CHECK", "passed": True,
             "message": "Address verified on whitelist", "checkedAt": stamp(self.now)},
        ])

    def fail(self):
        category = self.chance.choice(RETRYABLE + FINAL)
        self.error = f"Technical detail {self.chance.getrandbits(24):06x} for {category}"
        self.go("Failed", errorMessage=self.error, reasonCode=category.upper(), metadata={
            "isRetryable": category in RETRYABLE, "errorCategory": category, "errorCode": category.upper()})
        return category in RETRYABLE and self.chance.random() < 0.7

    def run(self):
        """Makes up everything that happens to it; the record of the deployment."""
        chance = self.chance
        self.id, created = self.identifier(), chance.randrange(DAYS * 86_400_000)
        self.now = created
        for _ in range(3):
            if not self.attempt():
                break
            self.now += chance.randrange(30_000, 600_000)
            self.transaction = None
        reported = self.status
        if chance.random() < 0.005 and len(self.transitions) > 2:
            self.now += 1_000
            self.go("Pending")
        if chance.random() < 0.02:
            self.transitions.append((self.now + 5, self.transitions[-1][1]))
        return {
            "deploymentId": self.id, "currentStatus": reported, "tokenType": chance.choice(TOKEN_TYPES),
            "network": chance.choice(NETWORKS), "deployedBy": self.user, "tokenName": f"Token {self.number}",
            "tokenSymbol": f"T{self.number % 99_999:05d}",
            "assetIdentifier": str(chance.randrange(10**9)) if reported == "Completed" else None,
            "transactionHash": self.transaction, "createdAt": stamp(created), "updatedAt": stamp(self.now),
            "errorMessage": self.error, "correlationId": self.identifier(),
        }


def write(folder, count, seed=7):
    """Writes deployments.ndjson and transitions.ndjson into a folder, unless they are there."""
    folder = pathlib.Path(folder)
    done = folder / f"made-{count}-{seed}"
    if done.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)
    users = [f"0x{chance.getrandbits(160):040x}" for _ in range(5_000)]
    transitions = []
    with open(folder / "deployments.ndjson", "wb") as file:
        for number in range(count):
            deployment = Deployment(chance, chance.choice(users), number)
            file.write(line(deployment.run()))
            transitions += [(time, line(record)) for time, record in deployment.transitions]
    transitions.sort(key=lambda entry: entry[0])
    with open(folder / "transitions.ndjson", "wb") as file:
        file.writelines(record for _, record in transitions)
    done.touch()


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]))
