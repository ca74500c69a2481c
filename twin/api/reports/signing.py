"""Signing reports with this twin's own key, made at first use and kept on this machine alone.

The signature proves that a report was not changed since the twin wrote it. Who the twin is, a certificate of the
plant's own authority says: put it and its key in the folder of keys under the same names.
"""

from __future__ import annotations

import datetime as dt
import io
import os
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec

if TYPE_CHECKING:
    from pathlib import Path

KEY, CERTIFICATE = "report-key.pem", "report-certificate.pem"
_FIELD = "PlantTwin"
_YEARS = 10


def sign(pdf: bytes, keys_dir: Path, *, name: str, reason: str, now: dt.datetime) -> bytes:
    """The PDF with a signature over all of it.

    Args:
        pdf: unsigned.
        keys_dir: where key and certificate are, or will be.
        name: who the certificate names when it is made now.
        reason: why it is signed, shown by readers.
        now: UTC, for a certificate made now.
    """
    key, certificate = key_and_certificate(keys_dir, name, now)
    signer = signers.SimpleSigner.load(str(key), str(certificate))  # type: ignore[no-untyped-call]
    if signer is None:
        raise ValueError(f"the key and certificate in {keys_dir} do not fit together")
    signed = signers.PdfSigner(
        signers.PdfSignatureMetadata(field_name=_FIELD, reason=reason),
        signer=signer,
        new_field_spec=SigFieldSpec(_FIELD),
    ).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)))
    return bytes(signed.getvalue())


def key_and_certificate(keys_dir: Path, name: str, now: dt.datetime) -> tuple[Path, Path]:
    """The files of the key and the certificate; made when there is no key."""
    key_file, certificate_file = keys_dir / KEY, keys_dir / CERTIFICATE
    if key_file.exists() and certificate_file.exists():
        return key_file, certificate_file
    keys_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=365 * _YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=True,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=False,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with os.fdopen(os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(secret)
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return key_file, certificate_file
