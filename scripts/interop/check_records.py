"""Records and options with extreme numbers and times: no crash, and what is exported is valid."""

import datetime
import json

from check_hostile import HUGE, LEAST, measured
from harness import INPUTS, Session


def run(session: Session):
    deployment = json.loads(INPUTS[0].read_text().splitlines()[0])
    transitions = [json.loads(line) for line in INPUTS[1].read_text().splitlines()]
    transitions = [record for record in transitions if record["deploymentId"] == deployment["deploymentId"]]
    folder = session.folder("hostile-records")

    def export(name, records, *options):
        path = folder / "records.ndjson"
        path.write_text(
            "".join((record if isinstance(record, str) else json.dumps(record)) + "\n" for record in records)
        )
        out = session.folder("hostile-records/out")
        status, took, memory, output = measured(
            session, session.cartulary, "export", path, "--key", session.key(), "--out", out, "--name", "h", *options
        )
        session.check(
            f"hostile records: {name}: no crash",
            status is not None and 0 <= status < 80,
            f"status {status} after {took:.1f} s: {output[-300:]!r}",
        )
        if status == 0:
            result = session.verify(out / "h.zip", session.key())
            session.equal(f"hostile records: {name}: the bundle is valid", result.brief()[:9], "status 0:")

    members = ["durationFromPreviousStatusMs", "confirmedRound"]
    for number in [
        "9223372036854775807",
        "-9223372036854775808",
        "18446744073709551616",
        "1e400",
        "-0",
        "1.0",
        "1e2",
        "9007199254740993",
        "-1",
        "0.1",
        "1E+2",
        "123456789012345678901234567890",
    ]:
        for member in members:
            changed = [json.dumps(dict(record, **{member: "@"})).replace('"@"', number) for record in transitions]
            export(f"{member} {number}", [deployment, *changed])
        export(
            f"totalDurationMs {number}",
            [json.dumps(dict(deployment, totalDurationMs="@")).replace('"@"', number), *transitions],
        )
    # The difference of stated and measured duration is the least number there is.
    exact = exact_durations(transitions)
    export("stated minus measured duration is the least number", [deployment, *exact])
    for stamp in [
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.9999999Z",
        "9999-12-31T23:59:60Z",
        "1969-12-31T23:59:59Z",
    ]:
        export(f"time {stamp}", [deployment, dict(transitions[0], timestamp=stamp), *transitions[1:]])
        export(f"createdAt {stamp}", [dict(deployment, createdAt=stamp, updatedAt=stamp), *transitions])
        export(f"as-of {stamp}", [deployment, *transitions], "--as-of", stamp)
    for name in [
        "success-rate",
        "success-rate-error",
        "p95-seconds",
        "p95-error-seconds",
        "network-error-rate",
        "stuck-after-seconds",
        "pending-deployments",
    ]:
        export(f"threshold {name} at the greatest number", [deployment, *transitions], "--threshold", f"{name}={HUGE}")


def exact_durations(transitions):
    def milliseconds(record):
        text = record["timestamp"].rstrip("Z")
        whole, _, fraction = text.partition(".")
        seconds = int(datetime.datetime.fromisoformat(whole + "+00:00").timestamp())
        return seconds * 10_000_000 + int(fraction.ljust(7, "0"))

    result = [transitions[0]]
    for before, after in zip(transitions, transitions[1:]):
        measured_ms = (milliseconds(after) - milliseconds(before)) // 10_000
        result.append(dict(after, durationFromPreviousStatusMs=LEAST + measured_ms))
    return result
