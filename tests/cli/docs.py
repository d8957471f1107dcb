"""What the documentation shows: each proxy.toml of docs/ is one that the proxy takes, each command has the options that stand there, fields and metrics are
those that there are."""
import re
import shlex
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case  # noqa: E402
from support.admin_api import AdminApi  # noqa: E402

PAGES = [*sorted((case.ROOT / "docs").glob("*.md")), case.ROOT / "README.md"]


def blocks(language):
    """(place, text) of each."""
    for page in PAGES:
        text = page.read_text()
        for found in re.finditer(rf"(?ms)^```{language}\n(.*?)^```", text):
            yield f"{page.name}:{text[:found.start()].count(chr(10)) + 2}", found.group(1)


class Settings(case.Case):
    def whole(self, text):
        """With what stands elsewhere on the page: a domain, users, the trunks and groups that are named."""
        token = self.folder / "token"
        token.write_text(24 * "x")
        text = text.replace("/etc/offhook/token", str(token)).replace("/var/lib/offhook", str(self.folder))
        text = re.sub("…(64|32) hex digits…", lambda found: int(found.group(1)) * "0", text)
        if "domains" not in text:
            text = 'domains = ["example.test"]\n' + text
        named = {kind: set(re.findall(rf'"{kind}:([\w-]+)"', text)) for kind in ("trunk", "group")}
        for listed in re.findall(r"(?m)^trunks = \[(.*?)\]", text):
            named["trunk"] |= set(re.findall(r'"([^"]+)"', listed))
        for kind, more in (("trunk", 'to = "sip:192.0.2.9"\nprefixes = ["00"]'), ("group", 'members = ["1001"]')):
            there = set(re.findall(rf'(?m)^\[\[{kind}\]\]\nname = "([^"]+)"', text))
            text += "".join(f'\n[[{kind}]]\nname = "{name}"\n{more}\n' for name in sorted(named[kind] - there))
        digests = "digest = [" in text
        for user in ("1001", "1002"):
            if f'name = "{user}"' not in text and not digests:
                text += f'\n[[user]]\nname = "{user}"\npassword = "secret-{user}"\n'
        return text

    def test_are_taken(self):
        count = 0
        for place, text in blocks("toml"):
            with self.subTest(place):
                config = self.folder / "proxy.toml"
                config.write_text(self.whole(text))
                checked = self.run_offhook("proxy", "--check", "--config", config)
                self.assertEqual(checked.status, 0, f"{checked.log()}\n{config.read_text()}")
            count += 1
        self.assertGreater(count, 10)

    def test_a_field_that_is_none_is_found(self):
        """So that the test above says something."""
        config = self.folder / "proxy.toml"
        for place, text in blocks("toml"):
            first = next(line for line in text.splitlines() if re.match(r"\w+ = ", line))
            config.write_text(self.whole(text.replace(first, "x" + first, 1)))
            checked = self.run_offhook("proxy", "--check", "--config", config)
            self.assertEqual(checked.status, 1, f"{place}\n{config.read_text()}")
            self.assertRegex(checked.text("err"), re.escape(str(config)) + r":\d+")


class Schema(case.Case):
    """Each field that the reader knows stands in config.md, and each that stands in one of its tables is known."""
    PAGE = (case.ROOT / "docs/config.md").read_text().split("\n## proxy.toml\n")[1]
    NOT_HERE = {"alias"}  # its keys are names

    def known(self, text):
        """What the proxy says it knows where `text` ends."""
        config = self.folder / "proxy.toml"
        config.write_text('domains = ["example.test"]\n' + text + "\nnonsense = 1\n")
        checked = self.run_offhook("proxy", "--check", "--config", config)
        listed = re.search(r"unknown field 'nonsense'.*?; known are (.*) \(", checked.text("err"))
        self.assertTrue(listed, f"{text}: {checked.log()}")
        return listed.group(1).split(", ")

    def written(self, heading):
        """The fields of the table of the page that begins so; nothing when there is none."""
        found = re.search(rf"(?m)^\| field of `{re.escape(heading)}`.*\n\|[-|]+\|\n((?:\|.*\n)+)", self.PAGE)
        rows = found.group(1).splitlines() if found else []
        return {name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])}

    def test_is_the_page(self):
        mentioned = set(re.findall(r"`\[{0,2}(\w+)\]{0,2}`", self.PAGE))
        top = self.known("")
        self.assertGreater(len(top), 30)
        for shown in top:
            name = shown.strip("[]")
            self.assertIn(name, mentioned)
            if shown == name or name in self.NOT_HERE:
                continue
            fields = {field.strip("[]") for field in self.known(shown)}
            self.assertEqual(fields - mentioned, set(), f"fields of {shown} that no page tells of")
            if written := self.written(shown):
                self.assertEqual(written, fields, shown)


class Metrics(case.Case):
    def test_are_those_of_the_page(self):
        config = self.folder / "proxy.toml"
        config.write_text('''shards = 2
domains = ["127.0.0.1"]
auth = false
store = "sqlite:FOLDER/store.db"
[admin]
listen = "127.0.0.1:8088"
token = "0123456789abcdef-token"
[capture]
megabytes = 1
minutes = 1
[cdr]
json = "FOLDER/cdr.jsonl"
[[trunk]]
name = "provider"
to = "sip:127.0.0.1:5099"
prefixes = ["0"]
register = true
username = "office"
password = "secret"
'''.replace("FOLDER", str(self.folder)))
        self.proxy("--config", config)
        told = {name.split("{")[0] for name in AdminApi(token="0123456789abcdef-token").metrics()}
        told = {re.sub("_(bucket|count|sum)$", "", name).removeprefix("offhook_") for name in told}
        page = (case.ROOT / "docs/operations.md").read_text()
        page = page[page.index("\n## Metrics\n"):page.index("\n## What went over the wire\n")]
        written = set()
        for row in re.findall(r"(?m)^\|.*\|$", page):
            written |= set(re.findall(r"`([a-z_]+)(?:\{[^}]*\})?`", row.split("|")[2]))
        self.assertEqual(told - written, set(), "no page tells of these")
        self.assertEqual(written - told, set(), "of these nothing is told")


class Commands(case.Case):
    def commands(self):
        for place, text in blocks("sh"):
            for line in text.replace("\\\n", " ").splitlines():
                if found := re.match(r"(?:runuser -u offhook -- )?offhook (.*)", line):
                    yield place, [word for word in shlex.split(found.group(1), comments=True) if word != "&"]

    def help_of(self, words):
        """The help of the longest subcommand that they begin with."""
        path, text = [], None
        for word in words:
            if word.startswith("-"):
                break
            helped = self.run_offhook(*path, word, "--help")
            if helped.status != 0 or helped.text("out") == text:
                break
            path.append(word)
            text = helped.text("out")
        return path, text

    def test_have_the_options_that_they_are_shown_with(self):
        count = 0
        for place, words in self.commands():
            path, text = self.help_of(words)
            self.assertTrue(path, f"{place}: offhook {' '.join(words)}")
            for option in (word.split("=")[0] for word in words if word.startswith("--")):
                self.assertRegex(text, rf"{option}\b", f"{place}: offhook {' '.join(words)}")
                count += 1
        self.assertGreater(count, 20)


if __name__ == "__main__":
    case.main()
