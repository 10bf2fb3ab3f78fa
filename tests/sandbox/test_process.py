"""The sandbox as a process of its own: it starts from the command line and survives being killed."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.twilio_messages import TwilioAccount
from connectors.twilio_sms import TwilioSms
from domain.attempt import AttemptId
from domain.message import Message
from simulation.sandbox.remote import SandboxRefused, SandboxRemote
from simulation.sandbox.settings import ACCOUNT_SID, AUTH_TOKEN, SENDER

START = datetime(2026, 2, 1, 9, tzinfo=UTC)


@contextmanager
def _process(state: Path, port: int) -> Iterator[tuple[subprocess.Popen[bytes], SandboxRemote]]:
    command = [sys.executable, "-m", "simulation.sandbox", "--port", str(port), "--state", str(state)]
    process = subprocess.Popen([*command, "--start", START.isoformat()])
    try:
        with SandboxRemote(f"http://127.0.0.1:{port}") as remote:
            _wait_until_up(remote)
            yield process, remote
    finally:
        process.kill()
        process.wait()


def _wait_until_up(remote: SandboxRemote) -> None:
    pause = threading.Event()
    for _ in range(200):
        try:
            remote.health()
        except SandboxRefused:
            pause.wait(0.1)
        else:
            return
    pytest.fail("the sandbox did not come up in twenty seconds")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.mark.slow
def test_a_killed_sandbox_remembers_what_it_accepted(tmp_path: Path) -> None:
    """Kill -9 in the middle of things: the witness and the time are still there, and a second accept is noticed."""
    port = _free_port()
    account = TwilioAccount(
        account_sid=ACCOUNT_SID,
        auth_token=AUTH_TOKEN,
        sender=SENDER,
        base_url=f"http://127.0.0.1:{port}",
        callback_base_url="http://127.0.0.1:9",
    )
    message = Message(attempt_id=AttemptId("at-killed"), to="+15550100001", body="Hello")
    with _process(tmp_path / "state.db", port) as (process, remote):
        assert remote.health().now == START
        TwilioSms(account).deliver(message)
        remote.advance(now=START + timedelta(hours=1))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    with _process(tmp_path / "state.db", port) as (_, remote):
        assert remote.health().now == START + timedelta(hours=1)
        assert [a.attempt_id for a in remote.accepts().accepts] == ["at-killed"]
        TwilioSms(account).deliver(message)
        assert remote.accepts().duplicates == ("at-killed",)
