"""The installed library, as a user sees it: install, find_package(mqrig), build the example, run it."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "e2e"))
import harness  # noqa: E402

BUILD, COMPILER, GENERATOR = sys.argv[1:4]


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))} failed:\n{done.stdout}")
    return done.stdout


class Installed(unittest.TestCase):
    def test_the_example_builds_against_the_installed_tree_and_talks_to_a_broker(self):
        with tempfile.TemporaryDirectory() as temporary:
            prefix, source = pathlib.Path(temporary, "prefix"), pathlib.Path(temporary, "source")
            run("cmake", "--install", BUILD, "--prefix", prefix)
            source.mkdir()
            shutil.copy(HERE / "example.cpp", source)
            shutil.copy(HERE / "user.cmake", source / "CMakeLists.txt")
            run("cmake", "-G", GENERATOR, "-S", source, "-B", source / "build", f"-DCMAKE_PREFIX_PATH={prefix}",
                f"-DCMAKE_CXX_COMPILER={COMPILER}")
            run("cmake", "--build", source / "build")
            broker = harness.Mosquitto(pathlib.Path(temporary, "broker"))
            self.addCleanup(broker.stop)
            broker.start()
            said = run(source / "build" / "example", str(broker.port))
            self.assertEqual(said, "example/greeting hello\n")
            self.assertTrue((prefix / "bin" / "mqrig").exists())
            self.assertTrue((prefix / "share" / "man" / "man1" / "mqrig.1").exists())
            self.assertTrue((prefix / "share" / "man" / "man5" / "mqrig.toml.5").exists())
            self.assertFalse((prefix / "share" / "man" / "man1" / "mqrig.toml.5").exists())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
