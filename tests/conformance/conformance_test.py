"""Each numbered statement that binds a client or a server has a test that shows it for that role, and each test exists.

statements-*.txt: the numbered statements, and whom each binds: client, server or both. A statement that names both roles
but whose duty is the server's alone is listed as server, unless the other one is to notice its breach.
client.tsv, server.tsv: version, statement, file, test; several tests for one statement are several lines.
"""

import ast
import pathlib
import re
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DOCTEST_NAME = re.compile(r'TEST_CASE(?:_FIXTURE\(\s*[\w:]+\s*,|\()\s*((?:"(?:[^"\\]|\\.)*"\s*)+)')
# In a docstring; numbers are those of 5.0 unless another version is named.
NUMBER = re.compile(r"\[(MQTT-[\d.]+-\d+)(?: of ([\d.]+))?\]")


def python_tests(path):
    """Name and docstring of each test in a unittest file."""
    for group in ast.parse(path.read_text()).body:
        if isinstance(group, ast.ClassDef):
            for test in group.body:
                if isinstance(test, ast.FunctionDef) and test.name.startswith("test"):
                    yield f"{group.name}.{test.name}", ast.get_docstring(test) or ""


def names_in(path):
    """The names of the tests in a doctest or unittest file."""
    if path.suffix == ".py":
        return {name for name, _ in python_tests(path)}
    literals = (re.findall(r'"((?:[^"\\]|\\.)*)"', match) for match in DOCTEST_NAME.findall(path.read_text()))
    return {"".join(parts).replace('\\"', '"') for parts in literals}


def rows(role):
    return [tuple(line.split("\t")) for line in (HERE / f"{role}.tsv").read_text().splitlines()]


def statements(role):
    """(version, statement) of each statement that binds this role."""
    for path in sorted(HERE.glob("statements-*.txt")):
        version = path.stem.partition("-")[2]
        for line in path.read_text().splitlines():
            statement, _, binds = line.partition(" ")
            if binds in (role, "both"):
                yield version, statement


class Table:
    """What holds for the table of a role."""

    def test_each_statement_that_binds_the_role_has_a_test(self):
        shown = {row[:2] for row in rows(self.role)}
        self.assertEqual([pair for pair in statements(self.role) if pair not in shown], [])

    def test_each_row_names_a_statement_that_binds_the_role(self):
        known = set(statements(self.role))
        self.assertEqual([row for row in rows(self.role) if row[:2] not in known], [])

    def test_each_test_that_is_named_exists(self):
        names = {}
        for _, _, file, test in rows(self.role):
            path = ROOT / file
            if file not in names:
                names[file] = names_in(path) if path.exists() else set()
            with self.subTest(file=file):
                self.assertIn(test, names[file])

    def test_no_row_stands_twice(self):
        self.assertEqual(len(rows(self.role)), len(set(rows(self.role))))


class Client(Table, unittest.TestCase):
    role = "client"


class Server(Table, unittest.TestCase):
    role = "server"

    def test_the_tests_of_the_broker_name_the_statements_that_they_are_listed_for(self):
        """In their docstrings; and are listed for all that bind a server."""
        known = set(statements(self.role))
        named = {(version or "5.0", statement, str(path.relative_to(ROOT)), name)
                 for path in sorted((ROOT / "tests/e2e").glob("server_*_test.py"))
                 for name, doc in python_tests(path)
                 for statement, version in NUMBER.findall(doc)}
        listed = {row for row in rows(self.role) if row[2].endswith(".py")}
        self.assertEqual(sorted(row for row in named if row[:2] in known), sorted(listed))


if __name__ == "__main__":
    unittest.main()
