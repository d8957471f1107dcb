"""What stands in packaging/: the unit by systemd's own tools, the sample configuration by the proxy, the image's packages by Debian and by the binary."""
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case  # noqa: E402

PACKAGING = case.ROOT / "packaging"


def run(*argv, given=""):
    return subprocess.run([str(word) for word in argv], input=given, capture_output=True, text=True, timeout=120, check=False)


class Unit(case.Case):
    def setUp(self):
        super().setUp()
        if shutil.which("systemd-analyze") is None:
            self.skipTest("no systemd-analyze here")
        self.unit = self.folder / "offhook-proxy.service"
        text = (PACKAGING / "offhook-proxy.service").read_text()
        self.assertIn("ExecStart=/usr/bin/offhook proxy ", text)
        self.unit.write_text(text.replace("/usr/bin/offhook", str(case.OFFHOOK)))

    def test_systemd_understands_it(self):
        checked = run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", self.unit)
        self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, ""))

    def test_it_is_well_shut_in(self):
        checked = run("systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=20", self.unit)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        exposure = re.search(r"Overall exposure level[^:]*: (\d+\.\d+)", checked.stdout)
        self.assertLessEqual(float(exposure.group(1)), 2.0)


class Sample(case.Case):
    def test_the_configuration_is_one(self):
        self.check("proxy.toml")

    def test_that_of_the_image_is_one(self):
        self.check("image.toml")

    def check(self, name):
        text = (PACKAGING / name).read_text()
        token = self.folder / "token"
        token.write_text(24 * "x")
        config = self.folder / "proxy.toml"
        config.write_text(text.replace("/etc/offhook/token", str(token)).replace("/var/lib/offhook", str(self.folder)))
        added = run(case.OFFHOOK, "proxy", "user", "add", "--config", config, "--password-stdin", "1001", given="word-of-1001\n")
        self.assertEqual(added.returncode, 0, added.stderr)
        checked = self.run_offhook("proxy", "--check", "--config", config)
        self.assertEqual(checked.status, 0, checked.log())
        self.assertIn("1 user", checked.text("out"))


class Image(case.Case):
    def packages(self):
        """Those of the two stages, in this order."""
        text = re.sub(r"\\\n", " ", (PACKAGING / "Dockerfile").read_text())
        return [set(names.split()) for names in re.findall(r"apt-get install -y --no-install-recommends ([^&]+)&&", text)]

    def test_debian_has_the_packages(self):
        for names in self.packages():
            self.assertTrue(names)
            shown = run("apt-cache", "show", "--no-all-versions", *names)
            found = set(re.findall(r"(?m)^Package: (\S+)$", shown.stdout))
            if not found:
                self.skipTest("no package lists here")
            self.assertEqual(names - found, set())

    def test_it_is_built_with_what_the_build_wants(self):
        wanted = {line for line in (case.ROOT / "tools/packages/build.txt").read_text().split("\n") if line and not line.startswith("#")}
        self.assertEqual(wanted - self.packages()[0], {"ccache", "git", "make"}, "tools for work alone")

    def test_it_has_every_library_that_the_binary_names(self):
        needed = re.findall(r"NEEDED\s+(\S+)", run("objdump", "-p", case.OFFHOOK).stdout)
        places = dict(re.findall(r"(\S+) => (/\S+)", run("ldd", case.OFFHOOK).stdout))
        owners = set()
        for library in needed:
            if library not in places or re.match(r"lib(asan|ubsan|tsan)", library):
                continue
            path = Path(places[library])
            owner = run("dpkg", "-S", path.resolve()).stdout or run("dpkg", "-S", "/usr" + str(path.resolve())).stdout or run("dpkg", "-S", str(path.resolve()).removeprefix("/usr")).stdout
            self.assertTrue(owner, f"nobody's: {path}")
            owners.add(owner.split(":")[0])
        self.assertIn("libssl3", owners)
        # The image has no microphone: it is built without what a build beside it may find (OFFHOOK_SOUND).
        self.assertEqual(owners - self.packages()[1] - {"libc6", "libgcc-s1", "libstdc++6", "libwebrtc-audio-processing1"}, set())


if __name__ == "__main__":
    case.main()
