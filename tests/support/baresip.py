"""A baresip without screen, sound card or keyboard: it says a WAV file, dumps what it hears, and is told by TCP what to do."""
import json
import socket

from support import audio

CONFIG = """\
sip_listen {address}:{port}
net_interface {address}
rtp_ports {rtp}-{rtp_end}
module_path /usr/lib/baresip/modules
module {module}.so
module aufile.so
module aubridge.so
module sndfile.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen {address}:{control}
audio_source aufile,{folder}/say.wav
audio_player aubridge,nobody
audio_alert aubridge,nobody
ausrc_srate {rate}
auplay_srate {rate}
snd_path {folder}
"""


class Baresip:
    """Says `hz` to whoever it talks with. `test` is the Case that ends it."""

    def __init__(self, test, user, password, hz, port=5090, control=4444, rtp=30000, registrar="127.0.0.1", transport="",
                 trusted=None, codec="PCMU", module="g711", rate=8000, channels=1, modules=(), account="", settings=""):
        self.folder = test.folder / f"baresip-{user}"
        self.folder.mkdir()
        self.control = ("127.0.0.1", control)
        audio.write_tone(self.folder / "say.wav", hz, 60, rate, channels=channels)
        (self.folder / "config").write_text(CONFIG.format(address="127.0.0.1", port=port, rtp=rtp, rtp_end=rtp + 100, control=control, folder=self.folder, module=module, rate=rate)
                                             + "".join(f"module {name}\n" for name in modules) + settings
                                             + (f"sip_cafile {trusted}\nsip_verify_server yes\n" if trusted else ""))
        (self.folder / "accounts").write_text(f"<sip:{user}@{registrar}{';transport=' + transport if transport else ''}>;auth_pass={password};answermode=auto;regint=600;audio_codecs={codec}{';' + account if account else ''}\n")
        (self.folder / "contacts").write_text("")
        # Its output goes through stdio: line by line, so that a line can be waited for.
        self.process = test.start(f"baresip {user}", ["stdbuf", "-oL", "baresip", "-f", self.folder, "-v"])

    def wait_registered(self):
        self.process.wait_for(r"200 OK .*1 binding")

    def command(self, command, parameters=""):
        """Sends one command (a JSON object in a netstring) and returns the answer."""
        text = json.dumps({"command": command, "params": parameters}).encode()
        with socket.create_connection(self.control, timeout=30) as connection:
            connection.sendall(b"%d:%s," % (len(text), text))
            data = b""
            while True:
                got = connection.recv(65536)
                if not got:
                    raise AssertionError(f"baresip hung up on {command}\n{self.process.log()}")
                data += got
                while b":" in data:
                    size, _, rest = data.partition(b":")
                    if len(rest) < int(size) + 1:
                        break
                    answer, data = json.loads(rest[:int(size)]), rest[int(size) + 1:]
                    if answer.get("response"):
                        return answer

    def heard(self):
        """The files with what it heard, one a call."""
        return sorted(self.folder.glob("*-dec.wav"))
