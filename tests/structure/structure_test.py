"""Holds the rooms of the house true: who may include whom, and what lies at the top of the tree."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Room -> the rooms it may include. What these may include comes along: their headers name it.
ROOMS = {
    "wire": (),
    "session": ("wire",),
    "stats": (),
    "payload": ("wire",),
    "store": ("session",),
    "net": (),
    "auth": (),
    "client": ("session", "net", "auth", "store"),
    "broker": ("session", "net", "auth", "store"),
    "load": ("client", "session", "net", "stats", "payload"),
    "bridge": ("client", "store", "payload"),
    "cli": (),
}

# Library (the first folder of its headers) -> the rooms that may include it.
LIBRARIES = {
    "asio": ("net", "client", "broker", "load", "bridge"),
    "openssl": ("net", "auth"),
    "http_parser": ("net",),
    "curl": ("auth",),
    "nlohmann": ("payload", "cli", "auth", "load"),
    "CLI": ("cli",),
    "toml++": ("cli",),
    "sqlite3": ("store",),
    "zlib": ("stats",),
    "mujs": ("payload",),
    "stringprep": ("auth",),
}

# Libraries that an app may include; all others stay behind the room that wraps them.
APP_LIBRARIES = ("asio", "nlohmann")

# The protocol is a function of bytes and time: nothing that blocks, waits, reads a clock or a file.
PURE_ROOMS = ("wire", "session")
IMPURE = re.compile(
    r"(thread|mutex|shared_mutex|condition_variable|future|stop_token|semaphore|latch|barrier"
    r"|fstream|iostream|filesystem|ctime|cstdio|random|.*\.h)$"
)
SOCKETS = re.compile(r"(sys/socket|sys/un|sys/epoll|netinet/.*|arpa/.*|netdb)\.h$")

TOP_LEVEL = {
    "CMakeLists.txt", "CMakePresets.json", "apps", "lib", "completions", "man", "tests",
    "README.md", "CHANGELOG.md", "LICENSE",
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def sources(folder):
    return sorted(p for p in (ROOT / folder).rglob("*") if p.suffix in (".hpp", ".cpp"))


def includes(path):
    return [(kind, name) for kind, name in INCLUDE.findall(path.read_text(encoding="utf-8"))]


def reachable(room):
    seen, waiting = {room}, list(ROOMS[room])
    while waiting:
        next_room = waiting.pop()
        if next_room not in seen:
            seen.add(next_room)
            waiting.extend(ROOMS[next_room])
    return seen


class Structure(unittest.TestCase):
    maxDiff = None

    def expect_none(self, faults):
        self.assertEqual([], sorted(set(faults)), "\n".join(sorted(set(faults))))

    def library_files(self):
        for path in sources("lib/mqrig"):
            yield path, path.relative_to(ROOT / "lib/mqrig").parts[0]

    def test_every_room_is_known(self):
        present = {p.name for p in (ROOT / "lib/mqrig").iterdir() if p.is_dir()}
        self.assertLessEqual(present, set(ROOMS))

    def test_a_room_includes_only_the_rooms_below_it(self):
        faults = []
        for path, room in self.library_files():
            for _, name in includes(path):
                parts = name.split("/")
                if parts[0] == "mqrig" and parts[1] not in reachable(room):
                    faults.append(f"{path.relative_to(ROOT)} includes {name}")
        self.expect_none(faults)

    def test_library_includes_are_written_in_full_and_exist(self):
        faults = []
        for path, _ in self.library_files():
            for kind, name in includes(path):
                if kind == '"' or (name.startswith("mqrig/") and not (ROOT / "lib" / name).exists()):
                    faults.append(f"{path.relative_to(ROOT)} includes {name}")
        self.expect_none(faults)

    def test_each_outside_library_is_seen_by_its_rooms_only(self):
        faults = []
        for path, room in self.library_files():
            for _, name in includes(path):
                library = re.split(r"[/.]", name)[0]
                if room not in LIBRARIES.get(library, (room,)):
                    faults.append(f"{path.relative_to(ROOT)} includes {name}")
        for path in sources("apps"):
            for _, name in includes(path):
                library = re.split(r"[/.]", name)[0]
                if library in LIBRARIES and library not in APP_LIBRARIES:
                    faults.append(f"{path.relative_to(ROOT)} includes {name}")
        self.expect_none(faults)

    def test_the_protocol_has_no_sockets_threads_files_or_clock(self):
        faults = []
        for path, room in self.library_files():
            if room not in PURE_ROOMS:
                continue
            faults += [f"{path.relative_to(ROOT)} includes {name}" for _, name in includes(path)
                       if not name.startswith("mqrig/") and IMPURE.match(name)]
            if re.search(r"_clock\s*::\s*now\b|\bclock_gettime\b", path.read_text(encoding="utf-8")):
                faults.append(f"{path.relative_to(ROOT)} reads the clock")
        self.expect_none(faults)

    def test_payload_and_options_see_no_network(self):
        self.expect_none(
            f"{path.relative_to(ROOT)} includes {name}"
            for path, room in self.library_files() if room in ("payload", "cli", "stats")
            for _, name in includes(path) if SOCKETS.match(name))

    def test_an_app_neither_builds_nor_parses_a_packet(self):
        self.expect_none(
            f"{path.relative_to(ROOT)} includes {name}"
            for path in sources("apps") for _, name in includes(path)
            if re.match(r"mqrig/wire/(encode|decode|frame)", name))

    def test_commands_never_include_each_other(self):
        commands = {p.name for p in (ROOT / "apps/mqrig").iterdir() if p.is_dir()}
        faults = []
        for command in commands:
            for path in sources(f"apps/mqrig/{command}"):
                for _, name in includes(path):
                    others = (commands - {command}) & set(name.split("/")[:-1])
                    if others and not name.startswith("mqrig/"):
                        faults.append(f"{path.relative_to(ROOT)} includes {name}")
        self.expect_none(faults)

    def test_the_top_of_the_tree_is_as_agreed(self):
        found = {p.name for p in ROOT.iterdir() if not p.name.startswith((".", "build"))}
        self.assertEqual(TOP_LEVEL, found)


if __name__ == "__main__":
    unittest.main()
