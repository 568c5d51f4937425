"""Packs of a ledger's file (docs/ledger.md, "Packs"), read and written with other code.

Whoever has the file can change an entry: `entries` puts a table `entry` with a row for each into the connection, and
`put_back` writes what was changed there into the rows of the file, with checksums that fit.
"""

import zlib

COLUMNS = "idx, leaf, kind, deployment, sha256, asReceived, content"
PART = 64


def number(data, place):
    """The number at a place, and where the next one begins."""
    value, shift = 0, 0
    while True:
        value |= (data[place] & 0x7F) << shift
        shift += 7
        place += 1
        if not data[place - 1] & 0x80:
            return (value >> 1) ^ -(value & 1), place


def written(value):
    value = value << 1 if value >= 0 else (-value << 1) - 1
    data = b""
    while value >= 0x80:
        data += bytes([value & 0x7F | 0x80])
        value >>= 7
    return data + bytes([value])


def unpacked(first, count, leaves, body):
    """The entries of a pack, as rows with the columns COLUMNS."""
    if int.from_bytes(body[:4], "big") != zlib.crc32(body[4:]):
        raise ValueError(f"the pack of entry {first} has another checksum")
    total, place = number(body, 4)
    parts = []
    for _ in range(total):
        entries, place = number(body, place)
        size, place = number(body, place)
        parts.append((entries, size))
    marks, place = body[place : place + count], place + count
    deployments, last = [], 0
    for mark in marks:
        if mark & 8:
            difference, place = number(body, place)
            last += difference
        deployments.append(last if mark & 8 else None)
    lengths = []
    for mark in marks:
        content, place = number(body, place)
        text = None
        if mark & 4:
            text, place = number(body, place)
        lengths.append((content, text))
    digests = []
    for mark in marks:
        digests.append(body[place : place + 32] if mark & 16 else None)
        place += 32 if mark & 16 else 0
    texts = []
    for entries, size in parts:
        data = zlib.decompress(body[place : place + size], wbits=-15)
        place += size
        start = 0
        for content, text in lengths[len(texts) : len(texts) + entries]:
            end = start + content
            texts.append((data[start:end], None if text is None else data[end : end + text]))
            start = end + (text or 0)
    return [
        (first + row, leaves[32 * row : 32 * row + 32], marks[row] & 3, deployments[row], digests[row], texts[row][1], texts[row][0])
        for row in range(count)
    ]


def packed(rows):
    """The row of table `pack` of some entries."""
    marks, deployments, lengths, digests, last = b"", b"", b"", b"", 0
    for _, _, kind, deployment, sha256, text, content in rows:
        mark = kind | (4 if text is not None else 0) | (8 if deployment is not None else 0) | (16 if sha256 is not None else 0)
        marks += bytes([mark])
        if deployment is not None:
            deployments += written(deployment - last)
            last = deployment
        lengths += written(len(content)) + (written(len(text)) if text is not None else b"")
        digests += sha256 or b""
    parts = []
    for start in range(0, len(rows), PART):
        own = rows[start : start + PART]
        deflater = zlib.compressobj(wbits=-15)
        data = deflater.compress(b"".join(row[6] + (row[5] or b"") for row in own)) + deflater.flush()
        parts.append((len(own), data))
    head = written(len(parts)) + b"".join(written(count) + written(len(data)) for count, data in parts)
    rest = head + marks + deployments + lengths + digests + b"".join(data for _, data in parts)
    leaves = b"".join(row[1] for row in rows)
    return rows[0][0], len(rows), leaves, zlib.crc32(rest).to_bytes(4, "big") + rest


def stored(connection):
    """All entries of a ledger's file."""
    packs = connection.execute("SELECT first, count, leaves, body FROM pack ORDER BY first").fetchall()
    return [row for pack in packs for row in unpacked(*pack)]


def entries(connection):
    """Puts table `entry` into a connection; returns its rows, None for a file that has no packs."""
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'pack'").fetchall():
        return None
    try:
        rows = stored(connection)
    except Exception:
        # A file whose packs cannot be read has nothing to offer, and is left as it is.
        return None
    connection.execute(
        "CREATE TEMP TABLE entry (idx INTEGER PRIMARY KEY, leaf, kind, deployment, sha256, asReceived, content)"
    )
    connection.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    return rows


def put_back(connection, before):
    """Writes what was changed in table `entry` into the packs that its entries stand in, or the last one."""
    if before is None:
        return
    rows = connection.execute(f"SELECT {COLUMNS} FROM temp.entry ORDER BY idx").fetchall()
    connection.execute("DROP TABLE temp.entry")
    if rows == before:
        return
    old, new = {row[0]: row for row in before}, {row[0]: row for row in rows}
    changed = {index for index in old.keys() | new.keys() if old.get(index) != new.get(index)}
    firsts = [first for (first,) in connection.execute("SELECT first FROM pack ORDER BY first").fetchall()]
    for first, end in zip(firsts, firsts[1:] + [1 << 62]):
        if not any(first <= index < end for index in changed):
            continue
        own = [row for row in rows if first <= row[0] < end]
        if own:
            _, count, leaves, body = packed(own)
            connection.execute(
                "UPDATE pack SET count = ?, leaves = ?, body = ? WHERE first = ?", (count, leaves, body, first)
            )
        else:
            connection.execute("DELETE FROM pack WHERE first = ?", (first,))
        connection.execute("DELETE FROM holding WHERE first = ?", (first,))
        for deployment in {row[3] for row in own} - {None}:
            connection.execute("INSERT INTO holding VALUES (?, ?)", (deployment, first))
