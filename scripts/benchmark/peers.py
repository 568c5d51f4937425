"""What a user would script today for the same jobs: DuckDB for the data, pigz for compression.

usage: peers.py export RECORDS OUT | peers.py ingest RECORDS FILE

`export` reads, leaves out duplicates, checks each transition against the state machine, computes metrics, writes the nested
audit trail and the flat transitions, compresses and hashes them. It signs nothing, builds no tree, no report and no
workbook, so it does less. `ingest` loads the records into a file with primary keys.

DuckDB compressing by itself is slower. Forms with Polars and SQLite are not here.
"""

import hashlib
import json
import os
import pathlib
import subprocess
import sys

import duckdb

DEPLOYMENT = dict.fromkeys(
    ["deploymentId", "currentStatus", "tokenType", "network", "deployedBy", "tokenName", "tokenSymbol", "assetIdentifier",
     "transactionHash", "errorMessage", "correlationId"], "VARCHAR") | {"createdAt": "TIMESTAMP", "updatedAt": "TIMESTAMP"}
TRANSITION = dict.fromkeys(
    ["id", "deploymentId", "status", "message", "transactionHash", "errorMessage", "reasonCode", "actorAddress"],
    "VARCHAR") | {
        "timestamp": "TIMESTAMP", "confirmedRound": "UBIGINT", "complianceChecks": "JSON", "metadata": "JSON"}
FOLLOWING = {
    "Queued": ["Submitted", "Failed", "Cancelled"], "Submitted": ["Pending", "Failed"], "Pending": ["Confirmed", "Failed"],
    "Confirmed": ["Indexed", "Completed", "Failed"], "Indexed": ["Completed", "Failed"], "Failed": ["Queued"],
}


def source(folder, name, columns):
    types = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
    return f"read_json('{folder}/{name}.ndjson', format = 'newline_delimited', columns = {{{types}}})"


def read(database, folder):
    """Tables d of deployments and h of transitions without duplicates, each with what came before it."""
    database.execute(f"create table d as select * from {source(folder, 'deployments', DEPLOYMENT)}")
    database.execute(f"create table raw as select *, row_number() over () as place from {source(folder, 'transitions', TRANSITION)}")
    database.execute("create table t as select * from raw qualify row_number() over (partition by id order by place) = 1")
    database.execute("create table following (earlier varchar, later varchar)")
    database.executemany(
        "insert into following values (?, ?)",
        [(earlier, later) for earlier, list in FOLLOWING.items() for later in list])
    database.execute("""
        create table h as
        select t.*, lag(status) over w as earlier, row_number() over w as sequence,
            date_diff('millisecond', lag(timestamp) over w, timestamp) as durationMs
        from t window w as (partition by deploymentId order by timestamp, place)""")


def measure(database):
    """The findings and metrics that Cartulary has too."""
    database.execute("""
        create table findings as
        select h.deploymentId, h.id, h.earlier, h.status, h.timestamp
        from h left join following on h.earlier = following.earlier and h.status = following.later
        where (h.earlier is null and h.status <> 'Queued') or (h.earlier is not null and following.earlier is null)""")
    rows = lambda sql: database.execute(sql).fetchall()
    return {
        "transitions": rows("select count(*) from t")[0][0],
        "illegal": rows("select count(*) from findings")[0][0],
        "networks": dict(rows("select network, count(*) from d group by 1")),
        "tokenTypes": dict(rows("select tokenType, count(*) from d group by 1")),
        "durations": dict(rows("""
            select h.earlier || '->' || status, floor(avg(durationMs))::bigint
            from h join following on h.earlier = following.earlier and h.status = following.later group by 1""")),
        "retried": rows("select count(distinct deploymentId) from h where earlier = 'Failed' and status = 'Queued'")[0][0],
        "totals": rows("""
            select avg(x), median(x), quantile_disc(x, 0.95), min(x), max(x)
            from (select date_diff('millisecond', min(timestamp), max(timestamp)) as x from h group by deploymentId)"""),
        "failures": rows("select metadata->>'errorCategory', count(*) from h where status = 'Failed' group by 1"),
    }


def write(database, out):
    history = ", ".join(name for name in TRANSITION if name != "deploymentId")
    database.execute(f"""
        copy (with g as (
            select deploymentId, list(struct_pack({history}, durationMs) order by sequence) as statusHistory
            from h group by deploymentId)
        select d.*, g.statusHistory from d join g using (deploymentId) order by deploymentId)
        to '{out}/audit-trail.ndjson' (format json)""")
    database.execute(f"""
        copy (select h.deploymentId, tokenType, tokenName, tokenSymbol, network, deployedBy, assetIdentifier, h.transactionHash,
                status, timestamp, message, reasonCode, actorAddress, confirmedRound, h.errorMessage, durationMs
            from h join d using (deploymentId) order by h.deploymentId, sequence)
        to '{out}/transitions.csv' (format csv, header)""")
    database.execute(f"copy findings to '{out}/findings.csv' (format csv, header)")


def export(folder, out):
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    database = duckdb.connect()
    database.execute(f"set threads = {os.cpu_count()}")
    read(database, folder)
    (out / "metrics.json").write_text(json.dumps(measure(database), default=str))
    write(database, out)
    files = sorted(path for path in out.iterdir() if path.suffix in (".ndjson", ".csv", ".json"))
    with open(out / "manifest-sha256.txt", "w") as manifest:
        for path in files:
            with open(path, "rb") as file:
                manifest.write(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path.name}\n")
    subprocess.run(
        ["pigz", "-6", "-f", "-p", str(os.cpu_count()), out / "audit-trail.ndjson", out / "transitions.csv"], check=True)


def ingest(folder, path):
    database = duckdb.connect(path)
    for name, columns, key in [("deployments", DEPLOYMENT, "deploymentId"), ("transitions", TRANSITION, "deploymentId, id")]:
        members = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        database.execute(f"create table {name} ({members}, primary key ({key}))")
        database.execute(f"insert or ignore into {name} by name select * from {source(folder, name, columns)}")
    database.execute("checkpoint")
    database.close()


if __name__ == "__main__":
    {"export": export, "ingest": ingest}[sys.argv[1]](sys.argv[2], sys.argv[3])
