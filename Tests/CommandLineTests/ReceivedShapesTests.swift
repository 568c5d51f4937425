import Foundation
import StrictJSON
import Testing

/// A bundle in the shapes in which recipients have it, and things that are none, by both programs.
@Suite("Shapes in which a bundle is received")
struct ReceivedShapesTests {
    /// A folder with a bundle, unpacked and packed again by other programs.
    private static func site() throws -> CommandFolder {
        let folder = try CommandFolder.withKey()
        _ = try folder.export("-q")
        _ = try folder.write(packing, to: "pack.py")
        try folder.prepare(
            """
            cp out/audit-all.zip 'audit-all (1).zip'
            unzip -q out/audit-all.zip && cp -r audit-all renamed && mkdir nested && cp -r audit-all nested
            cp -r nested beside && echo note > beside/NOTE.txt && echo note > beside/.note && mkdir beside/.notes
            ln -s ../audit-all beside/link
            mkdir info-zip python sorted stored seven explorer windows mac top around
            zip -qr info-zip/audit-all.zip audit-all
            (cd audit-all && zip -qr ../top/audit-all.zip .)
            echo note > note.txt && zip -qr around/audit-all.zip audit-all note.txt
            zip -qr two.zip audit-all renamed
            python3 pack.py
            """)
        return folder
    }

    /// Packs with Python's module, and writes the bytes of other programs: those of 7-Zip, of the Finder, of Explorer and of
    /// the .NET Framework, each as those programs fill headers (docs/bundle-format.md, 3 has none of these forms).
    private static let packing = """
        import os, struct, zipfile, zlib
        paths = sorted(os.path.join(d, f) for d, _, fs in os.walk("audit-all") for f in fs)
        folders = sorted(d + "/" for d, _, _ in os.walk("audit-all"))
        files = {p: open(p, "rb").read() for p in paths}
        times = struct.pack("<HHIHH3Q", 10, 32, 0, 1, 24, *[134000000000000000] * 3)
        unix = struct.pack("<HHII", 0x5855, 8, 1772355600, 1772355600)
        owned = struct.pack("<HHIIHH", 0x5855, 12, 1772355600, 1772355600, 501, 20)

        def pack(path, entries, made_by, local=b"", central=b"", descriptor=False, slash="/", attributes=0x20):
            with open(path, "wb") as out:
                directory = b""
                for name, data in entries.items():
                    method = 0 if name.endswith("/") else 8
                    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
                    packed = deflate.compress(data) + deflate.flush() if method else b""
                    flags = 8 if descriptor and method else 0
                    sizes = struct.pack("<III", zlib.crc32(data), len(packed), len(data))
                    common = struct.pack("<HHHHH", 20, flags, method, 0x4800, 0x5C61)
                    label = name.replace("/", slash).encode()
                    offset = out.tell()
                    out.write(b"PK\\x03\\x04" + common + (bytes(12) if flags else sizes)
                              + struct.pack("<HH", len(label), len(local)) + label + local + packed)
                    if flags: out.write(b"PK\\x07\\x08" + sizes)
                    directory += (b"PK\\x01\\x02" + struct.pack("<H", made_by) + common + sizes
                                  + struct.pack("<HHHHHII", len(label), len(central), 0, 0, 0, attributes, offset)
                                  + label + central)
                start, count = out.tell(), len(entries)
                out.write(directory + b"PK\\x05\\x06"
                          + struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), start, 0))

        with zipfile.ZipFile("python/audit-all.zip", "w", zipfile.ZIP_DEFLATED) as z:
            for p in reversed(paths): z.write(p)
        with zipfile.ZipFile("sorted/audit-all.zip", "w", zipfile.ZIP_DEFLATED) as z:
            for p in paths: z.write(p)
        with zipfile.ZipFile("stored/audit-all.zip", "w") as z:
            for p in paths: z.write(p)
        pack("seven/audit-all.zip", dict.fromkeys(folders, b"") | files, 0x003F, central=times)
        pack("explorer/audit-all.zip", files, 0x0014)
        pack("windows/audit-all.zip", files, 0x0014, slash="\\\\")
        beside = {"__MACOSX/" + os.path.dirname(p) + "/._" + os.path.basename(p): b"\\0\\5\\x16\\7" for p in paths}
        pack("mac/audit-all.zip", dict.fromkeys(folders, b"") | files | beside, 0x0315, local=owned, central=unix,
             descriptor=True, attributes=0x81A40000)
        with zipfile.ZipFile("many.zip", "w") as z:
            for i in range(2000): z.writestr(f"sheet {i}.xml", "x")
        with zipfile.ZipFile("bag.zip", "w") as z:
            for name in ("bagit.txt", "manifest-sha256.txt", "data/x"): z.writestr("bag/" + name, "x")
        with zipfile.ZipFile("twice.zip", "w") as z:
            for p in paths + [paths[0]]: z.write(p)
        """

    static let hasTools = ["unzip", "zip", "python3"].allSatisfy {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)")
    }

    @Test(
        "content is judged in every shape, and what stands around it is told",
        .enabled(if: hasTools, "needs unzip, zip and python3"))
    func shapes() throws {
        let folder = try Self.site()
        let trust = ["--trust", "key.pub"]
        let cases: [(path: String, status: Int32, words: String)] = [
            (
                "audit-all (1).zip", 0,
                "warning: the file is named \"audit-all (1).zip\", the bundle in it \"audit-all\""
            ),
            ("audit-all", 0, "unpacked folder"), ("audit-all/", 0, "unpacked folder"),
            ("renamed", 0, "warning: the folder is named \"renamed\""), ("nested", 0, "unpacked folder"),
            ("beside", 0, "warning: not part of the bundle, and not judged: .note, .notes, NOTE.txt and 1 more"),
            ("info-zip/audit-all.zip", 16, "repacked"), ("python/audit-all.zip", 16, "repacked"),
            ("stored/audit-all.zip", 16, "repacked"), ("seven/audit-all.zip", 16, "repacked"),
            ("explorer/audit-all.zip", 16, "repacked"), ("windows/audit-all.zip", 16, "repacked"),
            // What fits the profile in every byte of its headers is read in the one way of the profile, whoever packed it.
            ("sorted/audit-all.zip", 0, "intact: valid"),
            ("mac/audit-all.zip", 16, "not part of the bundle, and not judged: __MACOSX/"),
            ("top/audit-all.zip", 16, "repacked"), ("around/audit-all.zip", 16, "not judged: note.txt"),
            ("many.zip", 14, "a ZIP archive of 2000 files, not an audit bundle"),
            ("two.zip", 14, "a ZIP archive of several bags: unpack it, and verify each"),
            ("bag.zip", 14, "a BagIt bag, but not an audit bundle"), ("out", 14, "a folder, not an unpacked bundle"),
            ("key.pub", 14, "not a ZIP archive"),
        ]
        for (path, status, words) in cases {
            let result = try folder.runBoth([path] + trust)
            #expect(result.status == status && result.output.contains(words), "\(path): \(result.output)")
            #expect(result.output.utf8.count < 1500, "\(path): \(result.output)")
        }
        let twice = try folder.runBoth(["twice.zip"] + trust)
        #expect(twice.status == 10 || twice.status == 12, "\(twice.output)")
        #expect(twice.output.utf8.count < 4000)
    }

    @Test("an altered file is found in every shape", .enabled(if: hasTools, "needs unzip, zip and python3"))
    func altered() throws {
        let folder = try Self.site()
        try folder.prepare(
            """
            for d in audit-all renamed nested/audit-all; do sed -i 's/Completed/Cancelled/' $d/data/deployments.csv; done
            rm -r info-zip && mkdir info-zip && zip -qr info-zip/audit-all.zip audit-all
            python3 pack.py
            cp -r audit-all linked && rm linked/data/metrics.csv && ln -s ../../audit-all/data/metrics.csv linked/data/
            """)
        let archives = ["info-zip", "python", "stored", "seven", "explorer", "windows", "mac"].map {
            "\($0)/audit-all.zip"
        }
        for path in ["audit-all", "renamed", "nested", "linked"] + archives {
            let result = try folder.runBoth([path, "--trust", "key.pub"])
            #expect(result.status == 10 && result.output.contains("data/deployments.csv has SHA-256"), "\(path)")
        }
    }

    @Test("a batch goes on past what cannot be read, with a line and an object for each")
    func batch() throws {
        let folder = try CommandFolder.withKey()
        _ = try folder.export("-q")
        _ = try folder.write("", to: "empty.zip")
        let good = "out/audit-all.zip"
        let arguments = ["out", "missing.zip", "empty.zip", good, "--trust", "key.pub"]
        let text = try folder.runBoth(arguments)
        #expect(text.status == 66 && text.messages.contains("missing.zip"))
        for words in ["a folder, not", "not-read: cannot open", "an empty file", "intact: valid"] {
            #expect(text.output.contains(words), "\(words) in \(text.output)")
        }
        let json = try folder.runBoth(arguments + ["--json"])
        let values = try json.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        #expect(values.map { $0["file"]?.string } == ["out", "missing.zip", "empty.zip", good])
        #expect(
            values.map { $0["verdict"]?.string } == ["nothing-verified", "not-read", "nothing-verified", "valid"])
        #expect(values[1]["error"]?.string?.contains("missing.zip") == true)
        let other = try folder.runBoth(["empty.zip", good, "--trust", "key.pub"])
        #expect(other.status == 14)
    }

    @Test("a bundle that was packed again does not pass as a bundle of an archive", .enabled(if: hasTools, "needs zip"))
    func archiveOfRepacked() throws {
        let folder = try ArchiveMemoryTests.archive()
        try folder.prepare(
            "cd now/2026; unzip -q audit-2026-02.zip; rm audit-2026-02.zip; zip -qr audit-2026-02.zip audit-2026-02; rm -r audit-2026-02"
        )
        let result = try folder.runBoth(["--archive", "now"] + ArchiveMemoryTests.signed)
        #expect(result.status != 0 && result.output.contains("another program packed this ZIP"), "\(result.output)")
    }
}
