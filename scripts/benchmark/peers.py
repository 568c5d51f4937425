"""What a user would script today for the same jobs: DuckDB, Polars or SQLite for the data, pigz for compression.

usage: peers.py duckdb|polars|sqlite RECORDS OUT | peers.py ingest RECORDS FILE | peers.py both RECORDS FILE OUT |
    peers.py count FILE

The first three read, leave out duplicates, check each transition against the state machine, compute metrics, write the
nested audit trail and the flat transitions, compress and hash them. They sign nothing, build no tree, no report and no
workbook, so they do less. `ingest` loads the records into a file with primary keys; `both` does that, then what `duckdb` does from that file, and
`count` prints how many records such a file has.

DuckDB compressing by itself is slower.
"""

import csv
import hashlib
import json
import os
import pathlib
import sqlite3
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


def add_following(database):
    """The transitions that the state machine allows."""
    database.execute("create table following (earlier varchar, later varchar)")
    database.executemany(
        "insert into following values (?, ?)",
        [(earlier, later) for earlier, list in FOLLOWING.items() for later in list])


def find_illegal(database):
    """The findings that Cartulary has too."""
    database.execute("""
        create table findings as
        select h.deploymentId, h.id, h.earlier, h.status, h.timestamp
        from h left join following on h.earlier = following.earlier and h.status = following.later
        where (h.earlier is null and h.status <> 'Queued') or (h.earlier is not null and following.earlier is null)""")


def read(database, deployments, transitions):
    """Tables d of deployments and h of transitions without duplicates, each with what came before it."""
    database.execute(f"create table d as select * from {deployments}")
    database.execute(f"create table raw as select *, row_number() over () as place from {transitions}")
    database.execute("create table t as select * from raw qualify row_number() over (partition by id order by place) = 1")
    add_following(database)
    database.execute("""
        create table h as
        select t.*, lag(status) over w as earlier, row_number() over w as sequence,
            date_diff('millisecond', lag(timestamp) over w, timestamp) as durationMs
        from t window w as (partition by deploymentId order by timestamp, place)""")


def measure(database):
    """The metrics that Cartulary has too."""
    find_illegal(database)
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


def export_with_duckdb(folder, out):
    export_tables(duckdb.connect(), source(folder, "deployments", DEPLOYMENT), source(folder, "transitions", TRANSITION), out)


def export_tables(database, deployments, transitions, out):
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    database.execute(f"set threads = {os.cpu_count()}")
    read(database, deployments, transitions)
    (out / "metrics.json").write_text(json.dumps(measure(database), default=str))
    write(database, out)
    seal(out)


def seal(out):
    """Hashes the files, and compresses the large ones."""
    files = sorted(path for path in out.iterdir() if path.suffix in (".ndjson", ".csv", ".json"))
    with open(out / "manifest-sha256.txt", "w") as manifest:
        for path in files:
            with open(path, "rb") as file:
                manifest.write(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path.name}\n")
    subprocess.run(
        ["pigz", "-6", "-f", "-p", str(os.cpu_count()), out / "audit-trail.ndjson", out / "transitions.csv"], check=True)


def export_with_polars(folder, out):
    import polars as pl

    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    deployment = dict.fromkeys(DEPLOYMENT, pl.String)
    transition = dict.fromkeys(TRANSITION, pl.String) | {
        "confirmedRound": pl.UInt64,
        "complianceChecks": pl.List(pl.Struct({"checkName": pl.String, "passed": pl.Boolean, "message": pl.String, "checkedAt": pl.String})),
        "metadata": pl.Struct({"isRetryable": pl.Boolean, "errorCategory": pl.String, "errorCode": pl.String})}
    d = pl.read_ndjson(f"{folder}/deployments.ndjson", schema=deployment)
    t = pl.read_ndjson(f"{folder}/transitions.ndjson", schema=transition).unique(subset="id", keep="first", maintain_order=True)
    count, time = len(t), pl.col("timestamp")
    t = t.with_columns(time.str.to_datetime("%Y-%m-%dT%H:%M:%S%.3fZ", time_unit="ms")).with_row_index("place")
    h, same = t.sort("deploymentId", "timestamp", "place"), pl.col("deploymentId") == pl.col("deploymentId").shift(1)
    h = h.with_columns(
        earlier=pl.when(same).then(pl.col("status").shift(1)),
        durationMs=pl.when(same).then((time - time.shift(1)).dt.total_milliseconds()))
    legal = pl.DataFrame(
        [(earlier, later, True) for earlier, list in FOLLOWING.items() for later in list],
        schema=["earlier", "status", "legal"], orient="row")
    judged = h.select("deploymentId", "id", "earlier", "status", "timestamp", "durationMs", "metadata").join(
        legal, on=["earlier", "status"], how="left")
    first, unknown = pl.col("earlier").is_null(), pl.col("legal").is_null()
    findings = judged.filter((first & (pl.col("status") != "Queued")) | (~first & unknown)).select(
        "deploymentId", "id", "earlier", "status", "timestamp")
    totals = h.group_by("deploymentId").agg((time.max() - time.min()).dt.total_milliseconds())["timestamp"]
    means = judged.filter(pl.col("legal")).group_by("earlier", "status").agg(pl.col("durationMs").mean())
    metrics = {
        "transitions": count, "illegal": len(findings),
        "networks": dict(d.group_by("network").len().iter_rows()),
        "tokenTypes": dict(d.group_by("tokenType").len().iter_rows()),
        "durations": {f"{earlier}->{later}": int(mean) for earlier, later, mean in means.iter_rows()},
        "retried": judged.filter((pl.col("earlier") == "Failed") & (pl.col("status") == "Queued"))["deploymentId"].n_unique(),
        "totals": [totals.mean(), totals.median(), totals.quantile(0.95), totals.min(), totals.max()],
        "failures": judged.filter(pl.col("status") == "Failed").group_by(pl.col("metadata").struct.field("errorCategory")).len().rows(),
    }
    (out / "metrics.json").write_text(json.dumps(metrics))
    history = [name for name in TRANSITION if name != "deploymentId"] + ["durationMs"]
    grouped = h.group_by("deploymentId", maintain_order=True).agg(statusHistory=pl.struct(history))
    d.join(grouped, on="deploymentId").sort("deploymentId").write_ndjson(out / "audit-trail.ndjson")
    h.join(d, on="deploymentId", how="left", maintain_order="left").select(
        "deploymentId", "tokenType", "tokenName", "tokenSymbol", "network", "deployedBy", "assetIdentifier", "transactionHash",
        "status", "timestamp", "message", "reasonCode", "actorAddress", "confirmedRound", "errorMessage", "durationMs",
    ).write_csv(out / "transitions.csv")
    findings.write_csv(out / "findings.csv")
    seal(out)


def export_with_sqlite(folder, out):
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(out / "work.sqlite", isolation_level=None)
    database.executescript("pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -500000; begin")
    read_into_sqlite(database, folder)
    (out / "metrics.json").write_text(json.dumps(measure_in_sqlite(database)))
    write_from_sqlite(database, out)
    database.close()
    (out / "work.sqlite").unlink()
    seal(out)


def read_into_sqlite(database, folder):
    for name, columns in [("d", DEPLOYMENT), ("raw", TRANSITION)]:
        file = f"{folder}/{'deployments' if name == 'd' else 'transitions'}.ndjson"
        # One pass over the JSON text gives all columns; a path for each would parse it as often.
        rows = (tuple(as_column(record.get(column)) for column in columns) for record in map(json.loads, open(file, "rb")))
        database.execute(f"create table {name} ({', '.join(columns)})")
        database.executemany(f"insert into {name} values ({', '.join('?' * len(columns))})", rows)
    database.execute("create unique index d_key on d (deploymentId)")
    add_following(database)
    database.execute("create table t as select raw.rowid as place, raw.* from raw where rowid in (select min(rowid) from raw group by id)")
    database.execute("""
        create table h as
        select t.*, lag(status) over w as earlier, row_number() over w as sequence, ms - lag(ms) over w as durationMs
        from (select *, cast(strftime('%s', timestamp) as integer) * 1000 + cast(substr(timestamp, 21, 3) as integer) as ms
            from t) t window w as (partition by deploymentId order by ms, place)""")


def as_column(value):
    return json.dumps(value, separators=(",", ":")) if isinstance(value, (list, dict)) else value


def measure_in_sqlite(database):
    find_illegal(database)
    rows = lambda sql: database.execute(sql).fetchall()
    totals = sorted(row[0] for row in rows("select max(ms) - min(ms) from h group by deploymentId"))
    return {
        "transitions": rows("select count(*) from t")[0][0],
        "illegal": rows("select count(*) from findings")[0][0],
        "networks": dict(rows("select network, count(*) from d group by 1")),
        "tokenTypes": dict(rows("select tokenType, count(*) from d group by 1")),
        "durations": dict(rows("""
            select h.earlier || '->' || status, cast(avg(durationMs) as integer)
            from h join following on h.earlier = following.earlier and h.status = following.later group by 1""")),
        "retried": rows("select count(distinct deploymentId) from h where earlier = 'Failed' and status = 'Queued'")[0][0],
        "totals": [sum(totals) / len(totals), totals[len(totals) // 2], totals[len(totals) * 95 // 100], totals[0], totals[-1]],
        "failures": rows("select json_extract(metadata, '$.errorCategory'), count(*) from h where status = 'Failed' group by 1"),
    }


def write_from_sqlite(database, out):
    history = ", ".join(f"'{name}', {name}" for name in [*TRANSITION, "durationMs"] if name != "deploymentId")
    for name in ("complianceChecks", "metadata"):
        history = history.replace(f"'{name}', {name}", f"'{name}', json({name})")
    deployment = ", ".join(f"'{name}', d.{name}" for name in DEPLOYMENT)
    with open(out / "audit-trail.ndjson", "w") as file:
        file.writelines(row[0] + "\n" for row in database.execute(f"""
            select json_object({deployment}, 'statusHistory', json(g.history))
            from d join (select deploymentId, json_group_array(json_object({history})) as history
                from (select * from h order by deploymentId, sequence) group by deploymentId) g using (deploymentId)
            order by deploymentId"""))
    tables = {"transitions": """
        select h.deploymentId, tokenType, tokenName, tokenSymbol, network, deployedBy, assetIdentifier, h.transactionHash, status,
            timestamp, message, reasonCode, actorAddress, confirmedRound, h.errorMessage, durationMs
        from h join d using (deploymentId) order by h.deploymentId, sequence""", "findings": "select * from findings"}
    for name, query in tables.items():
        rows = database.execute(query)
        with open(out / f"{name}.csv", "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(column[0] for column in rows.description)
            writer.writerows(rows)


def ingest(folder, path):
    database = duckdb.connect(path)
    for name, columns, key in [("deployments", DEPLOYMENT, "deploymentId"), ("transitions", TRANSITION, "deploymentId, id")]:
        members = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        database.execute(f"create table {name} ({members}, primary key ({key}))")
        database.execute(f"insert or ignore into {name} by name select * from {source(folder, name, columns)}")
    database.execute("checkpoint")
    database.close()


def count(path):
    database = duckdb.connect(path, read_only=True)
    print(sum(database.execute(f"select count(*) from {name}").fetchone()[0] for name in ("deployments", "transitions")))


def ingest_and_export(folder, path, out):
    ingest(folder, path)
    database = duckdb.connect()
    database.execute(f"attach '{path}' as stored (read_only)")
    export_tables(database, "stored.deployments", "stored.transitions", out)


if __name__ == "__main__":
    {
        "duckdb": export_with_duckdb, "polars": export_with_polars, "sqlite": export_with_sqlite, "ingest": ingest,
        "both": ingest_and_export, "count": count,
    }[sys.argv[1]](*sys.argv[2:])
