"""Certificates made on the spot by the openssl command."""
import subprocess


def self_signed(folder, name="server", names="IP:127.0.0.1,DNS:localhost"):
    """(certificate, key): PEM files that also serve as trust anchor."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                    "-addext", f"subjectAltName={names}", "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate, key
