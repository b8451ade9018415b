"""Each numbered statement that binds a client has a test that shows it, and each test that is named exists.

statements-*.txt: the numbered statements, and whom each binds: client, server or both. A statement that names both roles
but whose duty is the server's alone is listed as server.
client.tsv: version, statement, file, test; several tests for one statement are several lines.
"""

import ast
import pathlib
import re
import unittest

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
DOCTEST_NAME = re.compile(r'TEST_CASE(?:_FIXTURE\(\s*[\w:]+\s*,|\()\s*((?:"(?:[^"\\]|\\.)*"\s*)+)')


def names_in(path):
    """The names of the tests in a doctest or unittest file."""
    text = path.read_text()
    if path.suffix == ".py":
        return {
            f"{group.name}.{test.name}"
            for group in ast.parse(text).body
            if isinstance(group, ast.ClassDef)
            for test in group.body
            if isinstance(test, ast.FunctionDef) and test.name.startswith("test")
        }
    literals = (re.findall(r'"((?:[^"\\]|\\.)*)"', match) for match in DOCTEST_NAME.findall(text))
    return {"".join(parts).replace('\\"', '"') for parts in literals}


def statements():
    """(version, statement) of each statement that binds a client."""
    for path in sorted(HERE.glob("statements-*.txt")):
        version = path.stem.partition("-")[2]
        for line in path.read_text().splitlines():
            statement, _, binds = line.partition(" ")
            if binds in ("client", "both"):
                yield version, statement


class Conformance(unittest.TestCase):
    def setUp(self):
        lines = (HERE / "client.tsv").read_text().splitlines()
        self.rows = [tuple(line.split("\t")) for line in lines]

    def test_each_statement_that_binds_a_client_has_a_test(self):
        shown = {row[:2] for row in self.rows}
        self.assertEqual([pair for pair in statements() if pair not in shown], [])

    def test_each_row_names_a_statement_that_binds_a_client(self):
        known = set(statements())
        self.assertEqual([row for row in self.rows if row[:2] not in known], [])

    def test_each_test_that_is_named_exists(self):
        names = {}
        for _, _, file, test in self.rows:
            path = ROOT / file
            if file not in names:
                names[file] = names_in(path) if path.exists() else set()
            with self.subTest(file=file):
                self.assertIn(test, names[file])


if __name__ == "__main__":
    unittest.main()
