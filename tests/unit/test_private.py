"""The watch over the logs: it finds what it is there to find."""

from __future__ import annotations

import json
from collections.abc import Callable

from chalicelib.observability import StructuredLog
from ops.journal import Journal
from tests import builders, private
from tests.fakes.log import RecordingLog
from tests.fakes.world import World
from tests.webhooks import Said, entry, webhook

SECRET = "the very secret words"
ACCOUNT, NUMBER = "106540352242922", "393331234999"


def found(*told: str, log: Callable[[], object]) -> str:
    """Return what is said of a test that tells something and then logs; nothing where all is well."""
    try:
        with private.one_test():
            private.told(*told)
            log()
    except AssertionError as exc:
        return str(exc)
    return ""


def test_a_text_in_a_log_is_found():
    log = RecordingLog()
    assert SECRET in found(SECRET, log=lambda: log.info("something", detail=f"said: {SECRET}"))
    assert not found(SECRET, log=lambda: log.info("something", detail="said something"))


def test_a_number_in_a_log_is_found_wherever_it_stands():
    log = RecordingLog()
    assert found(f"+{NUMBER}", log=lambda: log.alarm("something", ids=[{"key": f"wa.{NUMBER}.1"}]))
    assert not found(NUMBER, log=lambda: log.alarm("something", ids=[f"{NUMBER}77"]))


def test_what_the_application_itself_would_log_is_watched(capsys):
    assert found(SECRET, log=lambda: StructuredLog().warning(SECRET))
    capsys.readouterr()


def test_what_commands_that_act_log_is_watched(tmp_path):
    assert found(SECRET, log=lambda: Journal(tmp_path / "ops.log").info("done", what=SECRET))


def test_what_comes_in_is_what_is_looked_for():
    body = webhook("whatsapp", entry("whatsapp", [Said(ACCOUNT, NUMBER, "wamid.1", SECRET)]))
    private.harvest(json.dumps(body).encode())
    told, log = private.now(), RecordingLog()
    assert told >= {SECRET, NUMBER, f"N{NUMBER}"}
    assert ACCOUNT not in told
    assert SECRET in found(*told, log=lambda: log.info("something", about=[SECRET]))
    assert not found(log=lambda: log.info("an account", account=f"whatsapp#{ACCOUNT}"))


def test_the_pipeline_is_watched_from_its_entrance():
    world = World()
    world.hear(builders.message(SECRET))
    assert SECRET in private.now()
    world.run_until_quiet()


def test_what_was_told_before_is_looked_for_in_other_processes_logs():
    assert not found("a secret of another process", log=lambda: None)
    assert "a secret of another process" in private.found_in("x a secret of another process y")
