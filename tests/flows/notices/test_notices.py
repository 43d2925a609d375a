"""Messages to a real web server and a real mail server on loopback; what goes wrong is said, gives nothing away, and raises nothing."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from flows import notices
from flows.notices import Notice, post, settings, webhook
from flows.sample.serving import serving
from flows.workspace import Workspace

NOTICE = Notice(
    "health.failed", "eir: silence failing", ["No article for 5 days; expected: 4."], "eir", {"new": ["silence"]}
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / ".env").touch()
    return Workspace(tmp_path)


def put(workspace: Workspace, **settings: str) -> Workspace:
    with (workspace.root / ".env").open("a") as file:
        file.writelines(f'WIREROOM_{name.upper()}="{value}"\n' for name, value in settings.items())
    return workspace


# ------------------------------------------------------------------ webhook


@dataclass
class Receiver:
    """A web server that answers as it is told and keeps what it was sent."""

    url: str = ""
    answers: list[int] = field(default_factory=list)  # then 200
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    is_silent: bool = False


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            if receiver.is_silent:
                over.wait(60)
                return
            status = receiver.answers.pop(0) if receiver.answers else 200
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *args: Any) -> None: ...

    with serving(Handler) as server:
        receiver.url = f"http://{server.netloc}/hooks/open-sesame"
        yield receiver
        over.set()


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "WAITS", (0.0, 0.0))


def test_a_message_is_posted_as_chat_programs_want_it_and_signed(workspace, receiver):
    put(workspace, webhook_url=receiver.url, webhook_secret="hush")
    assert notices.send(workspace, NOTICE) == []
    ((headers, body),) = receiver.got
    said = json.loads(body)
    assert said["text"] == said["content"] == "eir: silence failing\n- No article for 5 days; expected: 4."
    assert said["event"]["kind"] == "health.failed"
    assert said["event"]["new"] == ["silence"]
    assert datetime.fromisoformat(said["event"]["at"]).tzinfo is not None
    assert headers["Content-Type"] == "application/json"
    assert headers[webhook.SIGNATURE] == webhook.signature("hush", body)


def test_a_long_message_is_cut_where_a_program_would_refuse_it():
    said = Notice("test", "x" * 5000).payload()
    assert len(said["text"]) == 5000
    assert len(said["content"]) == 1900


@pytest.mark.parametrize(("answers", "attempts", "problem"), [
    ([503, 200], 2, None), ([429, 500, 200], 3, None), ([500, 500, 500], 3, "answered 500"), ([404], 1, "answered 404: ok"),
    ([302], 1, "answered 302"),
])  # fmt: skip
def test_what_may_pass_is_tried_again_and_nothing_is_followed(workspace, receiver, answers, attempts, problem):
    put(workspace, webhook_url=receiver.url)
    receiver.answers = list(answers)
    said = notices.send(workspace, NOTICE)
    assert len(receiver.got) == attempts
    assert (said == []) == (problem is None)
    assert problem is None or problem in said[0]
    assert "open-sesame" not in "".join(said)


def test_a_receiver_that_never_answers_is_left(workspace, receiver, monkeypatch):
    monkeypatch.setattr(webhook, "SECONDS", 0.5)
    put(workspace, webhook_url=receiver.url)
    receiver.is_silent = True
    (said,) = notices.send(workspace, NOTICE)
    assert "no answer within" in said
    assert "open-sesame" not in said


def test_nobody_there_is_a_sentence(workspace):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        put(workspace, webhook_url=f"http://127.0.0.1:{free.getsockname()[1]}/open-sesame")
        (said,) = notices.send(workspace, NOTICE)
    assert said.startswith("A message was not sent: the webhook at 127.0.0.1 could not be reached (connect")
    assert said.endswith("wireroom notify --test")
    assert "open-sesame" not in said


# ------------------------------------------------------------------ mail


class Box:
    """What the mail server took."""

    def __init__(self) -> None:
        self.got: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's name)
        self.got.append(envelope)
        return "250 taken"


def let_in(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"desk", b"open sesame"), handled=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 and its key."""
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    folder = tmp_path_factory.mktemp("tls")
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.test")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(secret.public_key()).serial_number(1)
        .not_valid_before(today - timedelta(days=1)).not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(secret, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(secret.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))  # fmt: skip
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def trusted(certificate, monkeypatch) -> ssl.SSLContext:
    """The server's side of TLS; ours trusts its certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


class OnAnyPort(Controller):
    """A mail server on a port that is free."""

    def _trigger_server(self) -> None:
        self.port = port_of(self)
        super()._trigger_server()


def served(box: Box, **more: Any) -> Controller:
    controller = OnAnyPort(box, hostname="127.0.0.1", port=0, **more)
    controller.start()
    return controller


def port_of(controller: Controller) -> int:
    assert controller.server is not None
    return int(controller.server.sockets[0].getsockname()[1])


def test_a_message_is_mailed(workspace):
    box = Box()
    controller = served(box)
    put(
        workspace,
        smtp_url=f"smtp://127.0.0.1:{port_of(controller)}",
        mail_to="a@paper.example, b@paper.example",
        mail_from="wire@paper.example",
    )
    try:
        assert (
            notices.send(workspace, Notice("watch", "2 new articles for Fluß\nund Meer", ["Überschwemmung in Köln"]))
            == []
        )
    finally:
        controller.stop()
    (envelope,) = box.got
    mail = message_from_bytes(envelope.content, policy=policy.default)
    assert envelope.rcpt_tos == ["a@paper.example", "b@paper.example"]
    assert mail["Subject"] == "[wireroom] 2 new articles for Fluß und Meer"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().splitlines()[-1] == "Überschwemmung in Köln"


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # it is in TLS from the first byte on
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_mail_is_encrypted_and_logged_in(workspace, trusted, scheme, monkeypatch):
    box = Box()
    monkeypatch.setattr(settings, "is_loopback", lambda host: False)  # as if it were elsewhere
    more = {"ssl_context": trusted} if scheme == "smtps" else {"tls_context": trusted, "require_starttls": True}
    controller = served(box, authenticator=let_in, auth_required=True, auth_require_tls=scheme == "smtp", **more)
    address = f"{scheme}://desk:open%20sesame@127.0.0.1:{port_of(controller)}"
    put(workspace, smtp_url=address, mail_to="desk@paper.example")
    try:
        assert notices.send(workspace, NOTICE) == []
    finally:
        controller.stop()
    assert len(box.got) == 1


def test_a_server_that_cannot_encrypt_gets_no_password(workspace, monkeypatch):
    box = Box()
    monkeypatch.setattr(settings, "is_loopback", lambda host: False)
    controller = served(box)
    put(workspace, smtp_url=f"smtp://desk:open-sesame@127.0.0.1:{port_of(controller)}", mail_to="desk@paper.example")
    try:
        (said,) = notices.send(workspace, NOTICE)
    finally:
        controller.stop()
    assert "STARTTLS" in said
    assert "open-sesame" not in said
    assert box.got == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_wrong_password_is_named_and_not_shown(workspace, trusted, monkeypatch):
    controller = served(Box(), ssl_context=trusted, authenticator=let_in, auth_required=True, auth_require_tls=False)
    put(workspace, smtp_url=f"smtps://desk:wrong-one@127.0.0.1:{port_of(controller)}", mail_to="desk@paper.example")
    try:
        (said,) = notices.send(workspace, NOTICE)
    finally:
        controller.stop()
    assert "does not take the user or the password" in said
    assert "wrong-one" not in said


def test_a_mail_server_that_drips_is_left(workspace, monkeypatch):
    monkeypatch.setattr(post, "SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as dumb:
        put(workspace, smtp_url=f"smtp://127.0.0.1:{dumb.getsockname()[1]}", mail_to="desk@paper.example")
        (said,) = notices.send(workspace, NOTICE)
    assert said.startswith("A message was not sent: mail through 127.0.0.1:")


# ------------------------------------------------------------------ settings

WRONG = [
    ({"webhook_url": "http://hooks.example.org/open-sesame"}, "WIREROOM_WEBHOOK_URL in .env must begin with https://"),
    ({"webhook_url": "open-sesame"}, "WIREROOM_WEBHOOK_URL in .env must be an address such as"),
    ({"webhook_url": "https://[open-sesame"}, "WIREROOM_WEBHOOK_URL in .env must be an address"),
    ({"smtp_url": "smtp://mail.example.org"}, "Mail needs both WIREROOM_SMTP_URL and WIREROOM_MAIL_TO"),
    ({"mail_to": "desk@paper.example"}, "Mail needs both"),
    ({"smtp_url": "mail.example.org", "mail_to": "desk@paper.example"}, "WIREROOM_SMTP_URL in .env must be an address such as smtp://"),
    ({"smtp_url": "smtp://mail.example.org", "mail_to": "nobody"}, "WIREROOM_MAIL_TO in .env must be mail addresses"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "problem"), WRONG)
def test_a_wrong_setting_is_named_and_sends_nothing(workspace, given, problem):
    found, problems = notices.channels(put(workspace, **given))
    assert found == []
    assert len(problems) == 1
    assert problem in problems[0]
    assert "open-sesame" not in problems[0]
    assert notices.send(workspace, NOTICE) == problems


def test_who_sets_nothing_is_told_nothing(workspace):
    assert notices.channels(workspace) == ([], [])
    assert notices.send(workspace, NOTICE) == []


@pytest.mark.parametrize(("url", "port", "security"), [
    ("smtp://mail.example.org", 587, "starttls"), ("smtps://mail.example.org", 465, "tls"), ("smtp://localhost:25", 25, "none"),
])  # fmt: skip
def test_mail_leaves_this_machine_only_encrypted(workspace, url, port, security):
    found = settings.mail(put(workspace, smtp_url=url, mail_to="desk@paper.example"))
    assert found is not None
    assert (found.port, found.security) == (port, security)
